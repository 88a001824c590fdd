// Normal orders of many lines, and what their lines may be.
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buy, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import { expectBank, orderShop, said, type OrderShop } from '../support/orders.ts'
import { ITEMS, soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { openSale, SELLER_ID } from '../support/sale.ts'

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop

beforeAll(async () => {
  shop = await startShop('order-lines')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
})
afterAll(() => shop?.stop())

const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field)
/** As they are written. */
const linesOf = async (orderId: number): Promise<unknown[]> =>
  (
    await database.query('SELECT item_id, quantity FROM orders.line WHERE order_id = $1 ORDER BY item_id', [
      orderId,
    ])
  ).rows
const FIRST_ITEM = 9_007_199_254_000_000

/** Stock alone, past the shop: a thousand items over HTTP would take a while. Ids are as long as they can be. */
async function putUp(count: number): Promise<number[]> {
  await database.query(
    `WITH fresh AS (
       INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, hold_seconds)
       SELECT $1::bigint + n, $2, false, 2000000000, 1000000, 1000000, 600 FROM generate_series(1, $3::integer) n
       ON CONFLICT (item_id) DO NOTHING RETURNING item_id, available, version)
     INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
     SELECT item_id, 'OPENED', available, available, version, clock_timestamp() FROM fresh`,
    [FIRST_ITEM, SELLER_ID, count],
  )
  return Array.from({ length: count }, (_, i) => FIRST_ITEM + 1 + i)
}

test('an order has up to a thousand lines, each with as many units and as high a price as there may be', async () => {
  const items = await putUp(1_000)
  const buyerId = orders.newBuyer()
  const lines = items.toReversed().map((itemId) => ({ itemId, itemCount: 1_000, price: 2_000_000_000 }))
  const startedMs = performance.now()
  const answer = await orders.order(buyerId, lines, { key: 'thousand' })
  console.log(`1,000 lines: ${Math.round(performance.now() - startedMs)} ms`)
  expect(said(answer)).toBe('201 CREATED')
  expect(answer.body.totalSum).toBe(1_000 * 1_000 * 2_000_000_000)
  expect(answer.body.orderItemList.map((line: { itemId: number }) => line.itemId)).toEqual(items)
  expect(await linesOf(answer.body.orderId)).toHaveLength(1_000)
  const again = await orders.order(buyerId, lines, { key: 'thousand' })
  expect([again.status, again.body]).toEqual([201, answer.body])
  const changed = await orders.change(answer.body.orderId, buyerId, {
    lines: items.map((itemId, i) => ({ itemId, quantity: i })),
  })
  expect(changed.status).toBe(200)
  expect(changed.body.totalSum).toBe(499_500 * 2_000_000_000)
  const cancelled = await orders.cancel(answer.body.orderId, buyerId, {
    body: { orderItemIds: items.slice(1) },
  })
  expect(said(cancelled)).toBe('204')
  expect((await orders.get(answer.body.orderId, buyerId)).body.status).toBe('CANCELED')
  await expectBank(database, ...items)
})

test('a thousand and one lines are too many, also where they name one item', async () => {
  const itemId = await orders.normalItem({ quantity: 2_000 })
  const lines = Array.from({ length: 1_001 }, () => ({ itemId, itemCount: 1 }))
  const answer = await orders.order(orders.newBuyer(), lines)
  expect([said(answer), fieldsOf(answer)]).toEqual(['400 INVALID_INPUT_VALUE', ['orderItemList']])
  const merged = await orders.order(orders.newBuyer(), lines.slice(1))
  expect(merged.body).toMatchObject({ orderItemList: [{ quantity: 1_000 }] })
  expect(await orders.left(itemId)).toEqual([1_000])
})

test.each([-1, -3, 0, 1.5, '2', null, 1_001, 2 ** 53, -(2 ** 31)])(
  '7.A.9, 7.A.10: a count of %j is refused (the original let negative ones raise stock and lower the total)',
  async (itemCount) => {
    const [itemId, other] = [await orders.normalItem(), await orders.normalItem()]
    const lines = [
      { itemId: other, itemCount: 1 },
      { itemId, itemCount: itemCount as number },
    ]
    const answer = await orders.order(orders.newBuyer(), lines)
    expect([said(answer), fieldsOf(answer)]).toEqual([
      '400 INVALID_INPUT_VALUE',
      ['orderItemList.1.itemCount'],
    ])
    expect(await orders.left(itemId, other)).toEqual([10, 10])
  },
)

test('7.C.1: a limited item is not sold by a normal order, before or after its sale opens', async () => {
  const [open, early] = [
    await openSale(client, { quantity: 5 }),
    await openSale(client, { quantity: 5, openInMs: 3_600_000 }),
  ]
  for (const itemId of [open, early])
    expect(said(await orders.order(orders.newBuyer(), [{ itemId, itemCount: 1 }]))).toBe('409 LIMITED_ITEM')
  expect(await orders.left(open, early)).toEqual([5, 5])
})

test('7.B.17: who asks before the opening holds nothing: all units are for sale when it opens (the original reserved first, looked at the clock then, and kept what it had reserved)', async () => {
  const [limited, normal] = [
    await openSale(client, { quantity: 3, openInMs: 3_600_000 }),
    await orders.normalItem(),
  ]
  const early = Array.from({ length: 6 }, () => orders.newBuyer())
  const refused = await Promise.all(
    early.flatMap((buyerId) => [
      buy(client, buyerId, { itemId: limited }),
      orders.order(buyerId, [
        { itemId: normal, itemCount: 2 },
        { itemId: limited, itemCount: 1 },
      ]),
    ]),
  )
  expect([...new Set(refused.map(said))].toSorted()).toEqual([
    '400 NOT_REACHED_OPEN_TIME',
    '409 LIMITED_ITEM',
  ])
  // Neither held, nor held and given back: no row has moved.
  const { rows } = await database.query(
    `SELECT k.available, k.version, (SELECT count(*) FROM stock.ledger g WHERE g.item_id = k.item_id) AS entries
       FROM stock.stock k WHERE k.item_id = ANY ($1) ORDER BY k.item_id`,
    [[limited, normal]],
  )
  expect(rows).toEqual([
    { available: 3, version: 1, entries: 1 },
    { available: 10, version: 1, entries: 1 },
  ])
  const opened = await client.send('PUT', `${ITEMS}/${limited}/sale`, {
    token: tokenOf(SELLER_ID, 'SELLER'),
    body: { openTime: new Date(Date.now() - 1_000).toISOString() },
  })
  expect(opened.status).toBe(200)
  for (let unit = 0; unit < 3; unit++)
    expect(said(await soonPlaced(() => buy(client, orders.newBuyer(), { itemId: limited })))).toBe(
      '201 CREATED',
    )
  expect(said(await buy(client, early[0]!, { itemId: limited }))).toBe('409 NOT_ENOUGH_STOCK')
  await expectBank(database, limited, normal)
})

test('7.C.7: each line of an order is written once, and takes its units once (the original inserted every line twice)', async () => {
  const [one, two] = [await orders.normalItem(), await orders.normalItem()]
  const limited = await openSale(client, { quantity: 5 })
  const buyerId = orders.newBuyer()
  const lines = [
    { itemId: one, itemCount: 2 },
    { itemId: two, itemCount: 3 },
  ]
  const placed = await orders.order(buyerId, lines, { key: 'once' })
  const again = await orders.order(buyerId, lines, { key: 'once' })
  expect([said(placed), again.body.orderId]).toEqual(['201 CREATED', placed.body.orderId])
  const claimed = await buy(client, buyerId, { itemId: limited })
  const twoLines = [
    { item_id: one, quantity: 2 },
    { item_id: two, quantity: 3 },
  ]
  expect(await linesOf(placed.body.orderId)).toEqual(twoLines)
  expect(await linesOf(claimed.body.orderId)).toEqual([{ item_id: limited, quantity: 1 }])
  for (const { body } of [placed, await orders.get(placed.body.orderId, buyerId)]) {
    expect(body.orderItemList).toMatchObject([
      { itemId: one, quantity: 2 },
      { itemId: two, quantity: 3 },
    ])
    expect([body.orderItemList.length, body.totalSum]).toEqual([2, 5 * 500])
  }
  expect(await orders.left(one, two, limited)).toEqual([8, 7, 4])
  // Nor can anything write one twice.
  await expect(
    database.query(
      'INSERT INTO orders.line (order_id, item_id, quantity, unit_price) VALUES ($1, $2, 2, 500)',
      [placed.body.orderId, one],
    ),
  ).rejects.toThrow('duplicate key')
  await expectBank(database, one, two, limited)
})

test('7.B.11: holds are those of each order: ending one does not end another of the same buyer and item', async () => {
  const itemId = await orders.normalItem()
  const buyerId = orders.newBuyer()
  const [one, two] = [
    await orders.order(buyerId, [{ itemId, itemCount: 2 }]),
    await orders.order(buyerId, [{ itemId, itemCount: 3 }]),
  ]
  expect(two.body.orderId).not.toBe(one.body.orderId)
  expect(await orders.left(itemId)).toEqual([5])
  await orders.cancel(one.body.orderId, buyerId)
  expect(await orders.left(itemId)).toEqual([7])
  const kept = await orders.get(two.body.orderId, buyerId)
  expect([kept.body.status, kept.body.payBy]).toEqual(['CREATED', two.body.payBy])
})

test('7.C.14: an order that nobody pays ends by itself, with its units for sale again', async () => {
  const itemId = await orders.normalItem({ holdSeconds: 1 })
  const buyerId = orders.newBuyer()
  const { body } = await orders.order(buyerId, [{ itemId, itemCount: 10 }])
  expect(said(await orders.order(buyerId, [{ itemId, itemCount: 1 }]))).toBe('409 NOT_ENOUGH_STOCK')
  await orders.isExpired(body.orderId, buyerId)
  expect(said(await orders.order(buyerId, [{ itemId, itemCount: 1 }]))).toBe('201 CREATED')
  await expectBank(database, itemId)
})
