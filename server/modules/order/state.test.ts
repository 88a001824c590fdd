import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { OrderStatus } from './contract.ts'
import { isSettled, mayMove, ORDER_STATES } from './state.ts'

const ALL = Object.keys(ORDER_STATES) as OrderStatus[]

const MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  CREATED: ['PAID', 'CANCELED', 'EXPIRED', 'PAYMENT_FAILED', 'FAILED'],
  PAID: ['READY', 'CANCEL_REQUESTED', 'FAILED'],
  READY: ['SHIPPING', 'CANCEL_REQUESTED'],
  SHIPPING: ['SHIPPED'],
  SHIPPED: ['RETURN_REQUESTED'],
  CANCEL_REQUESTED: ['CANCELED'],
  RETURN_REQUESTED: ['RETURNED'],
  CANCELED: [],
  RETURNED: [],
  PAYMENT_FAILED: [],
  FAILED: [],
  EXPIRED: [],
}

const ENDED: readonly OrderStatus[] = ['CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED', 'EXPIRED']

describe('the states of an order', () => {
  it.each(ALL)('allow from %s what the table says and nothing else', (from) => {
    expect(ALL.filter((to) => mayMove(from, to))).toEqual(ALL.filter((to) => MOVES[from].includes(to)))
  })

  it('never allow a move to the same state or back to CREATED', () => {
    for (const from of ALL) {
      expect(mayMove(from, from)).toBe(false)
      expect(mayMove(from, 'CREATED')).toBe(false)
    }
  })

  it('have no exit from an ended order, and at least one from every other', () => {
    expect(ALL.filter((state) => ORDER_STATES[state].next.length === 0).toSorted()).toEqual(ENDED.toSorted())
  })

  it('keep the units of an order exactly as long as it has not ended', () => {
    expect(ALL.filter((state) => !ORDER_STATES[state].live).toSorted()).toEqual(ENDED.toSorted())
  })

  it('can all be reached from CREATED', () => {
    const reached = new Set<OrderStatus>(['CREATED'])
    for (const state of reached) for (const next of ORDER_STATES[state].next) reached.add(next)
    expect([...reached].toSorted()).toEqual(ALL.toSorted())
  })

  it('name the lines of a fresh order ORDERED and all others like the order', () => {
    for (const state of ALL) expect(ORDER_STATES[state].line).toBe(state === 'CREATED' ? 'ORDERED' : state)
  })
})

describe('the SQL of orders', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`migrations/${name}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
  const listed = (text: string, before: string): string[] => {
    const list = text.split(before, 2)[1]?.split(')', 1)[0] ?? ''
    return Array.from(list.matchAll(/'([A-Z_]+)'/g), (match) => match[1]!)
  }

  it('leaves the same states out of the limit as the table', () => {
    for (const name of ['007_place_limited_orders.sql', '006_change_hide_carry.sql'])
      expect(listed(read(name), 'o.status NOT IN (').toSorted()).toEqual(ENDED.toSorted())
  })

  it('takes the same orders for settled', () => {
    const inProgress = listed(read('../sql-read.ts'), 'AND status IN (')
    expect(inProgress.toSorted()).toEqual(ALL.filter((status) => !isSettled(status)).toSorted())
  })

  it('stores the states of the table and no other', () => {
    expect(listed(read('001_orders.sql'), 'CHECK (status IN (').toSorted()).toEqual(ALL.toSorted())
  })
})
