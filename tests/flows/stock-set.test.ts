// The number of free units is set, or all of them are taken away.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import {
  ADMIN,
  BUYER,
  buy,
  isoIn,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  soonPlaced,
  STOCKS,
} from '../support/sale-app.ts'
import { startStockShop, type Asked, type StockShop } from '../support/stock-shop.ts'

let shop: StockShop
beforeAll(async () => {
  shop = await startStockShop('stock-set')
})
afterAll(() => shop?.stop())

const seen = async (itemId: number): Promise<string> =>
  String((await shop.ask('GET', `${STOCKS}/items/${itemId}`)).headers['etag'])
const clear = (itemId: number | string, asked: Asked = {}): Promise<Answer> =>
  shop.ask('DELETE', `${STOCKS}/items/${itemId}`, { who: SELLER, ...asked })
const clearAll = (itemIds: unknown, asked: Asked = {}): Promise<Answer> =>
  shop.ask('DELETE', `${STOCKS}/batch`, { who: SELLER, body: itemIds, ...asked })

describe('setting', () => {
  test('says how many units are free; those in orders stay, and the total follows', async () => {
    const itemId = await publish(shop)
    await buy(shop, itemId)
    expect(await shop.set(itemId, 25)).toMatchObject({ status: 200, body: { quantity: 25 } })
    expect(await shop.left(itemId)).toBe(25)
    expect(await shop.stockOf(itemId)).toEqual({ total: 26, available: 25, version: 3 })
    expect(await shop.set(itemId, 0, { who: ADMIN })).toMatchObject({ status: 200, body: { quantity: 0 } })
    expect(await shop.stockOf(itemId)).toEqual({ total: 1, available: 0, version: 4 })
  })

  test('is told as more or fewer, with the reason', async () => {
    const itemId = await publish(shop)
    await shop.set(itemId, 12, { body: { reason: '재고 조사' } })
    await shop.set(itemId, 5)
    expect((await shop.ledgerOf(itemId)).slice(1)).toMatchObject([
      { reason: 'RESTOCKED', delta: 2, available: 12, note: '재고 조사', actor_id: SELLER.userId },
      { reason: 'REDUCED', delta: -7, available: 5, note: null },
    ])
    expect(await shop.auditOf(itemId)).toMatchObject([
      {
        action: 'SET',
        before: { total: 10, available: 10 },
        after: { total: 12, available: 12 },
        reason: '재고 조사',
      },
      {
        action: 'SET',
        before: { total: 12, available: 12 },
        after: { total: 5, available: 5 },
        reason: null,
      },
    ])
  })

  test('what is so already is no change', async () => {
    const itemId = await publish(shop)
    const etag = await seen(itemId)
    const answer = await shop.set(itemId, 10, { body: { reason: 'none' } })
    expect(answer).toMatchObject({ status: 200, body: { quantity: 10 }, headers: { etag } })
    expect(await shop.ledgerOf(itemId)).toHaveLength(1)
    expect(await shop.auditOf(itemId)).toEqual([])
    expect(await shop.stockOf(itemId)).toMatchObject({ version: 1 })
  })

  test('with If-Match happens only where nothing has changed since it was read', async () => {
    const itemId = await publish(shop)
    const etag = await seen(itemId)
    const first = await shop.set(itemId, 20, { headers: { 'if-match': etag } })
    expect(first).toMatchObject({ status: 200, headers: { etag: await seen(itemId) } })
    expect(first.headers['etag']).not.toBe(etag)
    const late = await shop.set(itemId, 30, { headers: { 'if-match': etag } })
    expect(late).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } })
    expect(await shop.stockOf(itemId)).toMatchObject({ available: 20, version: 2 })
    const again = { 'if-match': `"x", ${String(first.headers['etag'])}` }
    expect((await shop.set(itemId, 30, { headers: again })).status).toBe(200)
    expect((await shop.set(itemId, 31, { headers: { 'if-match': '*' } })).status).toBe(200)
  })

  test('an order in between is such a change', async () => {
    const itemId = await publish(shop)
    const etag = await seen(itemId)
    await buy(shop, itemId)
    expect((await shop.set(itemId, 10, { headers: { 'if-match': etag } })).status).toBe(412)
    expect(await shop.stockOf(itemId)).toMatchObject({ total: 10, available: 9 })
  })

  test('of many who have seen the same, one sets it', async () => {
    const itemId = await publish(shop)
    const headers = { 'if-match': await seen(itemId) }
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => shop.set(itemId, 20 + i, { headers })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array<number>(9).fill(412),
    ])
    const { body } = answers.find(({ status }) => status === 200)!
    expect(await shop.stockOf(itemId)).toEqual({ total: body.quantity, available: body.quantity, version: 2 })
  })

  test('a refused If-Match does not use its key up, and a good one is answered the same again', async () => {
    const itemId = await publish(shop)
    const key = `set-${itemId}`
    expect((await shop.set(itemId, 7, { key, headers: { 'if-match': '"old"' } })).status).toBe(412)
    const first = await shop.set(itemId, 7, { key })
    const again = await shop.set(itemId, 7, { key })
    expect(again).toMatchObject({ status: 200, body: { quantity: 7 } })
    expect(again.headers['etag']).toBe(first.headers['etag'])
    expect(await shop.stockOf(itemId)).toMatchObject({ version: 2 })
  })

  test('an item holds at most a billion units, those in orders among them', async () => {
    const itemId = await publish(shop)
    await buy(shop, itemId)
    const most = 1_000_000_000
    expect((await shop.set(itemId, most + 1)).body).toMatchObject({ code: 'INVALID_INPUT_VALUE' })
    expect(await shop.set(itemId, most)).toMatchObject({
      status: 400,
      body: {
        errors: [{ field: 'quantity', value: String(most), reason: '재고는 10억 개를 넘을 수 없습니다.' }],
      },
    })
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 9, version: 2 })
    expect((await shop.set(itemId, most - 1)).status).toBe(200)
    expect(await shop.stockOf(itemId)).toMatchObject({ total: most, available: most - 1 })
  })

  test.each([-1, 1.5, '5', null, undefined, 1e300])('7.A.6: to %j is refused', async (quantity) => {
    const itemId = await publish(shop)
    expect((await shop.set(itemId, quantity)).status).toBe(400)
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test('is for the seller and administrators, of an item that there is', async () => {
    const itemId = await publish(shop)
    for (const who of [OTHER_SELLER, BUYER]) expect((await shop.set(itemId, 5, { who })).status).toBe(403)
    expect((await shop.ask('PUT', `${STOCKS}/items/${itemId}`, { body: { quantity: 5 } })).status).toBe(401)
    expect((await shop.set(999_999, 5)).body.code).toBe('NOT_FOUND_STOCK')
    for (const id of ['0', '-1', 'x', '9007199254740993', '1%00'])
      expect((await shop.set(id, 5)).status).toBe(400)
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test('to nothing sells out at once, to more sells again', async () => {
    const itemId = await publish(shop)
    await shop.set(itemId, 0)
    const sold = await soonSoldOut(itemId, 301)
    expect(sold).toBe('NOT_ENOUGH_STOCK')
    await shop.set(itemId, 1)
    const placed = await soonPlaced(() => buy(shop, itemId, { userId: 302, role: 'CERTIFIED_USER' }))
    expect(placed.status).toBe(201)
  })
})

async function soonSoldOut(itemId: number, userId: number): Promise<unknown> {
  const { status, body } = await buy(shop, itemId, { userId, role: 'CERTIFIED_USER' })
  return body.code ?? status
}

describe('taking all away', () => {
  test('leaves units in orders to them; the item stays, with nothing left, and can be restocked', async () => {
    const itemId = await publish(shop)
    await buy(shop, itemId)
    expect(await clear(itemId)).toMatchObject({ status: 204, body: '' })
    expect(await shop.left(itemId)).toBe(0)
    expect(await shop.stockOf(itemId)).toEqual({ total: 1, available: 0, version: 3 })
    expect((await shop.ledgerOf(itemId)).at(-1)).toMatchObject({ reason: 'REMOVED', delta: -9, available: 0 })
    expect(await shop.auditOf(itemId)).toMatchObject([
      { action: 'DELETE', before: { total: 10, available: 9 }, after: { total: 1, available: 0 } },
    ])
    expect((await shop.ask('GET', `/item-service/api/v1/items/${itemId}`)).status).toBe(200)
    expect((await shop.raise(itemId, 4)).status).toBe(204)
    expect(await shop.left(itemId)).toBe(4)
  })

  test('of what has none left changes nothing', async () => {
    const itemId = await publish(shop)
    await clear(itemId)
    expect((await clear(itemId)).status).toBe(204)
    expect(await shop.stockOf(itemId)).toEqual({ total: 0, available: 0, version: 2 })
    expect(await shop.auditOf(itemId)).toHaveLength(1)
  })

  test('is for the seller and administrators, of an item that there is', async () => {
    const itemId = await publish(shop)
    for (const who of [OTHER_SELLER, BUYER]) expect((await clear(itemId, { who })).status).toBe(403)
    expect((await shop.ask('DELETE', `${STOCKS}/items/${itemId}`)).status).toBe(401)
    expect((await clear(999_999)).body.code).toBe('NOT_FOUND_STOCK')
    expect((await clear('9007199254740993')).status).toBe(400)
    expect((await clear(itemId, { who: ADMIN })).status).toBe(204)
  })

  test('one with its key happens once: what was restocked since stays', async () => {
    const itemId = await publish(shop)
    const key = `clear-${itemId}`
    expect((await clear(itemId, { key })).status).toBe(204)
    await shop.raise(itemId, 5)
    expect((await clear(itemId, { key })).status).toBe(204)
    expect(await shop.stockOf(itemId)).toMatchObject({ available: 5 })
  })
})

describe('taking all away from many', () => {
  test('happens to every one of them', async () => {
    const items = [await publish(shop, normalItem()), await publish(shop), await publish(shop)]
    await buy(shop, items[1]!)
    await clear(items[2]!)
    expect(await clearAll([...items, items[0], 999_999])).toMatchObject({ status: 204, body: '' })
    const stocks = await Promise.all(items.map((itemId) => shop.stockOf(itemId)))
    expect(stocks.map(({ total, available }) => [total, available])).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
    ])
    expect(await Promise.all(items.map((itemId) => shop.auditOf(itemId)))).toMatchObject([
      [{ action: 'DELETE' }],
      [{ action: 'DELETE' }],
      [{ action: 'DELETE' }],
    ])
  })

  test('with one of somebody else among them, nothing happens', async () => {
    const own = await publish(shop)
    const answer = await shop.ask('POST', '/item-service/api/v1/items', {
      who: OTHER_SELLER,
      body: limitedItem(),
    })
    const foreign = answer.body.id as number
    expect((await clearAll([own, foreign])).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect(await shop.stockOf(own)).toMatchObject({ available: 10, version: 1 })
    expect((await clearAll([own, foreign], { who: ADMIN })).status).toBe(204)
    expect(await shop.stockOf(foreign)).toMatchObject({ available: 0 })
  })

  test('none of which there are is not found', async () => {
    expect((await clearAll([999_998, 999_999])).body.code).toBe('NOT_FOUND_ITEM')
  })

  test.each([
    { name: 'no list', body: {} },
    { name: 'nothing', body: [] },
    { name: 'text', body: ['1'] },
    { name: 'no ids', body: [0] },
    { name: 'ids past 2^53', body: [9_007_199_254_740_992] },
    { name: 'too many', body: Array.from({ length: 101 }, (_, i) => i + 1) },
  ])('$name is refused', async ({ body }) => {
    expect(await clearAll(body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
  })

  test('is for sellers', async () => {
    const itemId = await publish(shop)
    expect((await clearAll([itemId], { who: BUYER })).status).toBe(403)
    expect((await shop.ask('DELETE', `${STOCKS}/batch`, { body: [itemId] })).status).toBe(401)
  })

  test('by two at the same time, in opposite order, while people buy: nobody waits for ever, no unit is lost', async () => {
    const items = await Promise.all(
      Array.from({ length: 5 }, () => publish(shop, limitedItem({ quantity: 50, openTime: isoIn(-1_000) }))),
    )
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        if (i % 15 === 7) return clearAll(i % 2 === 0 ? items : items.toReversed())
        if (i % 15 === 11) return shop.raise(items[i % 5]!, 10)
        return buy(shop, items[i % 5]!, { userId: 5_000 + i, role: 'CERTIFIED_USER' })
      }),
    )
    expect(answers.filter(({ status }) => ![201, 204, 409].includes(status))).toEqual([])
    const rows = await shop.query(
      `SELECT k.total - k.available AS live, coalesce(o.units, 0)::integer AS ordered, k.available, l.sum::integer AS book
         FROM stock.stock k
         LEFT JOIN (SELECT sale_item_id, sum(quantity) AS units FROM orders.orders GROUP BY 1) o
           ON o.sale_item_id = k.item_id
         JOIN (SELECT item_id, sum(delta) AS sum FROM stock.ledger GROUP BY 1) l ON l.item_id = k.item_id
        WHERE k.item_id = ANY ($1)`,
      [items],
    )
    expect(rows).toHaveLength(5)
    for (const row of rows) expect([row['live'], row['available']]).toEqual([row['ordered'], row['book']])
  })
})
