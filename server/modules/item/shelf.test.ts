import { describe, expect, test } from 'vitest'
import type { Sale } from '../stock/contract.ts'
import { gatherCounts } from './shelf.ts'

const saleOf = (itemId: number): Sale => ({
  itemId,
  sellerId: 1,
  isLimited: true,
  unitPriceKrw: 1_000,
  total: 10,
  available: 5,
  version: 1,
  saleState: 'RUNNING',
  openTime: new Date(0),
  closeTime: null,
  limitPerBuyer: 1,
  holdSeconds: 300,
  serverTime: new Date(1),
})

/** Counts that end when the test says so: an item holds as many units as its id. */
function play() {
  const asked: number[][] = []
  const ends: ((error?: Error) => void)[] = []
  const count = gatherCounts((sales) => {
    asked.push(sales.map(({ itemId }) => itemId))
    return new Promise((resolve, reject) => {
      ends.push((error) => {
        if (error === undefined) resolve(new Map(sales.map(({ itemId }) => [itemId, itemId])))
        else reject(error)
      })
    })
  })
  const countOf = async (...itemIds: number[]): Promise<(number | undefined)[]> => {
    const counted = await count(itemIds.map(saleOf))
    return itemIds.map((itemId) => counted.get(itemId))
  }
  const soon = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  return { asked, countOf, soon, end: (error?: Error) => ends.shift()?.(error) }
}

describe('held units', () => {
  test('are counted once for all who ask at the same moment, and once more for all who come meanwhile', async () => {
    const { asked, countOf, soon, end } = play()
    const first = [countOf(1, 2), countOf(2, 3)]
    await soon()
    const later = [countOf(4), countOf(1, 5)]
    await soon()
    expect(asked).toEqual([[1, 2, 2, 3]])
    end()
    expect(await Promise.all(first)).toEqual([
      [1, 2],
      [2, 3],
    ])
    await soon()
    expect(asked).toEqual([
      [1, 2, 2, 3],
      [4, 1, 5],
    ])
    end()
    expect(await Promise.all(later)).toEqual([[4], [1, 5]])
  })

  test('that could not be counted are counted anew for those who come after', async () => {
    const { asked, countOf, soon, end } = play()
    const failed = countOf(1)
    await soon()
    const next = countOf(2)
    end(new Error('away'))
    await expect(failed).rejects.toThrow('away')
    await soon()
    end()
    expect(await next).toEqual([2])
    expect(asked).toEqual([[1], [2]])
  })
})
