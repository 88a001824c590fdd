// Paid orders that are taken back: cancelled before they are shipped, returned after; money, goods and states follow one another.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { ORDERS, said } from '../support/orders.ts'
import { PAYMENTS, startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'
import { ADMIN } from '../support/sale-app.ts'
import { SELLER_ID } from '../support/sale.ts'

const SHIPMENTS = '/order-service/api/v1/shipments'
let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment-refund', { SHIPMENT_RETURN_SECONDS: '0' })
})
afterAll(() => shop?.stop())
afterEach(() => shop.untilWell(), 30_000)

interface Paid extends Placed {
  paymentId: number
}

async function paid(counts: readonly number[]): Promise<Paid> {
  const order = await shop.place(counts)
  const answer = await shop.pay(order)
  expect(said(answer)).toBe('200 COMPLETED')
  return { ...order, paymentId: answer.opened.paymentId }
}

const seller = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.client.send(method, path, {
    token: tokenOf(SELLER_ID, 'SELLER'),
    ...(body !== undefined && { body }),
  })

/** Of the one parcel of the order. */
async function shipmentOf({ orderId, buyerId }: Placed): Promise<number> {
  const list = async (): Promise<{ shipmentId: number }[]> =>
    (await shop.send('GET', `${ORDERS}/${orderId}/shipments`, buyerId)).body
  await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(1)
  return (await list())[0]!.shipmentId
}

async function delivered(counts: readonly number[]): Promise<Paid> {
  const order = await paid(counts)
  const id = await shipmentOf(order)
  const tracking = { carrier: 'CJ대한통운', trackingNumber: '640123456789' }
  for (const [path, body] of [['pack'], ['ship', tracking], ['deliver']] as const)
    expect(said(await seller('POST', `${SHIPMENTS}/${id}/${path}`, body))).toBe('204')
  return order
}

const shown = async ({ orderId, buyerId }: Placed): Promise<unknown> => {
  const { body } = await shop.orders.get(orderId, buyerId)
  return [
    body.status,
    body.totalSum,
    body.orderItemList.map(({ quantity, status }: { quantity: number; status: string }) => [
      quantity,
      status,
    ]),
  ]
}

describe('cancelling a paid order', () => {
  test('7.C.4: gives the money back, and then the units (the original refunded nothing)', async () => {
    const order = await paid([2, 3])
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(await shop.payment(order.paymentId, order.buyerId)).toMatchObject({
      status: 'CANCELED',
      refundedPrice: 2_500,
      refunds: [{ amount: 2_500, status: 'DONE', reason: '취소' }],
    })
    expect(await shop.orders.left(...order.items)).toEqual([10, 10])
    await shop.expectMoney(...order.items)
  })

  test('7.C.6: takes part of it back by line and quantity, with exactly its price, in any number of steps', async () => {
    const order = await paid([4, 2])
    const [one, two] = order.items as [number, number]
    const cancel = (body: unknown): Promise<Answer> =>
      shop.orders.cancel(order.orderId, order.buyerId, { body })
    expect(said(await cancel({ lines: [{ itemId: one, quantity: 1 }], cancelReason: '단순 변심' }))).toBe(
      '204',
    )
    await shop.untilQuiet()
    expect(await shown(order)).toEqual([
      'PARTIALLY_CANCELED',
      2_500,
      [
        [3, 'PAID'],
        [2, 'PAID'],
      ],
    ])
    expect(await shop.payment(order.paymentId, order.buyerId)).toMatchObject({
      status: 'PARTIALLY_CANCELED',
      refundedPrice: 500,
    })
    await shop.expectMoney(one, two)
    expect(said(await cancel([two]))).toBe('204')
    await shop.untilQuiet()
    expect(await shown(order)).toEqual([
      'PARTIALLY_CANCELED',
      1_500,
      [
        [3, 'PAID'],
        [0, 'CANCELED'],
      ],
    ])
    expect(said(await cancel({ lines: [{ itemId: one, quantity: 4 }] }))).toBe('400 INVALID_INPUT_VALUE')
    expect(said(await cancel({}))).toBe('204')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    const { body } = await shop.orders.get(order.orderId, order.buyerId)
    expect(body.takenBack.map(({ amount, status }: Answer['body']) => [amount, status])).toEqual([
      [500, 'DONE'],
      [1_000, 'DONE'],
      [1_500, 'DONE'],
    ])
    await shop.expectMoney(one, two)
  })

  test('many times at once refunds once', async () => {
    const order = await paid([3, 2])
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        shop.orders.cancel(order.orderId, order.buyerId, i % 3 === 0 ? {} : { itemId: order.items[i % 2]! }),
      ),
    )
    expect(answers.map(said)).toEqual(answers.map(() => '204'))
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(await shop.orders.left(...order.items)).toEqual([10, 10])
    await shop.expectMoney(...order.items)
  })

  test('7.C.5: is possible until it is shipped, and not after (the original had it the other way round)', async () => {
    const order = await paid([1])
    const id = await shipmentOf(order)
    expect(said(await seller('POST', `${SHIPMENTS}/${id}/pack`))).toBe('204')
    expect(await shop.statusOf(order)).toBe('READY')
    const other = await paid([1])
    const otherId = await shipmentOf(other)
    await seller('POST', `${SHIPMENTS}/${otherId}/ship`, { carrier: 'CJ', trackingNumber: '1' })
    expect(await shop.statusOf(other)).toBe('SHIPPING')
    expect(said(await shop.orders.cancel(other.orderId, other.buyerId))).toBe('409 ALREADY_SHIPPING')
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(
      said(await seller('POST', `${SHIPMENTS}/${id}/ship`, { carrier: 'CJ', trackingNumber: '1' })),
    ).toBe('409 SHIPMENT_NOT_MOVABLE')
    await shop.expectMoney(...order.items, ...other.items)
  })

  test('7.C.10: whose refund is lost is refunded once, however often it is tried', async () => {
    const order = await paid([2])
    await shop.simulator.chaos({ loseAnswerAfterCancel: { times: 2 } })
    await shop.orders.cancel(order.orderId, order.buyerId)
    await shop.untilQuiet()
    const again = await paid([2])
    await shop.simulator.chaos({ loseAnswerBeforeCancel: { times: 3 } })
    await shop.orders.cancel(again.orderId, again.buyerId)
    await shop.untilQuiet()
    for (const one of [order, again]) expect(await shop.statusOf(one)).toBe('CANCELED')
    await shop.expectMoney(...order.items, ...again.items)
  })

  test('is CANCEL_REQUESTED while the provider is away, keeps its units, and is visible as open', async () => {
    const order = await paid([5])
    await shop.simulator.chaos({ http500: { percent: 100 } })
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    expect(await shown(order)).toEqual(['CANCEL_REQUESTED', 2_500, [[5, 'CANCEL_REQUESTED']]])
    expect(await shop.orders.left(...order.items)).toEqual([5])
    const open = await shop.client.send('GET', '/payment-service/api/v1/internal/payments/open', {
      token: tokenOf(ADMIN.userId, 'ADMIN'),
    })
    expect(open.body.refunds).toMatchObject([{ orderId: order.orderId, amount: 2_500, status: 'REQUESTED' }])
    await shop.simulator.chaos({ http500: null })
    await shop.untilQuiet()
    expect(await shop.orders.left(...order.items)).toEqual([10])
    await shop.expectMoney(...order.items)
  })

  test('of somebody else is refused', async () => {
    const order = await paid([1])
    const stranger = shop.orders.newBuyer()
    expect(said(await shop.orders.cancel(order.orderId, stranger))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await shop.send('PUT', `${ORDERS}/${order.orderId}/return`, stranger))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
  })
})

describe('returning delivered goods', () => {
  const giveBack = (order: Placed, body?: unknown, key?: string): Promise<Answer> =>
    shop.send('PUT', `${ORDERS}/${order.orderId}/return`, order.buyerId, body, key)

  const receive = async (order: Placed): Promise<void> => {
    const list = (await seller('GET', `${SHIPMENTS}?status=RETURN_REQUESTED&limit=100`)).body.content as {
      orderId: number
      shipmentId: number
    }[]
    const own = list.filter(({ orderId }) => orderId === order.orderId)
    expect(own.length).toBeGreaterThan(0)
    for (const { shipmentId } of own)
      expect(said(await seller('POST', `${SHIPMENTS}/${shipmentId}/receive`))).toBe('204')
  }

  test('7.C.4: brings the money when the seller has them, and then the units', async () => {
    const order = await delivered([2, 1])
    expect(await shop.statusOf(order)).toBe('SHIPPED')
    expect(said(await giveBack(order))).toBe('204')
    expect(await shop.statusOf(order)).toBe('RETURN_REQUESTED')
    expect(await shop.orders.left(...order.items)).toEqual([8, 9])
    await receive(order)
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('RETURNED')
    expect(await shop.orders.left(...order.items)).toEqual([10, 10])
    const { rows } = await shop.database.query(
      `SELECT reason FROM stock.ledger WHERE item_id = $1 ORDER BY id DESC LIMIT 1`,
      [order.items[0]],
    )
    expect(rows).toEqual([{ reason: 'RETURNED' }])
    expect(said(await giveBack(order))).toBe('204')
    await shop.expectMoney(...order.items)
  })

  test('in part refunds exactly that part', async () => {
    const order = await delivered([3, 2])
    const [one, two] = order.items as [number, number]
    expect(said(await giveBack(order, { lines: [{ itemId: one, quantity: 2 }] }))).toBe('204')
    expect(said(await giveBack(order, { lines: [{ itemId: one, quantity: 2 }] }))).toBe(
      '400 INVALID_INPUT_VALUE',
    )
    await receive(order)
    await shop.untilQuiet()
    expect(await shown(order)).toEqual([
      'PARTIALLY_RETURNED',
      1_500,
      [
        [1, 'SHIPPED'],
        [2, 'SHIPPED'],
      ],
    ])
    expect(said(await giveBack(order, [two]))).toBe('204')
    await receive(order)
    await shop.untilQuiet()
    expect(await shown(order)).toEqual([
      'PARTIALLY_RETURNED',
      500,
      [
        [1, 'SHIPPED'],
        [0, 'RETURNED'],
      ],
    ])
    await shop.expectMoney(one, two)
  })

  test('7.C.5: is refused before the delivery, and when their time is over', async () => {
    const early = await paid([1])
    expect(said(await giveBack(early))).toBe('409 NO_RETURN')
    const late = await delivered([1])
    await shop.database.query(
      `UPDATE orders.line SET status_since = now() - interval '8 days' WHERE order_id = $1`,
      [late.orderId],
    )
    expect(said(await giveBack(late))).toBe('409 NO_RETURN')
    await shop.expectMoney(...early.items, ...late.items)
  })

  test('repeated with its key is one return', async () => {
    const order = await delivered([4])
    const body = { lines: [{ itemId: order.items[0]!, quantity: 1 }] }
    const answers = await Promise.all(Array.from({ length: 4 }, () => giveBack(order, body, 'k')))
    for (const answer of answers) expect(['204', '409 IDEMPOTENCY_IN_FLIGHT']).toContain(said(answer))
    await receive(order)
    await shop.untilQuiet()
    expect(await shown(order)).toEqual(['PARTIALLY_RETURNED', 1_500, [[3, 'SHIPPED']]])
    await shop.expectMoney(...order.items)
  })
})

describe('a refund by an administrator', () => {
  const refund = (paymentId: number, body: unknown, key?: string, role: 'ADMIN' | 'SELLER' = 'ADMIN') =>
    shop.client.send('POST', `${PAYMENTS}/${paymentId}/refunds`, {
      token: tokenOf(ADMIN.userId, role),
      body,
      ...(key !== undefined && { key }),
    })

  test('gives money back and leaves the goods, once for each key, and never more than is left', async () => {
    const order = await paid([4])
    const body = { amount: 300, reason: '배송 지연 보상' }
    expect((await refund(order.paymentId, body, 'k1')).status).toBe(202)
    expect((await refund(order.paymentId, body, 'k1')).status).toBe(202)
    await shop.untilQuiet()
    expect(await shop.payment(order.paymentId, order.buyerId)).toMatchObject({ refundedPrice: 300 })
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(said(await refund(order.paymentId, { ...body, amount: 1_701 }))).toBe('409 REFUND_EXCEEDS_BALANCE')
    // What is left is all that a cancel can bring.
    await shop.orders.cancel(order.orderId, order.buyerId)
    await shop.untilQuiet()
    expect(await shop.payment(order.paymentId, order.buyerId)).toMatchObject({
      status: 'CANCELED',
      refundedPrice: 2_000,
    })
    expect(said(await refund(order.paymentId, body))).toBe('409 REFUND_EXCEEDS_BALANCE')
    await shop.expectMoney(...order.items)
  })

  test('is for administrators, of a payment that is there', async () => {
    const order = await paid([1])
    const body = { amount: 1, reason: 'x' }
    expect(said(await refund(order.paymentId, body, undefined, 'SELLER'))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await refund(999_999, body))).toBe('404 NOT_FOUND_PAYMENT')
    for (const wrong of [{ amount: 0, reason: 'x' }, { amount: 1 }, { amount: 1, reason: '' }])
      expect((await refund(order.paymentId, wrong)).status).toBe(400)
    await shop.expectMoney(...order.items)
  })
})
