// The states of an order and the allowed moves between them, as one table.

import type { OrderStatus } from './contract.ts'

interface State {
  /** Live orders keep their units and count for the limit. */
  live: boolean
  next: readonly OrderStatus[]
  /** What its lines are called in this state. */
  line: string
}

export const ORDER_STATES: Readonly<Record<OrderStatus, State>> = {
  CREATED: { live: true, line: 'ORDERED', next: ['PAID', 'CANCELED', 'EXPIRED', 'PAYMENT_FAILED', 'FAILED'] },
  PAID: { live: true, line: 'PAID', next: ['READY', 'CANCEL_REQUESTED', 'FAILED'] },
  READY: { live: true, line: 'READY', next: ['SHIPPING', 'CANCEL_REQUESTED'] },
  SHIPPING: { live: true, line: 'SHIPPING', next: ['SHIPPED'] },
  SHIPPED: { live: true, line: 'SHIPPED', next: ['RETURN_REQUESTED'] },
  CANCEL_REQUESTED: { live: true, line: 'CANCEL_REQUESTED', next: ['CANCELED'] },
  RETURN_REQUESTED: { live: true, line: 'RETURN_REQUESTED', next: ['RETURNED'] },
  CANCELED: { live: false, line: 'CANCELED', next: [] },
  RETURNED: { live: false, line: 'RETURNED', next: [] },
  PAYMENT_FAILED: { live: false, line: 'PAYMENT_FAILED', next: [] },
  FAILED: { live: false, line: 'FAILED', next: [] },
  EXPIRED: { live: false, line: 'EXPIRED', next: [] },
}

export function mayMove(from: OrderStatus, to: OrderStatus): boolean {
  return ORDER_STATES[from].next.includes(to)
}

/** Over, or delivered: nothing is left to be done but to take it back. */
export function isSettled(status: OrderStatus): boolean {
  return status === 'SHIPPED' || !ORDER_STATES[status].live
}
