// The states of an order and of its lines, and the allowed moves between them, as tables; and how an order's follows from its lines'.

import type { LineStatus, OrderStatus } from './contract.ts'

interface State {
  /** Live orders keep their units and count for the limit. */
  live: boolean
  next: readonly OrderStatus[]
  /** What its lines are called in this state where they say nothing themselves. */
  line: LineStatus
}

export const ORDER_STATES: Readonly<Record<OrderStatus, State>> = {
  CREATED: { live: true, line: 'ORDERED', next: ['PAID', 'CANCELED', 'EXPIRED', 'PAYMENT_FAILED', 'FAILED'] },
  // From here on the state follows from the lines; the test walks through all that they can do and demands exactly these moves.
  PAID: {
    live: true,
    line: 'PAID',
    next: [
      'READY',
      'PARTIALLY_READY',
      'SHIPPING',
      'PARTIALLY_SHIPPING',
      'CANCEL_REQUESTED',
      'PARTIALLY_CANCELED',
      'RETURN_REQUESTED',
    ],
  },
  PARTIALLY_CANCELED: {
    live: true,
    line: 'PAID',
    next: [
      'READY',
      'PARTIALLY_READY',
      'SHIPPING',
      'PARTIALLY_SHIPPING',
      'CANCEL_REQUESTED',
      'RETURN_REQUESTED',
    ],
  },
  PARTIALLY_READY: {
    live: true,
    line: 'PAID',
    next: [
      'PAID',
      'READY',
      'SHIPPING',
      'PARTIALLY_SHIPPING',
      'CANCEL_REQUESTED',
      'PARTIALLY_CANCELED',
      'RETURN_REQUESTED',
    ],
  },
  READY: {
    live: true,
    line: 'READY',
    next: ['SHIPPING', 'PARTIALLY_SHIPPING', 'CANCEL_REQUESTED', 'RETURN_REQUESTED'],
  },
  PARTIALLY_SHIPPING: { live: true, line: 'PAID', next: ['SHIPPING', 'PARTIALLY_SHIPPED'] },
  SHIPPING: { live: true, line: 'SHIPPING', next: ['SHIPPED', 'PARTIALLY_SHIPPED', 'PARTIALLY_RETURNED'] },
  PARTIALLY_SHIPPED: {
    live: true,
    line: 'PAID',
    next: [
      'PAID',
      'PARTIALLY_CANCELED',
      'READY',
      'PARTIALLY_READY',
      'SHIPPING',
      'PARTIALLY_SHIPPING',
      'SHIPPED',
      'PARTIALLY_RETURNED',
    ],
  },
  SHIPPED: { live: true, line: 'SHIPPED', next: ['RETURN_REQUESTED', 'PARTIALLY_RETURNED'] },
  PARTIALLY_RETURNED: { live: true, line: 'SHIPPED', next: ['RETURN_REQUESTED'] },
  CANCEL_REQUESTED: { live: true, line: 'CANCEL_REQUESTED', next: ['CANCELED'] },
  RETURN_REQUESTED: { live: true, line: 'RETURN_REQUESTED', next: ['RETURNED', 'CANCEL_REQUESTED'] },
  CANCELED: { live: false, line: 'CANCELED', next: [] },
  RETURNED: { live: false, line: 'RETURNED', next: [] },
  // Paid after all, and there were units to be had.
  PAYMENT_FAILED: { live: false, line: 'PAYMENT_FAILED', next: ['PAID'] },
  EXPIRED: { live: false, line: 'EXPIRED', next: ['PAID'] },
  FAILED: { live: false, line: 'FAILED', next: [] },
}

export function mayMove(from: OrderStatus, to: OrderStatus): boolean {
  return ORDER_STATES[from].next.includes(to)
}

/** Over, or delivered: nothing is left to be done but to take it back. */
export function isSettled(status: OrderStatus): boolean {
  return status === 'SHIPPED' || status === 'PARTIALLY_RETURNED' || !ORDER_STATES[status].live
}

/** What a line is called: what it says itself, or else as its order. */
export function lineStatusOf(
  order: { status: OrderStatus },
  line: { quantity: number; status: LineStatus | null },
): LineStatus {
  return line.status ?? (line.quantity === 0 ? 'CANCELED' : ORDER_STATES[order.status].line)
}

/** Moves of one line of a paid order. Unpaid lines move with their order. */
export const LINE_MOVES: Readonly<Partial<Record<LineStatus, readonly LineStatus[]>>> = {
  PAID: ['READY', 'SHIPPING', 'CANCEL_REQUESTED', 'CANCELED'],
  READY: ['SHIPPING', 'CANCEL_REQUESTED', 'CANCELED'],
  SHIPPING: ['SHIPPED'],
  SHIPPED: ['RETURN_REQUESTED', 'RETURNED'],
  CANCEL_REQUESTED: ['CANCELED'],
  RETURN_REQUESTED: ['RETURNED'],
}

export function mayMoveLine(from: LineStatus, to: LineStatus): boolean {
  return LINE_MOVES[from]?.includes(to) === true
}

/** The way of goods, from the warehouse to the buyer. */
const STAGES = ['PAID', 'READY', 'SHIPPING', 'SHIPPED'] as const
type Stage = (typeof STAGES)[number]

/**
 * The state of a paid order of which something is left: that of the goods that nobody wants to take back; PARTIALLY_* where they
 * are not all at one stage, by the furthest. `reversed`: what has been taken back of it before.
 */
export function statusOfLines(
  lines: readonly { quantity: number; status: LineStatus }[],
  reversed: { canceled: boolean; returned: boolean },
): OrderStatus {
  const left = lines.filter((line) => line.quantity > 0).map((line) => line.status)
  const stages = STAGES.filter((stage) => left.includes(stage))
  const furthest = stages.at(-1)
  if (furthest === undefined)
    return left.includes('RETURN_REQUESTED') ? 'RETURN_REQUESTED' : 'CANCEL_REQUESTED'
  if (stages.length > 1) return `PARTIALLY_${furthest as Exclude<Stage, 'PAID'>}`
  if (furthest === 'PAID' && reversed.canceled) return 'PARTIALLY_CANCELED'
  if (furthest === 'SHIPPED' && reversed.returned) return 'PARTIALLY_RETURNED'
  return furthest
}

/** Every line that is or was part of goods on their way; which of them a reversal of each kind may take. */
export const REVERSIBLE: Readonly<Record<'CANCEL' | 'RETURN', readonly LineStatus[]>> = {
  CANCEL: ['PAID', 'READY'],
  RETURN: ['SHIPPED'],
}
export const REVERSAL_STATES = {
  CANCEL: { requested: 'CANCEL_REQUESTED', done: 'CANCELED' },
  RETURN: { requested: 'RETURN_REQUESTED', done: 'RETURNED' },
} as const satisfies Record<'CANCEL' | 'RETURN', { requested: LineStatus; done: 'CANCELED' | 'RETURNED' }>
