// The states of a shipment, the allowed moves between them, and the steps that time takes: one table.
import type { LineStatus } from '../order/contract.ts'
import type { Direction, ShipmentStatus } from './contract.ts'

/** How long after the last move the next step is taken by itself. 0: only by hand. */
export interface StepTimes {
  readyAfterMs: number
  shipAfterMs: number
  deliverAfterMs: number
  returnAfterMs: number
}

interface Step {
  to: ShipmentStatus
  after: keyof StepTimes
}

interface State {
  direction: Direction
  next: readonly ShipmentStatus[]
  /** What the lines of the order are called then. Undefined: they say something of their own. */
  line: LineStatus | undefined
  step: Step | undefined
}

export const SHIPMENT_STATES: Readonly<Record<ShipmentStatus, State>> = {
  ACCEPTANCE: {
    direction: 'OUT',
    next: ['READY', 'CANCELED'],
    line: undefined,
    step: { to: 'READY', after: 'readyAfterMs' },
  },
  READY: {
    direction: 'OUT',
    next: ['SHIPPING', 'CANCELED'],
    line: 'READY',
    step: { to: 'SHIPPING', after: 'shipAfterMs' },
  },
  SHIPPING: {
    direction: 'OUT',
    next: ['SHIPPED'],
    line: 'SHIPPING',
    step: { to: 'SHIPPED', after: 'deliverAfterMs' },
  },
  SHIPPED: { direction: 'OUT', next: [], line: 'SHIPPED', step: undefined },
  CANCELED: { direction: 'OUT', next: [], line: undefined, step: undefined },
  RETURN_REQUESTED: {
    direction: 'BACK',
    next: ['RETURNED'],
    line: undefined,
    step: { to: 'RETURNED', after: 'returnAfterMs' },
  },
  RETURNED: { direction: 'BACK', next: [], line: undefined, step: undefined },
}

export function mayMove(from: ShipmentStatus, to: ShipmentStatus): boolean {
  return SHIPMENT_STATES[from].next.includes(to)
}

/** What a seller may do: where it leads, and from where. */
export const ACTIONS = {
  pack: { to: 'READY', from: ['ACCEPTANCE'] },
  ship: { to: 'SHIPPING', from: ['ACCEPTANCE', 'READY'] },
  deliver: { to: 'SHIPPED', from: ['SHIPPING'] },
  receive: { to: 'RETURNED', from: ['RETURN_REQUESTED'] },
} as const satisfies Record<string, { to: ShipmentStatus; from: readonly ShipmentStatus[] }>
export type Action = keyof typeof ACTIONS

/** The states that an action takes a shipment through, the last one included; undefined where it can not be done from here. */
export function stepsOf(action: Action, from: ShipmentStatus): ShipmentStatus[] | undefined {
  const { to, from: starts } = ACTIONS[action]
  if (!(starts as readonly ShipmentStatus[]).includes(from)) return undefined
  const steps: ShipmentStatus[] = []
  for (let at: ShipmentStatus | undefined = from; at !== undefined && at !== to;) {
    at = SHIPMENT_STATES[at].step?.to
    if (at !== undefined) steps.push(at)
  }
  return steps
}

/** When the schedule takes the next step of a shipment that has come to `status` at `sinceMs`; null: never. */
export function dueAt(status: ShipmentStatus, sinceMs: number, times: StepTimes): Date | null {
  const { step } = SHIPMENT_STATES[status]
  const afterMs = step === undefined ? 0 : times[step.after]
  return afterMs === 0 ? null : new Date(sinceMs + afterMs)
}
