// The ledger: who moved units, why, how many and when.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import {
  ADMIN,
  BUYER,
  buy,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  STOCKS,
} from '../support/sale-app.ts'
import { startStockShop, type Asked, type StockShop } from '../support/stock-shop.ts'

let shop: StockShop
beforeAll(async () => {
  shop = await startStockShop('stock-ledger')
})
afterAll(() => shop?.stop())

const ledger = (itemId: number | string, query = '', asked: Asked = {}): Promise<Answer> =>
  shop.ask('GET', `${STOCKS}/items/${itemId}/ledger${query}`, { who: SELLER, ...asked })
const deltas = ({ body }: Answer): number[] => (body.content as { delta: number }[]).map(({ delta }) => delta)

/** With entries of 1 to `count` units, the newest the largest; the opening is of 10. */
async function moved(count: number): Promise<number> {
  const itemId = await publish(shop, normalItem())
  for (let units = 1; units <= count; units++) await shop.raise(itemId, units)
  return itemId
}

describe('the ledger', () => {
  test('tells of every kind of change, newest first', async () => {
    const itemId = await publish(shop, limitedItem())
    const { body } = await buy(shop, itemId)
    await shop.ask('PUT', `/order-service/api/v1/orders/${String(body['orderId'])}/cancel`, { who: BUYER })
    await shop.raise(itemId, 5, { who: ADMIN, body: { reason: '입고' } })
    await shop.lower(itemId, 2)
    await shop.ask('DELETE', `${STOCKS}/items/${itemId}`, { who: SELLER })
    const answer = await ledger(itemId)
    expect(answer.status).toBe(200)
    const by = (id: number | null, note: string | null = null): object => ({ actorId: id, note })
    const entry = {
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/),
    }
    expect(answer.body).toMatchObject({
      totalElements: 6,
      totalPages: 1,
      number: 0,
      size: 20,
      first: true,
      last: true,
    })
    expect(answer.body.content).toEqual([
      { ...entry, reason: 'REMOVED', delta: -13, orders: 0, available: 0, version: 6, ...by(SELLER.userId) },
      { ...entry, reason: 'REDUCED', delta: -2, orders: 0, available: 13, version: 5, ...by(SELLER.userId) },
      {
        ...entry,
        reason: 'RESTOCKED',
        delta: 5,
        orders: 0,
        available: 15,
        version: 4,
        ...by(ADMIN.userId, '입고'),
      },
      { ...entry, reason: 'CANCELED', delta: 1, orders: 1, available: 10, version: 3, ...by(BUYER.userId) },
      { ...entry, reason: 'PLACED', delta: -1, orders: 1, available: 9, version: 2, ...by(null) },
      { ...entry, reason: 'OPENED', delta: 10, orders: 0, available: 10, version: 1, ...by(SELLER.userId) },
    ])
  })

  test('is read by page', async () => {
    const itemId = await moved(6)
    const pages = [
      await ledger(itemId, '?page=0&size=3'),
      await ledger(itemId, '?page=1&size=3'),
      await ledger(itemId, '?page=2&size=3'),
    ]
    expect(pages.map(deltas)).toEqual([[6, 5, 4], [3, 2, 1], [10]])
    expect(pages[1]!.body).toMatchObject({
      totalElements: 7,
      totalPages: 3,
      number: 1,
      size: 3,
      first: false,
      last: false,
    })
    expect(pages[2]!.body).toMatchObject({ numberOfElements: 1, last: true })
    expect((await ledger(itemId, '?page=3&size=3')).body).toMatchObject({
      content: [],
      empty: true,
      totalElements: 7,
    })
  })

  test('is read from a cursor on, and what is added meanwhile moves nothing', async () => {
    const itemId = await moved(6)
    const first = await ledger(itemId, '?limit=3')
    expect(Object.keys(first.body).toSorted()).toEqual(['content', 'next'])
    expect(deltas(first)).toEqual([6, 5, 4])
    await shop.raise(itemId, 100)
    const second = await ledger(itemId, `?limit=3&cursor=${first.body.next}`)
    expect(deltas(second)).toEqual([3, 2, 1])
    const last = await ledger(itemId, `?limit=3&cursor=${second.body.next}`)
    expect(deltas(last)).toEqual([10])
    expect(last.body.next).toBeNull()
    const exact = await ledger(itemId, '?limit=8')
    expect(deltas(exact)).toHaveLength(8)
    expect(exact.body.next).toBeNull()
    // A cursor alone is enough.
    expect(deltas(await ledger(itemId, `?cursor=${first.body.next}`))).toEqual([3, 2, 1, 10])
  })

  test.each(['cursor=nonsense', 'cursor=WzFd_', 'cursor=WyJ4Il0', 'cursor=WzEsMl0'])(
    '%s is no cursor',
    async (query) => {
      const itemId = await publish(shop)
      expect(await ledger(itemId, `?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_CURSOR' },
      })
    },
  )

  test.each([
    'page=-1',
    'page=x',
    'size=0',
    'size=101',
    'page=1000001',
    'limit=0',
    'limit=101',
    'limit=9007199254740993',
    'cursor=',
    `cursor=${'A'.repeat(301)}`,
    'page=0&limit=5',
    'size=5&cursor=WzFd',
  ])('%s is refused', async (query) => {
    const itemId = await publish(shop)
    const { status, body } = await ledger(itemId, `?${query}`)
    expect(status).toBe(400)
    expect(['INVALID_INPUT_VALUE', 'INVALID_TYPE_VALUE']).toContain(body.code)
  })

  test('is for the seller of the item and administrators', async () => {
    const itemId = await publish(shop)
    for (const who of [OTHER_SELLER, BUYER])
      expect(await ledger(itemId, '', { who })).toMatchObject({
        status: 403,
        body: { code: 'UNAUTHORIZED_ACCESS' },
      })
    expect((await shop.ask('GET', `${STOCKS}/items/${itemId}/ledger`)).status).toBe(401)
    expect((await ledger(itemId, '', { who: ADMIN })).status).toBe(200)
    expect((await ledger(999_999)).body.code).toBe('NOT_FOUND_STOCK')
    expect((await ledger('9007199254740993')).status).toBe(400)
  })

  test('of one item has nothing of another in it, and its pages use the index', async () => {
    const [one, two] = [await moved(2), await moved(3)]
    expect([deltas(await ledger(one)), deltas(await ledger(two))]).toEqual([
      [2, 1, 10],
      [3, 2, 1, 10],
    ])
    await shop.query(
      `INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
       SELECT 1000000 + n % 200, 'RESTOCKED', 1, 1, n, clock_timestamp() FROM generate_series(1, 20000) n`,
    )
    await shop.query('ANALYZE stock.ledger')
    for (const text of [
      'SELECT id FROM stock.ledger WHERE item_id = 1000007 AND id < 9007199254740991 ORDER BY id DESC LIMIT 20 OFFSET 20',
      'SELECT count(*) FROM stock.ledger WHERE item_id = 1000007',
    ]) {
      const plan = await shop.query(`EXPLAIN ${text}`)
      expect(JSON.stringify(plan)).toContain('ledger_by_item')
    }
  })
})
