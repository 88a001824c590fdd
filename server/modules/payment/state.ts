// The states of a payment and of a refund, and the allowed moves between them, as tables.
import type { PaymentStatus } from './contract.ts'

interface State {
  next: readonly PaymentStatus[]
  /** Nobody knows yet whether it will be charged: its order is neither expired nor cancelled meanwhile. */
  checking: boolean
}

export const PAYMENT_STATES: Readonly<Record<PaymentStatus, State>> = {
  // COMPLETED without CONFIRMING: a free order, or one that the provider says is paid although we never asked for the money.
  INITIATED: { checking: false, next: ['CONFIRMING', 'COMPLETED', 'FAILED'] },
  CONFIRMING: { checking: true, next: ['COMPLETED', 'FAILED', 'UNKNOWN'] },
  UNKNOWN: { checking: true, next: ['COMPLETED', 'FAILED'] },
  COMPLETED: { checking: false, next: ['PARTIALLY_CANCELED', 'CANCELED'] },
  PARTIALLY_CANCELED: { checking: false, next: ['CANCELED'] },
  CANCELED: { checking: false, next: [] },
  // Charged after all: COMPLETED where the order has its units, CANCELED once the money is back.
  FAILED: { checking: false, next: ['COMPLETED', 'CANCELED'] },
}

export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  return PAYMENT_STATES[from].next.includes(to)
}

export type RefundStatus = 'REQUESTED' | 'STUCK' | 'DONE'

/** STUCK is tried on, but seldom: somebody has to look. */
export const REFUND_STATES: Readonly<Record<RefundStatus, { next: readonly RefundStatus[] }>> = {
  REQUESTED: { next: ['STUCK', 'DONE'] },
  STUCK: { next: ['DONE'] },
  DONE: { next: [] },
}
