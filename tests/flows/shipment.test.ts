// Paid orders get a shipment for each seller; what is cancelled leaves it; what is returned gets one of its own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { ORDERS, said } from '../support/orders.ts'
import { startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'
import { ITEMS, normalItem } from '../support/sale-app.ts'
import { SELLER_ID } from '../support/sale.ts'
import { startShipping, type Shipping } from '../support/shipping.ts'

const OTHER_SELLER = 900_000_002
const SHIPMENTS = '/order-service/api/v1/shipments'

let shop: PayShop
let shipping: Shipping
beforeAll(async () => {
  ;[shop, shipping] = await Promise.all([startPayShop('shipment'), startShipping('shipment-events')])
})
afterAll(() => Promise.all([shop?.stop(), shipping?.stop()]))

const shipmentsOf = async ({ orderId, buyerId }: Placed): Promise<Answer['body'][]> =>
  (await shop.send('GET', `${ORDERS}/${orderId}/shipments`, buyerId)).body
const act = (shipmentId: number, action: string, body?: unknown, sellerId = SELLER_ID): Promise<Answer> =>
  shop.client.send('POST', `${SHIPMENTS}/${shipmentId}/${action}`, {
    token: tokenOf(sellerId, 'SELLER'),
    ...(body !== undefined && { body }),
  })
const parcel = { carrier: 'CJ대한통운', trackingNumber: '6890-1234-5678' }

/** Its shipments, oldest first, once they are there. */
async function paid(order: Placed, count = 1): Promise<Answer['body'][]> {
  expect(said(await shop.pay(order))).toBe('200 COMPLETED')
  await expect.poll(async () => (await shipmentsOf(order)).length, { timeout: 10_000 }).toBe(count)
  return (await shipmentsOf(order)).toReversed()
}

async function delivered(order: Placed): Promise<void> {
  const [{ shipmentId }] = (await paid(order)) as [Answer['body']]
  expect(said(await act(shipmentId, 'ship', parcel))).toBe('204')
  expect(said(await act(shipmentId, 'deliver'))).toBe('204')
}

describe('a paid order', () => {
  test('gets one shipment for each seller, of its own lines', async () => {
    const { body } = await shop.client.send('POST', ITEMS, {
      token: tokenOf(OTHER_SELLER, 'SELLER'),
      body: normalItem({ price: 500 }),
    })
    const [one, two] = [await shop.orders.normalItem(), await shop.orders.normalItem()]
    const buyerId = shop.orders.newBuyer()
    const placed = await shop.orders.order(buyerId, [
      { itemId: one, itemCount: 2 },
      { itemId: two, itemCount: 1 },
      { itemId: body.id, itemCount: 3 },
    ])
    const order = { orderId: placed.body.orderId, buyerId, items: [], total: placed.body.totalSum }
    expect(await shipmentsOf(order)).toEqual([])
    const shipments = await paid(order, 2)
    const lines = shipments.map((shipment) => shipment.lines)
    expect(lines).toContainEqual([
      { itemId: one, quantity: 2 },
      { itemId: two, quantity: 1 },
    ])
    expect(lines).toContainEqual([{ itemId: body.id, quantity: 3 }])
    for (const shipment of shipments)
      expect(shipment).toEqual({
        shipmentId: expect.any(Number),
        direction: 'OUT',
        status: 'ACCEPTANCE',
        since: expect.stringMatching(/\+09:00$/),
        carrier: null,
        trackingNumber: null,
        lines: expect.any(Array),
      })
    const ofOther = shipments.find((shipment) => shipment.lines[0].itemId === body.id)
    expect(said(await act(ofOther.shipmentId, 'ship', parcel, OTHER_SELLER))).toBe('204')
    expect(await shop.statusOf(order)).toBe('PARTIALLY_SHIPPING')
  })

  test('tells its buyer where its goods are, and nobody else', async () => {
    const order = await shop.place([1])
    const [{ shipmentId }] = (await paid(order)) as [Answer['body']]
    await act(shipmentId, 'ship', parcel)
    expect(await shipmentsOf(order)).toMatchObject([{ status: 'SHIPPING', ...parcel }])
    const path = `${ORDERS}/${order.orderId}/shipments`
    expect(said(await shop.send('GET', path, shop.orders.newBuyer()))).toBe('403 UNAUTHORIZED_ACCESS')
    expect((await shop.client.send('GET', path, { token: tokenOf(1, 'ADMIN') })).status).toBe(200)
    const unpaid = await shop.place([1])
    expect(
      said(await shop.send('GET', `${ORDERS}/${unpaid.orderId}/shipments`, shop.orders.newBuyer())),
    ).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await shop.send('GET', `${ORDERS}/987654321/shipments`, order.buyerId))).toBe(
      '404 NOT_FOUND_ORDER',
    )
    expect((await shop.send('GET', `${ORDERS}/9007199254740993/shipments`, order.buyerId)).status).toBe(400)
  })
})

describe('cancelling', () => {
  test('takes some units out of what is not shipped yet', async () => {
    const order = await shop.place([3, 2])
    await paid(order)
    const [first, second] = order.items as [number, number]
    const body = { lines: [{ itemId: first, quantity: 1 }] }
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId, { body }))).toBe('204')
    expect(await shipmentsOf(order)).toMatchObject([
      {
        status: 'ACCEPTANCE',
        lines: [
          { itemId: first, quantity: 2 },
          { itemId: second, quantity: 2 },
        ],
      },
    ])
    await shop.untilQuiet()
    await shop.expectMoney(...order.items)
  })

  test('7.D.9: ends the shipment of which nothing is left, with the cancel itself (the original lost the delete)', async () => {
    const order = await shop.place([2])
    const [{ shipmentId }] = (await paid(order)) as [Answer['body']]
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    expect(await shipmentsOf(order)).toMatchObject([
      { shipmentId, status: 'CANCELED', lines: [{ itemId: order.items[0], quantity: 0 }] },
    ])
    expect(said(await act(shipmentId, 'ship', parcel))).toBe('409 SHIPMENT_NOT_MOVABLE')
    const { rows } = await shop.database.query('SELECT due_at FROM shipments.shipment WHERE id = $1', [
      shipmentId,
    ])
    expect(rows).toEqual([{ due_at: null }])
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    await shop.expectMoney(...order.items)
  })

  test('is refused once the goods are on their way, and then changes nothing', async () => {
    const order = await shop.place([2])
    const [{ shipmentId }] = (await paid(order)) as [Answer['body']]
    await act(shipmentId, 'ship', parcel)
    const before = await shipmentsOf(order)
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('409 ALREADY_SHIPPING')
    expect(await shipmentsOf(order)).toEqual(before)
    await shop.expectMoney(...order.items)
  })

  test('or shipping: of both at once, one is done', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 4; round++) {
      const order = await shop.place([1])
      const [{ shipmentId }] = (await paid(order)) as [Answer['body']]
      const answers = await Promise.all([
        shop.orders.cancel(order.orderId, order.buyerId),
        act(shipmentId, 'ship', parcel),
      ])
      const [{ status }] = (await shipmentsOf(order)) as [Answer['body']]
      expect(answers.map(said)).toEqual(
        status === 'CANCELED' ? ['204', '409 SHIPMENT_NOT_MOVABLE'] : ['409 ALREADY_SHIPPING', '204'],
      )
      await shop.untilQuiet()
      await shop.expectMoney(...order.items)
    }
  })
})

describe('a return', () => {
  test('comes back to its seller; received, its money and units follow', async () => {
    const order = await shop.place([2])
    await delivered(order)
    const body = { lines: [{ itemId: order.items[0], quantity: 1 }] }
    expect((await shop.send('PUT', `${ORDERS}/${order.orderId}/return`, order.buyerId, body)).status).toBe(
      204,
    )
    const [back] = (await shipmentsOf(order)) as [Answer['body']]
    expect(back).toMatchObject({ direction: 'BACK', status: 'RETURN_REQUESTED', lines: [{ quantity: 1 }] })
    expect(await shop.orders.left(...order.items)).toEqual([8])
    expect(said(await act(back.shipmentId, 'receive', undefined, OTHER_SELLER))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
    expect(said(await act(back.shipmentId, 'receive'))).toBe('204')
    expect(said(await act(back.shipmentId, 'receive'))).toBe('204')
    await shop.untilQuiet()
    expect(await shop.orders.left(...order.items)).toEqual([9])
    expect(await shop.statusOf(order)).toBe('PARTIALLY_RETURNED')
    await shop.expectMoney(...order.items)
  })
})

describe('the export of a member', () => {
  test('has the shipments of its orders', async () => {
    const [orderId] = await shipping.place([
      { buyerId: 99, lines: [{ itemId: (await shipping.items(1))[0]!, quantity: 1 }] },
    ])
    await shipping.hearPaid([orderId!])
    expect(await shipping.api.exportOf(99)).toMatchObject([
      {
        orderId,
        direction: 'OUT',
        status: 'ACCEPTANCE',
        lines: [{ quantity: 1 }],
        createdAt: expect.any(String),
      },
    ])
    expect(await shipping.api.exportOf(98)).toEqual([])
  })
})

describe('the event that an order is paid', () => {
  const shipmentsFor = (orderIds: readonly number[]): Promise<Record<string, unknown>[]> =>
    shipping.rows(
      `SELECT s.order_id, s.seller_id, s.status, l.item_id, l.quantity
         FROM shipments.shipment s JOIN shipments.line l ON l.shipment_id = s.id
        WHERE s.order_id = ANY ($1) ORDER BY s.order_id, s.seller_id, l.item_id`,
      [orderIds],
    )

  test('makes nothing twice, however often and at how many places it is handled', async () => {
    const [a = 0, b = 0] = await shipping.items(1, 2)
    const orderIds = await shipping.place(
      Array.from({ length: 30 }, () => ({
        lines: [
          { itemId: a, quantity: 1 },
          { itemId: b, quantity: 2 },
        ],
      })),
    )
    await Promise.all([shipping.hearPaid(orderIds), shipping.hearPaid(orderIds.toReversed())])
    await shipping.hearPaid([...orderIds, ...orderIds])
    expect(await shipmentsFor(orderIds)).toHaveLength(60)
    const [{ count } = {}] = await shipping.rows(
      'SELECT count(*) FROM shipments.history h JOIN shipments.shipment s ON s.id = h.shipment_id WHERE s.order_id = ANY ($1)',
      [orderIds],
    )
    expect(count).toBe(60)
  })

  test('passes over orders that are not paid any more, and those that are not there', async () => {
    const [itemId = 0] = await shipping.items(1)
    const lines = [{ itemId, quantity: 1 }]
    const states = ['CREATED', 'CANCEL_REQUESTED', 'CANCELED', 'EXPIRED', 'SHIPPED', 'PAID']
    const orderIds = await shipping.place(states.map((status) => ({ status, lines })))
    await shipping.hearPaid([...orderIds, 987_654_321])
    expect((await shipmentsFor(orderIds)).map((row) => row['order_id'])).toEqual([orderIds.at(-1)])
    await shipping.hearPaid([987_654_321])
  })

  test('counts what nobody has asked to take back by then', async () => {
    const [a = 0, b = 0, c = 0] = await shipping.items(1, 1, 2)
    const [orderId = 0] = await shipping.place([
      {
        status: 'PARTIALLY_CANCELED',
        lines: [
          { itemId: a, quantity: 3 },
          { itemId: b, quantity: 2 },
          { itemId: c, quantity: 1 },
        ],
      },
    ])
    await shipping.pool.query(
      `WITH r AS (INSERT INTO orders.reversal (order_id, kind, status, amount, actor_id)
                  VALUES ($1, 'CANCEL', 'REFUNDING', 500, 7) RETURNING id)
       INSERT INTO orders.reversal_line (reversal_id, item_id, quantity)
       SELECT id, item, units FROM r, (VALUES ($2::bigint, 1), ($3::bigint, 1)) t(item, units)`,
      [orderId, a, c],
    )
    await shipping.pool.query(
      "UPDATE orders.line SET status = 'CANCEL_REQUESTED' WHERE order_id = $1 AND item_id = $2",
      [orderId, c],
    )
    // A cancel before there is a shipment has nothing to take out.
    await shipping.database.transaction((tx) =>
      shipping.api.takeOut(tx, { orderId, lines: [{ itemId: a, quantity: 1 }] }),
    )
    await shipping.hearPaid([orderId])
    expect(await shipmentsFor([orderId])).toMatchObject([
      { seller_id: 1, item_id: a, quantity: 2 },
      { seller_id: 1, item_id: b, quantity: 2 },
    ])
  })

  test('keeps up with 1,000 orders a second', { timeout: 60_000 }, async () => {
    const itemIds = await shipping.items(1, 2, 3)
    const orderIds = await shipping.place(
      Array.from({ length: 3_000 }, (_, i) => ({ lines: [{ itemId: itemIds[i % 3]!, quantity: 1 }] })),
    )
    const startedMs = performance.now()
    for (let at = 0; at < orderIds.length; at += 500) await shipping.hearPaid(orderIds.slice(at, at + 500))
    const tookMs = performance.now() - startedMs
    console.log(`3,000 orders in batches of 500: ${Math.round(tookMs)} ms`)
    expect(tookMs).toBeLessThan(3_000)
    expect(await shipmentsFor(orderIds)).toHaveLength(3_000)
  })
})

describe('the table', () => {
  test.each([
    ['an unknown state', "status = 'DELIVERED', due_at = NULL", 'shipment_status'],
    ['a state of the other direction', "status = 'RETURNED', due_at = NULL", 'shipment_status'],
    ['a return that is none', 'reversal_id = 1', 'shipment_reversal'],
    ['a carrier without a number', "status = 'SHIPPING', carrier = 'DHL'", 'shipment_parcel'],
    ['a parcel that was not sent', "carrier = 'DHL', tracking_number = '1'", 'shipment_parcel'],
    ['a step after the last', "status = 'SHIPPED'", 'shipment_due'],
    ['a step before the last move', "due_at = since - interval '1 second'", 'shipment_due'],
    [
      'a number of other characters',
      "status = 'SHIPPING', carrier = 'DHL', tracking_number = '1 2'",
      'shipment_tracking_number',
    ],
  ])('refuses %s', async (_, change, constraint) => {
    const [itemId = 0] = await shipping.items(1)
    const [orderId = 0] = await shipping.place([{ lines: [{ itemId, quantity: 1 }] }])
    await shipping.hearPaid([orderId])
    await expect(
      shipping.pool.query(`UPDATE shipments.shipment SET ${change} WHERE order_id = $1`, [orderId]),
    ).rejects.toMatchObject({ constraint })
  })

  test('refuses to take out more than there is', async () => {
    const [itemId = 0] = await shipping.items(1)
    const [orderId = 0] = await shipping.place([{ lines: [{ itemId, quantity: 1 }] }])
    await shipping.hearPaid([orderId])
    await expect(
      shipping.database.transaction((tx) =>
        shipping.api.takeOut(tx, { orderId, lines: [{ itemId, quantity: 2 }] }),
      ),
    ).rejects.toMatchObject({ constraint: 'line_quantity_check' })
  })
})
