// What was wrong with stock in the original, each with a test that would fail there.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import {
  BUYER,
  buy,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  soonPlaced,
  STOCKS,
  type Who,
} from '../support/sale-app.ts'
import { startStockShop, type StockShop } from '../support/stock-shop.ts'

const ORDERS = '/order-service/api/v1/orders'
/** How old a number may be that a reader is told. */
const STALE_MS_MAX = 1_000

let shop: StockShop
beforeAll(async () => {
  shop = await startStockShop('stock-defects')
})
afterAll(() => shop?.stop())

let lastBuyer = 40_000
const newBuyer = (): Who => ({ userId: ++lastBuyer, role: 'CERTIFIED_USER' })
const order = (itemId: number, itemCount: number, who: Who = BUYER): Promise<Answer> =>
  shop.ask('POST', ORDERS, { who, body: { orderItemList: [{ itemId, itemCount }] } })
const cancel = (orderId: unknown, who: Who): Promise<Answer> =>
  shop.ask('PUT', `${ORDERS}/${String(orderId)}/cancel`, { who })
const readMany = async (itemIds: readonly number[]): Promise<Record<string, number>> =>
  (await shop.ask('POST', `${STOCKS}/batch`, { body: itemIds })).body
const soon = { timeout: STALE_MS_MAX + 500, interval: 50 }
const ledgerSum = async (itemId: number): Promise<unknown> =>
  (await shop.query('SELECT sum(delta) AS sum FROM stock.ledger WHERE item_id = $1', [itemId]))[0]!['sum']

test('7.A.6: nobody but the seller and administrators changes stock, on any route', async () => {
  const itemId = await publish(shop)
  const writes = [
    ['POST', STOCKS, { itemId, quantity: 1 }],
    ['PUT', STOCKS, { itemId, quantity: 1 }],
    ['PUT', `${STOCKS}/items/${itemId}`, { quantity: 1 }],
    ['DELETE', `${STOCKS}/items/${itemId}`, undefined],
    ['DELETE', `${STOCKS}/batch`, [itemId]],
  ] as const
  for (const [method, path, body] of writes) {
    for (const who of [BUYER, OTHER_SELLER, { userId: 9, role: 'UNCERTIFIED_USER' } as const])
      expect((await shop.ask(method, path, { who, body })).body.code, `${method} ${path}`).toBe(
        'UNAUTHORIZED_ACCESS',
      )
    expect((await shop.ask(method, path, { body })).body.code).toBe('UNAUTHENTICATED')
  }
  expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
})

test('7.B.1: no unit comes back by itself: when whatever was remembered is over, PostgreSQL is asked', async () => {
  const [normal, limited] = [
    await publish(shop, normalItem({ quantity: 3 })),
    await publish(shop, limitedItem({ quantity: 1 })),
  ]
  expect(await readMany([normal, limited])).toEqual({ [normal]: 3, [limited]: 1 })
  expect((await order(normal, 3)).status).toBe(201)
  expect((await buy(shop, limited, newBuyer())).status).toBe(201)
  for (let looks = 0; looks < 3; looks++) {
    await sleep(STALE_MS_MAX + 50)
    expect([await shop.left(normal), await shop.left(limited)]).toEqual([0, 0])
    expect((await order(normal, 1, newBuyer())).body.code).toBe('NOT_ENOUGH_STOCK')
    expect((await buy(shop, limited, newBuyer())).body.code).toBe('NOT_ENOUGH_STOCK')
  }
  expect(await shop.stockOf(normal)).toMatchObject({ total: 3, available: 0 })
})

test('7.B.2: a hundred raises and lowers at the same time all count, and the ledger sums up', async () => {
  const itemId = await publish(shop, normalItem({ quantity: 100 }))
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? shop.raise(itemId, 3) : shop.lower(itemId, 2))),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(204))
  expect(await shop.stockOf(itemId)).toEqual({ total: 150, available: 150, version: 101 })
  expect(await ledgerSum(itemId)).toBe(150)
  expect(await shop.left(itemId)).toBe(150)
  const ledger = await shop.ledgerOf(itemId)
  ledger.reduce((before, entry) => {
    expect(entry['available']).toBe(before + Number(entry['delta']))
    return Number(entry['available'])
  }, 0)
})

test('7.B.3: a change of an unknown item creates nothing', async () => {
  const rows = `SELECT (SELECT count(*) FROM stock.stock) AS stocks, (SELECT count(*) FROM stock.ledger) AS entries,
                       (SELECT count(*) FROM platform.audit) AS audited`
  const before = await shop.query(rows)
  await shop.lower(999_999, 1)
  await shop.raise(999_999, 7)
  await shop.set(999_999, 7)
  await shop.ask('DELETE', `${STOCKS}/batch`, { who: SELLER, body: [999_999] })
  expect((await shop.ask('GET', `${STOCKS}/items/999999`)).status).toBe(404)
  expect(await readMany([999_999])).toEqual({ 999_999: 0 })
  expect(await shop.query(rows)).toEqual(before)
})

test('7.B.3: an item that nobody has looked at yet is lowered from what it has', async () => {
  const [raised, lowered] = [await publish(shop, normalItem()), await publish(shop, normalItem())]
  await shop.raise(raised, 5)
  await shop.lower(lowered, 4)
  expect([await shop.left(raised), await shop.left(lowered)]).toEqual([15, 6])
})

test('7.B.4: lowers that ask for too much do not refuse smaller ones beside them', async () => {
  const itemId = await publish(shop, normalItem({ quantity: 20 }))
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => shop.lower(itemId, i % 2 === 0 ? 1_000 : 1)),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 2 === 0 ? 409 : 204)))
  expect(await shop.stockOf(itemId)).toEqual({ total: 0, available: 0, version: 21 })
})

test('7.B.5: unknown ids are not found, whether more or fewer are asked for', async () => {
  for (const answer of [
    await shop.raise(999_999, 1),
    await shop.lower(999_999, 1),
    await shop.set(999_999, 1),
    await shop.ask('DELETE', `${STOCKS}/items/999999`, { who: SELLER }),
    await shop.ask('GET', `${STOCKS}/items/999999/ledger`, { who: SELLER }),
  ])
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_STOCK', errors: [] } })
})

test('7.B.6: a sold-out item does not stop the others', async () => {
  const [sold, other] = [
    await publish(shop, limitedItem({ quantity: 1 })),
    await publish(shop, limitedItem({ quantity: 50 })),
  ]
  expect((await buy(shop, sold, newBuyer())).status).toBe(201)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => buy(shop, i % 2 === 0 ? sold : other, newBuyer())),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 2 === 0 ? 409 : 201)))
})

test('7.B.8: what is ordered is not available any more, at once in the database and within a second to readers', async () => {
  const itemId = await publish(shop, limitedItem({ quantity: 5, limitPerBuyer: 5 }))
  expect(await shop.left(itemId)).toBe(5)
  for (const available of [4, 3, 2]) {
    expect((await buy(shop, itemId, newBuyer())).status).toBe(201)
    expect(await shop.stockOf(itemId)).toMatchObject({ total: 5, available })
    await expect.poll(() => shop.left(itemId), soon).toBe(available)
  }
})

test('7.B.9: what expires or is cancelled comes back exactly, never more', async () => {
  const itemId = await publish(shop, limitedItem({ quantity: 5, holdSeconds: 1 }))
  const normal = await publish(shop, normalItem())
  for (let i = 0; i < 3; i++) expect((await buy(shop, itemId, newBuyer())).status).toBe(201)
  const { body } = await order(normal, 4)
  expect(await shop.stockOf(normal)).toMatchObject({ total: 10, available: 6 })
  await cancel(body.orderId, BUYER)
  await expect.poll(() => shop.left(itemId), { timeout: 8_000 }).toBe(5)
  await expect.poll(() => shop.left(normal), soon).toBe(10)
  await sleep(STALE_MS_MAX)
  expect(await readMany([itemId, normal])).toEqual({ [itemId]: 5, [normal]: 10 })
  expect([await ledgerSum(itemId), await ledgerSum(normal)]).toEqual([5, 10])
})

test('7.B.13: reading many gives each item its own number, remembered or not', async () => {
  const quantities = [11, 22, 33, 44, 55]
  const itemIds: number[] = []
  for (const quantity of quantities) itemIds.push(await publish(shop, normalItem({ quantity })))
  const expected = (changes: Record<number, number> = {}): Record<string, number> =>
    Object.fromEntries(itemIds.map((itemId, i) => [itemId, changes[i] ?? quantities[i]!]))
  await shop.left(itemIds[3]!)
  expect(await readMany(itemIds.toReversed())).toEqual(expected())
  expect(await readMany(itemIds)).toEqual(expected())
  await shop.raise(itemIds[1]!, 100)
  expect(await readMany(itemIds)).toEqual(expected({ 1: 122 }))
  for (const [i, itemId] of itemIds.entries())
    expect(await shop.left(itemId)).toBe(i === 1 ? 122 : quantities[i])
})

test('7.B.15: an order that is placed while the one before it expires keeps its units', async () => {
  const itemId = await publish(shop, limitedItem({ quantity: 1, holdSeconds: 1 }))
  const buyer = newBuyer()
  expect((await buy(shop, itemId, buyer)).status).toBe(201)
  const holds = await shop.ask('PUT', `/item-service/api/v1/items/${itemId}/sale`, {
    who: SELLER,
    body: { holdSeconds: 600 },
  })
  expect(holds.status).toBe(200)
  let again = await buy(shop, itemId, buyer)
  const end = performance.now() + 8_000
  while (again.status !== 201 && performance.now() < end) again = await buy(shop, itemId, buyer)
  expect(again.status).toBe(201)
  await sleep(1_500)
  expect(await shop.stockOf(itemId)).toMatchObject({ total: 1, available: 0 })
  const orders = await shop.query(
    'SELECT status, count(*) AS orders FROM orders.orders WHERE sale_item_id = $1 GROUP BY status ORDER BY status',
    [itemId],
  )
  expect(orders).toEqual([
    { status: 'CREATED', orders: 1 },
    { status: 'EXPIRED', orders: 1 },
  ])
})

test('7.B.16: a cancel says that it was done, gives its units back once, and once only where it is repeated', async () => {
  const itemId = await publish(shop, limitedItem({ quantity: 2 }))
  const buyer = newBuyer()
  const { body } = await buy(shop, itemId, buyer)
  const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(body['orderId'], buyer)))
  answers.push(await cancel(body['orderId'], buyer))
  expect(answers.map(({ status }) => status)).toEqual(Array(11).fill(204))
  expect(await shop.stockOf(itemId)).toMatchObject({ total: 2, available: 2 })
  expect((await shop.ledgerOf(itemId)).map(({ reason, delta }) => [reason, delta])).toEqual([
    ['OPENED', 2],
    ['PLACED', -1],
    ['CANCELED', 1],
  ])
  expect((await soonPlaced(() => buy(shop, itemId, newBuyer()))).status).toBe(201)
})

test('7.F: the stock of an item that there is not is 404, in both languages', async () => {
  const path = `${STOCKS}/items/999999`
  const korean = await shop.ask('GET', path)
  expect(korean).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND_STOCK', message: '재고가 존재하지 않습니다.', errors: [], instance: path },
  })
  const english = await shop.ask('GET', path, { headers: { 'accept-language': 'en' } })
  expect(english.body.message).toBe('No stock record.')
})
