import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  BUYER,
  buy,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  soonPlaced,
  startSaleApp,
  STOCKS,
  type Answer,
  type SaleApp,
} from '../support/sale-app.ts'

let shop: SaleApp
beforeAll(async () => {
  shop = await startSaleApp('stock')
})
afterAll(() => shop?.stop())

const raise = (itemId: unknown, quantity: unknown, who = SELLER): Promise<Answer> =>
  shop.call('POST', STOCKS, { who, body: { itemId, quantity } })
const lower = (itemId: unknown, quantity: unknown, who = SELLER): Promise<Answer> =>
  shop.call('PUT', STOCKS, { who, body: { itemId, quantity } })
const left = async (itemId: number): Promise<unknown> =>
  (await shop.call('GET', `${STOCKS}/items/${itemId}`)).body['quantity']

describe('stock', () => {
  test('units come and go, and the ledger tells who moved them', async () => {
    const itemId = await publish(shop, normalItem())
    expect(await raise(itemId, 5)).toEqual({ status: 204, body: {} })
    expect(await left(itemId)).toBe(15)
    expect(await lower(itemId, 12, ADMIN)).toEqual({ status: 204, body: {} })
    expect(await left(itemId)).toBe(3)
    expect(
      await shop.query('SELECT total, available, version FROM stock.stock WHERE item_id = $1', [itemId]),
    ).toEqual([{ total: 3, available: 3, version: 3 }])
    const ledger =
      'SELECT reason, delta, available, version, actor_id FROM stock.ledger WHERE item_id = $1 ORDER BY id'
    expect(await shop.query(ledger, [itemId])).toEqual([
      { reason: 'OPENED', delta: 10, available: 10, version: 1, actor_id: SELLER.userId },
      { reason: 'RESTOCKED', delta: 5, available: 15, version: 2, actor_id: SELLER.userId },
      { reason: 'REDUCED', delta: -12, available: 3, version: 3, actor_id: ADMIN.userId },
    ])
  })

  test('clients of the first version may still send @type', async () => {
    const itemId = await publish(shop)
    const body = { itemId, quantity: 1, '@type': 'ReqStockDto' }
    expect((await shop.call('POST', STOCKS, { who: SELLER, body })).status).toBe(204)
  })

  test('more than is left can not be taken, and nothing changes', async () => {
    const itemId = await publish(shop)
    expect(await lower(itemId, 11)).toMatchObject({ status: 409, body: { code: 'NOT_ENOUGH_STOCK' } })
    expect(await left(itemId)).toBe(10)
  })

  test('units in orders can not be taken away', async () => {
    const itemId = await publish(shop)
    expect((await buy(shop, itemId)).status).toBe(201)
    expect((await lower(itemId, 10)).status).toBe(409)
    expect((await lower(itemId, 9)).status).toBe(204)
    expect(await shop.query('SELECT total, available FROM stock.stock WHERE item_id = $1', [itemId])).toEqual(
      [{ total: 1, available: 0 }],
    )
  })

  test('an item holds at most a billion units', async () => {
    const itemId = await publish(shop, normalItem({ quantity: 1_000_000_000 }))
    expect(await raise(itemId, 1)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'quantity', value: '1' }] },
    })
  })

  test('only the seller and administrators change it, and an unknown item has none', async () => {
    const itemId = await publish(shop)
    expect((await raise(itemId, 1, OTHER_SELLER)).status).toBe(403)
    expect((await raise(itemId, 1, BUYER)).status).toBe(403)
    expect((await shop.call('POST', STOCKS, { body: { itemId, quantity: 1 } })).status).toBe(401)
    expect(await raise(999_999, 1)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_STOCK' } })
    expect(await shop.call('GET', `${STOCKS}/items/999999`)).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND_STOCK' },
    })
    expect(await left(itemId)).toBe(10)
  })

  test.each([0, -5, 1.5, '5', null, 1_000_001])('a quantity of %j is refused', async (quantity) => {
    const itemId = await publish(shop)
    expect((await raise(itemId, quantity)).status).toBe(400)
    expect((await lower(itemId, quantity)).status).toBe(400)
    expect(await left(itemId)).toBe(10)
  })

  test('changes at the same time all count', async () => {
    const itemId = await publish(shop)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? lower(itemId, 1) : raise(itemId, 2))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(204))
    expect(await left(itemId)).toBe(10 + 20 * 2 - 10)
    const [book] = await shop.query(
      'SELECT sum(delta) AS sum, max(version) AS version FROM stock.ledger WHERE item_id = $1',
      [itemId],
    )
    expect(book).toEqual({ sum: 40, version: 31 })
  })

  test('while people buy, no unit is made or lost', async () => {
    const itemId = await publish(shop, limitedItem({ quantity: 20 }))
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, i) => {
        if (i % 9 === 4) return raise(itemId, 3)
        if (i % 9 === 7) return lower(itemId, 2)
        return buy(shop, itemId, { userId: 1_000 + i, role: 'CERTIFIED_USER' })
      }),
    )
    const delta = answers.reduce(
      (sum, { status }, i) => sum + (status === 204 ? (i % 9 === 4 ? 3 : -2) : 0),
      0,
    )
    const bought = answers.filter(({ status }) => status === 201).length
    const [stock] = await shop.query('SELECT total, available FROM stock.stock WHERE item_id = $1', [itemId])
    expect(stock).toEqual({ total: 20 + delta, available: 20 + delta - bought })
    const [book] = await shop.query('SELECT sum(delta) AS sum FROM stock.ledger WHERE item_id = $1', [itemId])
    expect(book).toEqual({ sum: 20 + delta - bought })
  })

  test('sold out, restocked, sold again', async () => {
    const itemId = await publish(shop, limitedItem({ quantity: 1 }))
    expect((await buy(shop, itemId, { userId: 201, role: 'CERTIFIED_USER' })).status).toBe(201)
    const late = { userId: 202, role: 'CERTIFIED_USER' } as const
    expect(await buy(shop, itemId, late)).toMatchObject({ status: 409, body: { code: 'NOT_ENOUGH_STOCK' } })
    await raise(itemId, 1)
    expect((await soonPlaced(() => buy(shop, itemId, late))).status).toBe(201)
  })
})
