// What accounts ask of orders: what is in progress, what counts for limits, what an export has; and units that somebody bought
// before under another account, which count for the limit of the one after it.
import type pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LimitedUnits, OrderReads } from '../../server/modules/order/contract.ts'
import { openOrderReads } from '../../server/modules/order/module.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { createPersonalData } from '../../server/platform/crypto.ts'
import { openDatabase, type Database } from '../../server/platform/db.ts'
import { buy, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import { orderShop, said, type OrderShop } from '../support/orders.ts'
import { soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale, SELLER_ID } from '../support/sale.ts'

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop
let own: Database
let reads: OrderReads

beforeAll(async () => {
  shop = await startShop('carried-units')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
  const { host, port, user, password, database: name } = database.options
  const url =
    database.options.connectionString ?? `postgres://${user}:${String(password)}@${host}:${port}/${name}`
  own = openDatabase({ url, poolMax: 2, log: pino({ level: 'silent' }) })
  // The key of the servers of tests.
  const pii = createPersonalData([{ id: 'k1', key: Buffer.alloc(32, 7) }])
  reads = openOrderReads(own, { clock: systemClock, pii })
})
afterAll(async () => {
  await own?.close()
  await shop?.stop()
})

const carry = (userId: number, ...units: LimitedUnits[]): Promise<void> =>
  own.transaction((tx) => reads.carryUnits(tx, userId, units))
const openUnits = (userId: number): Promise<LimitedUnits[]> =>
  own.transaction((tx) => reads.openUnits(tx, userId))
const hasOrders = (userId: number): Promise<boolean> =>
  own.transaction((tx) => reads.hasOrdersInProgress(tx, userId))
const close = (itemId: number): Promise<Answer> =>
  client.send('POST', `/item-service/api/v1/items/${itemId}/sale/close`, {
    token: tokenOf(SELLER_ID, 'SELLER'),
  })
const LIMIT = '409 PURCHASE_LIMIT_REACHED'

describe('units that were carried over', () => {
  test('count for the limit, as if this account had bought them', async () => {
    const itemId = await openSale(client, { quantity: 10, limitPerBuyer: 3 })
    const buyerId = orders.newBuyer()
    await carry(buyerId, { itemId, units: 2 })
    expect(said(await buy(client, buyerId, { itemId, quantity: 2 }))).toBe(LIMIT)
    expect((await buy(client, buyerId, { itemId, quantity: 1 })).status).toBe(201)
    expect(said(await buy(client, buyerId, { itemId, quantity: 1 }))).toBe(LIMIT)
    // Nobody else's, and of no other item.
    expect((await buy(client, orders.newBuyer(), { itemId, quantity: 3 })).status).toBe(201)
    const other = await openSale(client, { quantity: 3, limitPerBuyer: 3 })
    expect((await buy(client, buyerId, { itemId: other, quantity: 3 })).status).toBe(201)
    await expectExact(database, itemId, [])
  })

  test('add up, and may be more than the limit', async () => {
    const itemId = await openSale(client, { quantity: 10, limitPerBuyer: 3 })
    const buyerId = orders.newBuyer()
    await carry(buyerId, { itemId, units: 1 }, { itemId, units: 1 })
    await carry(buyerId, { itemId, units: 5 })
    await carry(buyerId)
    expect(await openUnits(buyerId)).toEqual([{ itemId, units: 7 }])
    expect(said(await buy(client, buyerId, { itemId }))).toBe(LIMIT)
  })

  test('count among requests that share a commit, too', async () => {
    const itemId = await openSale(client, { quantity: 50, limitPerBuyer: 5 })
    const buyerId = orders.newBuyer()
    await carry(buyerId, { itemId, units: 3 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => buy(client, buyerId, { itemId })))
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(2)
    expect(answers.filter((answer) => said(answer) === LIMIT)).toHaveLength(8)
    await expectExact(database, itemId, [])
  })
})

describe('units that a member has bought of open sales', () => {
  test('are those of live orders, delivered ones among them, and those carried before', async () => {
    const itemId = await openSale(client, { quantity: 20, limitPerBuyer: 20 })
    const buyerId = orders.newBuyer()
    const bought: number[] = []
    for (const quantity of [1, 2, 3, 4])
      bought.push((await buy(client, buyerId, { itemId, quantity })).body.orderId)
    await orders.setStatus(bought[0]!, 'SHIPPED')
    await orders.setStatus(bought[1]!, 'RETURNED')
    await orders.cancel(bought[2]!, buyerId, { body: { lines: [{ itemId, quantity: 1 }] } })
    await orders.cancel(bought[3]!, buyerId)
    await carry(buyerId, { itemId, units: 10 })
    const normal = await orders.normalItem()
    await orders.order(buyerId, [{ itemId: normal, itemCount: 1 }])
    expect(await openUnits(buyerId)).toEqual([{ itemId, units: 13 }])
    expect(await openUnits(orders.newBuyer())).toEqual([])
  })

  test('are left out once the sale is closed, by hand or by time', async () => {
    const [byHand, byTime] = [
      await openSale(client, { quantity: 5, limitPerBuyer: 5 }),
      await openSale(client, { quantity: 5, limitPerBuyer: 5 }),
    ]
    const buyerId = orders.newBuyer()
    for (const itemId of [byHand, byTime]) {
      await soonPlaced(() => buy(client, buyerId, { itemId, quantity: 1 }))
      await carry(buyerId, { itemId, units: 1 })
    }
    expect(await openUnits(buyerId)).toEqual([byHand, byTime].map((itemId) => ({ itemId, units: 2 })))
    expect((await close(byHand)).status).toBeLessThan(300)
    await database.query('UPDATE stock.stock SET close_time = clock_timestamp() WHERE item_id = $1', [byTime])
    expect(await openUnits(buyerId)).toEqual([])
  })
})

test.each([
  ['CREATED', true],
  ['PAID', true],
  ['SHIPPING', true],
  ['RETURN_REQUESTED', true],
  ['SHIPPED', false],
  ['CANCELED', false],
  ['EXPIRED', false],
])('an order that is %s is in progress: %s', async (status, expected) => {
  const [buyerId, itemId] = [orders.newBuyer(), await orders.normalItem()]
  expect(await hasOrders(buyerId)).toBe(false)
  const { body } = await orders.order(buyerId, [{ itemId, itemCount: 1 }])
  await orders.setStatus(body.orderId, status)
  expect(await hasOrders(buyerId)).toBe(expected)
})

test('an export has every order of the member whole, with its recipient, also those that they have hidden', async () => {
  const [buyerId, itemId] = [orders.newBuyer(), await orders.normalItem()]
  const recipient = { name: '홍길동', phoneNumber: '010-1234-5678', address: '서울특별시 중구 세종대로 110' }
  const first = await orders.order(buyerId, [{ itemId, itemCount: 1 }], { recipient })
  const second = await orders.order(buyerId, [{ itemId, itemCount: 2 }])
  await orders.order(orders.newBuyer(), [{ itemId, itemCount: 1 }])
  await orders.cancel(first.body.orderId, buyerId)
  expect((await orders.hide(first.body.orderId, buyerId)).status).toBe(204)
  const exported = await reads.exportOrders(own.db, buyerId)
  expect(exported).toMatchObject([
    {
      ...first.body,
      status: 'CANCELED',
      orderItemList: [{ ...first.body.orderItemList[0], status: 'CANCELED' }],
      recipient,
      hiddenAt: expect.stringMatching(/\+09:00$/),
    },
    { ...second.body, hiddenAt: null },
  ])
})
