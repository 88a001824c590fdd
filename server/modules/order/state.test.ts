import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LineStatus, OrderStatus } from './contract.ts'
import {
  isSettled,
  LINE_MOVES,
  lineStatusOf,
  mayMove,
  mayMoveLine,
  ORDER_STATES,
  statusOfLines,
} from './state.ts'

const ALL = Object.keys(ORDER_STATES) as OrderStatus[]
const ENDED: readonly OrderStatus[] = ['CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED', 'EXPIRED']

interface Goods {
  lines: { quantity: number; status: LineStatus }[]
  canceled: boolean
  returned: boolean
  ended?: 'CANCELED' | 'RETURNED'
}

const statusOf = (goods: Goods): OrderStatus => goods.ended ?? statusOfLines(goods.lines, goods)
const isAskedFor = (status: LineStatus): boolean => status.endsWith('_REQUESTED')

/** All that a step may lead to: lines that go on together, lines that are gone, units of one line that are gone. */
function* stepsOf(goods: Goods): Generator<Goods> {
  const indices = goods.lines.map((_, i) => i)
  const subsets = Array.from({ length: 2 ** indices.length - 1 }, (_, bits) =>
    indices.filter((i) => ((bits + 1) >> i) & 1),
  )
  for (const to of Object.values(LINE_MOVES).flat())
    for (const subset of subsets) {
      const from = subset.map((i) => goods.lines[i]!)
      if (!from.every(({ quantity, status }) => quantity > 0 && mayMoveLine(status, to))) continue
      const isGone = to === 'CANCELED' || to === 'RETURNED'
      if (isGone && !from.every(({ status }) => isAskedFor(status))) continue
      const lines = goods.lines.map((line, i) =>
        subset.includes(i) ? { quantity: isGone ? 0 : line.quantity, status: to } : line,
      )
      yield taken(goods, lines, isGone ? to : undefined)
    }
  for (const [at, { quantity, status }] of goods.lines.entries()) {
    const to = status === 'SHIPPED' ? 'RETURNED' : 'CANCELED'
    if (quantity < 2 || !['PAID', 'READY', 'SHIPPED'].includes(status)) continue
    const lines = goods.lines.map((line, i) => (i === at ? { ...line, quantity: quantity - 1 } : line))
    yield taken(goods, lines, to)
  }
}

function taken(goods: Goods, lines: Goods['lines'], gone: Goods['ended']): Goods {
  const isOver = gone !== undefined && lines.every(({ quantity }) => quantity === 0)
  return {
    lines,
    canceled: goods.canceled || gone === 'CANCELED',
    returned: goods.returned || gone === 'RETURNED',
    ...(isOver && { ended: gone }),
  }
}

/** What three lines can make of a paid order. */
function walk(): Map<OrderStatus, Set<OrderStatus>> {
  const moves = new Map<OrderStatus, Set<OrderStatus>>()
  const seen = new Set<string>()
  const line = (quantity: number) => ({ quantity, status: 'PAID' as LineStatus })
  const waiting: Goods[] = [{ lines: [line(2), line(1), line(1)], canceled: false, returned: false }]
  for (let goods = waiting.pop(); goods !== undefined; goods = waiting.pop()) {
    const key = JSON.stringify(goods)
    if (seen.has(key) || goods.ended !== undefined) continue
    seen.add(key)
    const from = statusOf(goods)
    for (const next of stepsOf(goods)) {
      const to = statusOf(next)
      if (to !== from) moves.set(from, (moves.get(from) ?? new Set()).add(to))
      waiting.push(next)
    }
  }
  return moves
}

describe('the states of an order', () => {
  it('allow to a paid order exactly what its lines can make of it', () => {
    const moves = walk()
    expect(moves.size).toBeGreaterThan(8)
    for (const [from, to] of moves)
      expect([from, ORDER_STATES[from].next.toSorted()]).toEqual([from, [...to].toSorted()])
  })

  it('allow to an unpaid order what the table says and nothing else', () => {
    const next = ['PAID', 'CANCELED', 'EXPIRED', 'PAYMENT_FAILED', 'FAILED']
    expect(ALL.filter((to) => mayMove('CREATED', to)).toSorted()).toEqual(next.toSorted())
  })

  it('never allow a move to the same state or back to CREATED', () => {
    for (const from of ALL) {
      expect(mayMove(from, from)).toBe(false)
      expect(mayMove(from, 'CREATED')).toBe(false)
    }
  })

  it('have no exit from an ended order but to PAID, where the money came too late for the hold', () => {
    for (const state of ALL.filter((one) => !ORDER_STATES[one].live))
      expect([state, ORDER_STATES[state].next]).toEqual([
        state,
        state === 'EXPIRED' || state === 'PAYMENT_FAILED' ? ['PAID'] : [],
      ])
    for (const state of ALL.filter((one) => ORDER_STATES[one].live))
      expect(ORDER_STATES[state].next.length).toBeGreaterThan(0)
  })

  it('keep the units of an order exactly as long as it has not ended', () => {
    expect(ALL.filter((state) => !ORDER_STATES[state].live).toSorted()).toEqual(ENDED.toSorted())
  })

  it('can all be reached from CREATED', () => {
    const reached = new Set<OrderStatus>(['CREATED'])
    for (const state of reached) for (const next of ORDER_STATES[state].next) reached.add(next)
    expect([...reached].toSorted()).toEqual(ALL.toSorted())
  })
})

describe('the state of a line', () => {
  it.each([
    ['CREATED', 2, null, 'ORDERED'],
    ['CREATED', 0, null, 'CANCELED'],
    ['PAID', 1, null, 'PAID'],
    ['PARTIALLY_READY', 1, null, 'PAID'],
    ['PARTIALLY_READY', 1, 'READY', 'READY'],
    ['EXPIRED', 1, null, 'EXPIRED'],
    ['RETURNED', 1, 'RETURNED', 'RETURNED'],
  ] as const)(
    'of an order that is %s, with %i units and %s of its own, is %s',
    (status, quantity, own, shown) => {
      expect(lineStatusOf({ status }, { quantity, status: own })).toBe(shown)
    },
  )
})

describe('the SQL of orders', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`migrations/${name}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
  const listed = (text: string, before: string): string[] => {
    const list = text.split(before, 2)[1]?.split(')', 1)[0] ?? ''
    return Array.from(list.matchAll(/'([A-Z_]+)'/g), (match) => match[1]!)
  }

  it('leaves the same states out of the limit as the table', () => {
    for (const name of [
      '007_place_limited_orders.sql',
      '006_change_hide_carry.sql',
      '008_pay_ship_reverse.sql',
    ])
      expect(listed(read(name), 'o.status NOT IN (').toSorted()).toEqual(ENDED.toSorted())
  })

  it('takes the same orders for settled', () => {
    const inProgress = listed(read('../sql-read.ts'), 'AND status IN (')
    expect(inProgress.toSorted()).toEqual(ALL.filter((status) => !isSettled(status)).toSorted())
  })

  it('stores the states of the table and no other', () => {
    expect(listed(read('008_pay_ship_reverse.sql'), 'CHECK (status IN (').toSorted()).toEqual(ALL.toSorted())
  })
})
