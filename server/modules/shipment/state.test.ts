import { describe, expect, it } from 'vitest'
import { ORDER_STATES } from '../order/state.ts'
import { SHIPMENT_STATUSES } from './contract.ts'
import { ACTIONS, dueAt, mayMove, SHIPMENT_STATES, stepsOf, type Action } from './state.ts'

const TIMES = { readyAfterMs: 1, shipAfterMs: 20, deliverAfterMs: 300, returnAfterMs: 4_000 }

describe('the states of a shipment', () => {
  it('allow exactly these moves', () => {
    const moves = SHIPMENT_STATUSES.flatMap((from) =>
      SHIPMENT_STATUSES.filter((to) => mayMove(from, to)).map((to) => `${from} > ${to}`),
    )
    expect(moves).toEqual([
      'ACCEPTANCE > READY',
      'ACCEPTANCE > CANCELED',
      'READY > SHIPPING',
      'READY > CANCELED',
      'SHIPPING > SHIPPED',
      'RETURN_REQUESTED > RETURNED',
    ])
  })

  it('keep to their direction, and every step of time is an allowed move', () => {
    for (const [name, { direction, next, step }] of Object.entries(SHIPMENT_STATES)) {
      for (const to of next) expect([name, SHIPMENT_STATES[to].direction]).toEqual([name, direction])
      if (step !== undefined) expect(next).toContain(step.to)
    }
  })

  it('7.C.8: name only states that a line of an order can be in (ACCEPTANCE, which the original sent, is none)', () => {
    const lines = Object.values(SHIPMENT_STATES).flatMap(({ line }) => line ?? [])
    expect(lines).toEqual(['READY', 'SHIPPING', 'SHIPPED'])
    for (const line of lines) expect(ORDER_STATES[line as keyof typeof ORDER_STATES].line).toBe(line)
  })
})

describe('an action', () => {
  it.each<[Action, string]>([
    ['pack', 'ACCEPTANCE: READY'],
    ['ship', 'ACCEPTANCE: READY SHIPPING, READY: SHIPPING'],
    ['deliver', 'SHIPPING: SHIPPED'],
    ['receive', 'RETURN_REQUESTED: RETURNED'],
  ])('%s goes from %s', (action, wanted) => {
    const paths = SHIPMENT_STATUSES.flatMap((from) => {
      const steps = stepsOf(action, from)
      return steps === undefined ? [] : [`${from}: ${steps.join(' ')}`]
    })
    expect(paths.join(', ')).toBe(wanted)
    for (const from of ACTIONS[action].from) {
      const path = [from, ...stepsOf(action, from)!]
      path.slice(1).forEach((to, i) => expect(mayMove(path[i]!, to)).toBe(true))
    }
  })
})

describe('the next step by time', () => {
  it('is counted from the last move, by the time of that step', () => {
    const dues = SHIPMENT_STATUSES.map((status) => dueAt(status, 10_000, TIMES)?.getTime() ?? null)
    expect(Object.fromEntries(SHIPMENT_STATUSES.map((status, i) => [status, dues[i]]))).toEqual({
      ACCEPTANCE: 10_001,
      READY: 10_020,
      SHIPPING: 10_300,
      SHIPPED: null,
      CANCELED: null,
      RETURN_REQUESTED: 14_000,
      RETURNED: null,
    })
  })

  it('never comes where its time is 0', () => {
    expect(dueAt('READY', 10_000, { ...TIMES, shipAfterMs: 0 })).toBeNull()
    expect(dueAt('SHIPPING', 10_000, { ...TIMES, shipAfterMs: 0 })).toEqual(new Date(10_300))
  })
})
