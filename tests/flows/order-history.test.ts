// A buyer's own orders: the list in its two ways, one order, and deleting one from the list.
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, type Answer, type Client } from '../support/buyers.ts'
import { orderShop, said, type OrderShop } from '../support/orders.ts'
import { startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale } from '../support/sale.ts'

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop

beforeAll(async () => {
  shop = await startShop('order-history')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
})
afterAll(() => shop?.stop())

const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field)
const idsOf = ({ body }: Answer): number[] => body.content.map((entry: { orderId: number }) => entry.orderId)

/** Ids, newest first. */
async function placed(buyerId: number, count: number): Promise<number[]> {
  const itemId = await orders.normalItem({ quantity: 1_000 })
  const ids: number[] = []
  for (let i = 0; i < count; i++)
    ids.unshift((await orders.order(buyerId, [{ itemId, itemCount: 1 }])).body.orderId)
  return ids
}

async function follow(buyerId: number, query: string): Promise<number[][]> {
  const parts: number[][] = []
  let next: string | null = ''
  while (next !== null) {
    const answer: Answer = await orders.list(buyerId, `?${query}${next === '' ? '' : `&cursor=${next}`}`)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['content', 'next'])
    parts.push(idsOf(answer))
    next = answer.body.next
  }
  return parts
}

describe('the list by cursor', () => {
  test('goes through every order once, newest first', async () => {
    const buyerId = orders.newBuyer()
    const ids = await placed(buyerId, 5)
    await placed(orders.newBuyer(), 1)
    expect(await follow(buyerId, 'limit=2')).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
    expect(await follow(buyerId, 'limit=5')).toEqual([ids])
    expect(await follow(buyerId, 'limit=100')).toEqual([ids])
    expect(await follow(orders.newBuyer(), 'limit=1')).toEqual([[]])
  })

  test('does not show an order twice, nor miss one, where others come in meanwhile', async () => {
    const buyerId = orders.newBuyer()
    const ids = await placed(buyerId, 4)
    const first = await orders.list(buyerId, '?limit=2')
    await placed(buyerId, 2)
    const second = await orders.list(buyerId, `?limit=2&cursor=${first.body.next}`)
    expect([idsOf(first), idsOf(second)]).toEqual([ids.slice(0, 2), ids.slice(2)])
  })

  test('tells orders of the same moment apart', async () => {
    const buyerId = orders.newBuyer()
    const ids = await placed(buyerId, 5)
    await database.query(
      `UPDATE orders.orders SET created_at = '2026-01-02T03:04:05.678901Z' WHERE buyer_id = $1`,
      [buyerId],
    )
    const seen = (await follow(buyerId, 'limit=1')).flat()
    expect(seen).toEqual(ids.toSorted((a, b) => b - a))
  })

  test.each(['x', 'WzFd', encodeURIComponent('[1,2]'), btoa('[1,"2"]'), btoa('[1.5,2]'), 'A'.repeat(300)])(
    'with the cursor %s is refused',
    async (cursor) => {
      expect(said(await orders.list(orders.newBuyer(), `?cursor=${cursor}`))).toBe('400 INVALID_CURSOR')
    },
  )

  test('with a cursor of somebody else shows the own orders only', async () => {
    const [one, two] = [orders.newBuyer(), orders.newBuyer()]
    await placed(one, 2)
    const ids = await placed(two, 1)
    const { body } = await orders.list(two, '?limit=100')
    expect(body.next).toBeNull()
    const foreign = (await orders.list(one, '?limit=1')).body.next
    const answer = await orders.list(two, `?cursor=${foreign}`)
    expect(idsOf(answer).every((id) => ids.includes(id))).toBe(true)
  })

  test.each([
    ['?limit=0', ['limit']],
    ['?limit=101', ['limit']],
    ['?limit=2&page=0', ['limit']],
    ['?status=NOTHING', ['status']],
    ['?status=created', ['status']],
  ])('of %s is refused', async (query, fields) => {
    const answer = await orders.list(orders.newBuyer(), query)
    expect([said(answer), fieldsOf(answer)]).toEqual(['400 INVALID_INPUT_VALUE', fields])
  })
})

test('the list shows orders in one state where one is asked for', async () => {
  const buyerId = orders.newBuyer()
  const [third, second, first] = await placed(buyerId, 3)
  await orders.cancel(second!, buyerId)
  await orders.setStatus(first!, 'PAID')
  const page = async (query: string): Promise<[number[], unknown]> => {
    const answer = await orders.list(buyerId, query)
    return [idsOf(answer), answer.body.totalElements]
  }
  expect(await page('?status=CREATED')).toEqual([[third], 1])
  expect(await page('?status=CANCELED')).toEqual([[second], 1])
  expect(await page('?status=SHIPPED')).toEqual([[], 0])
  expect(await follow(buyerId, 'status=PAID&limit=1')).toEqual([[first]])
})

test('the list shows orders of one limited item where one is asked for', async () => {
  const buyerId = orders.newBuyer()
  await placed(buyerId, 2)
  const itemId = await openSale(client, { quantity: 10 })
  const other = await openSale(client, { quantity: 10 })
  const bought = await buy(client, buyerId, { itemId })
  await buy(client, buyerId, { itemId: other })
  for (const query of [`?saleItemId=${itemId}`, `?limit=10&saleItemId=${itemId}`])
    expect(idsOf(await orders.list(buyerId, query))).toEqual([bought.body.orderId])
  expect((await orders.list(buyerId, '?saleItemId=0')).status).toBe(400)
})

test('the list shows the first hundred lines of an order, and says how many it leaves out', async () => {
  const buyerId = orders.newBuyer()
  const items: number[] = []
  for (let i = 0; i < 102; i++) items.push(await orders.normalItem())
  const { body } = await orders.order(
    buyerId,
    items.map((itemId) => ({ itemId, itemCount: 1 })),
  )
  expect(body.orderItemList).toHaveLength(102)
  const [entry] = (await orders.list(buyerId)).body.content
  expect(entry).toEqual({ ...body, orderItemList: body.orderItemList.slice(0, 100), linesLeftOut: 2 })
  expect((await orders.get(body.orderId, buyerId)).body).toMatchObject(body)
})

test('one order is shown to its buyer and to administrators, and to nobody else', async () => {
  const buyerId = orders.newBuyer()
  const [orderId] = await placed(buyerId, 1)
  const asBuyer = await orders.get(orderId!, buyerId)
  const asAdmin = await orders.get(orderId!, orders.newBuyer(), { role: 'ADMIN' })
  expect([asBuyer.status, asAdmin.body]).toEqual([200, asBuyer.body])
  for (const role of ['CERTIFIED_USER', 'SELLER'] as const)
    expect(said(await orders.get(orderId!, orders.newBuyer(), { role }))).toBe('403 UNAUTHORIZED_ACCESS')
})

describe('deleting an order', () => {
  test.each(['CANCELED', 'EXPIRED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED', 'SHIPPED'])(
    'that is %s hides it from its buyer',
    async (status) => {
      const buyerId = orders.newBuyer()
      const [kept, hidden] = (await placed(buyerId, 2)) as [number, number]
      await orders.setStatus(hidden, status)
      expect(said(await orders.hide(hidden, buyerId))).toBe('204')
      for (const answer of [
        await orders.get(hidden, buyerId),
        await orders.hide(hidden, buyerId),
        await orders.cancel(hidden, buyerId),
        await orders.change(hidden, buyerId, { lines: [{ itemId: 1, quantity: 1 }] }),
      ])
        expect(said(answer)).toBe('404 NOT_FOUND_ORDER')
      const list = await orders.list(buyerId)
      expect([idsOf(list), list.body.totalElements]).toEqual([[kept], 1])
      expect(await follow(buyerId, 'limit=5')).toEqual([[kept]])
      expect((await orders.get(hidden, orders.newBuyer(), { role: 'ADMIN' })).body.status).toBe(status)
    },
  )

  test.each(['CREATED', 'PAID', 'READY', 'SHIPPING', 'CANCEL_REQUESTED', 'RETURN_REQUESTED'])(
    '7.C.4: that is %s is refused (the original deleted in any state, its stock lost)',
    async (status) => {
      const buyerId = orders.newBuyer()
      const [orderId] = (await placed(buyerId, 1)) as [number]
      await orders.setStatus(orderId, status)
      expect(said(await orders.hide(orderId, buyerId))).toBe('409 ORDER_IN_PROGRESS')
      expect((await orders.get(orderId, buyerId)).body.status).toBe(status)
    },
  )

  test('7.C.4: touches no units, limit or key', async () => {
    const itemId = await openSale(client, { quantity: 5, limitPerBuyer: 2 })
    const buyerId = orders.newBuyer()
    const bought = await buy(client, buyerId, { itemId, quantity: 2, key: 'k' })
    await orders.setStatus(bought.body.orderId, 'SHIPPED')
    expect(said(await orders.hide(bought.body.orderId, buyerId))).toBe('204')
    expect(said(await buy(client, buyerId, { itemId }))).toBe('409 PURCHASE_LIMIT_REACHED')
    expect((await buy(client, buyerId, { itemId, quantity: 2, key: 'k' })).body).toEqual(bought.body)
    expect((await expectExact(database, itemId, [bought])).available).toBe(3)
  })

  test('of somebody else, or of none, is refused', async () => {
    const buyerId = orders.newBuyer()
    const [orderId] = (await placed(buyerId, 1)) as [number]
    await orders.cancel(orderId, buyerId)
    for (const role of ['CERTIFIED_USER', 'ADMIN'] as const)
      expect(said(await orders.hide(orderId, orders.newBuyer(), { role }))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await orders.hide(999_999_999, buyerId))).toBe('404 NOT_FOUND_ORDER')
    expect((await orders.get(orderId, buyerId)).status).toBe(200)
  })

  test('repeated with its key is answered as before', async () => {
    const buyerId = orders.newBuyer()
    const [orderId] = (await placed(buyerId, 1)) as [number]
    await orders.cancel(orderId, buyerId)
    for (let i = 0; i < 2; i++) expect(said(await orders.hide(orderId, buyerId, { key: 'k' }))).toBe('204')
  })
})

test('7.F: an order that does not exist is told in both languages', async () => {
  const ask = (language?: string): Promise<Answer> =>
    orders.get(999_999_999, orders.newBuyer(), language === undefined ? {} : { language })
  expect((await ask()).body).toMatchObject({ status: 404, message: '존재하지 않는 주문입니다.' })
  expect((await ask('en')).body).toMatchObject({ status: 404, message: 'No such order.' })
})
