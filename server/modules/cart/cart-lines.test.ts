import { describe, expect, it } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import { add, decrease, empty, increase, remove, setQuantity, type Cart } from './cart-lines.ts'

const cart = (...lines: [itemId: number, quantity: number][]): Cart => new Map(lines)
const full = cart(...Array.from({ length: 100 }, (_, i): [number, number] => [i + 1, 1]))

function refusalOf(change: () => unknown): unknown {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [error.code, ...error.fields.map(({ field, value }) => `${field} ${value}`)]
  }
}

describe('adding', () => {
  it('sums up with what is there, and where an item is named twice', () => {
    const lines = [
      { itemId: 1, quantity: 2 },
      { itemId: 2, quantity: 1 },
      { itemId: 1, quantity: 3 },
    ]
    expect(add(cart([1, 10]), lines)).toEqual({
      put: [
        { itemId: 1, quantity: 15 },
        { itemId: 2, quantity: 1 },
      ],
    })
  })

  it('stops at 1,000 units of an item', () => {
    expect(add(cart([1, 999]), [{ itemId: 1, quantity: 1 }])).toEqual({
      put: [{ itemId: 1, quantity: 1_000 }],
    })
    const refused = ['INVALID_INPUT_VALUE', 'quantity 1001']
    expect(refusalOf(() => add(cart([1, 1_000]), [{ itemId: 1, quantity: 1 }]))).toEqual(refused)
    expect(refusalOf(() => increase(cart([1, 1]), 1, 1_000))).toEqual(refused)
    const twice = [
      { itemId: 1, quantity: 1_000 },
      { itemId: 1, quantity: 1 },
    ]
    expect(refusalOf(() => add(cart(), twice))).toEqual(refused)
  })

  it('stops at 100 items, but goes on adding to those that are there', () => {
    expect(refusalOf(() => add(full, [{ itemId: 101, quantity: 1 }]))).toEqual(['LIST_FULL'])
    expect(add(full, [{ itemId: 100, quantity: 1 }])).toEqual({ put: [{ itemId: 100, quantity: 2 }] })
    const one = cart([1, 1])
    const hundred = Array.from({ length: 100 }, (_, i) => ({ itemId: i + 1, quantity: 1 }))
    expect(add(one, hundred).put).toHaveLength(100)
    expect(refusalOf(() => add(one, [...hundred, { itemId: 101, quantity: 1 }]))).toEqual(['LIST_FULL'])
  })
})

describe('decreasing', () => {
  it('removes the line where nothing is left', () => {
    expect(decrease(cart([1, 5]), 1, 4)).toEqual({ put: [{ itemId: 1, quantity: 1 }] })
    expect(decrease(cart([1, 5]), 1, 5)).toEqual({ remove: [1] })
    expect(decrease(cart([1, 5]), 1, 1_000)).toEqual({ remove: [1] })
  })
})

describe('a line that is not there', () => {
  it('is not changed', () => {
    for (const change of [
      () => increase(cart([2, 1]), 1, 1),
      () => decrease(cart([2, 1]), 1, 1),
      () => setQuantity(cart([2, 1]), 1, 1),
      () => remove(cart([2, 1]), 1),
    ])
      expect(refusalOf(change)).toEqual(['NOT_FOUND_CART_ITEM', 'itemId 1'])
  })
})

describe('emptying', () => {
  it('removes every line, also of none', () => {
    expect(empty(cart([1, 1], [2, 5]))).toEqual({ remove: [1, 2] })
    expect(empty(cart())).toEqual({ remove: [] })
  })
})
