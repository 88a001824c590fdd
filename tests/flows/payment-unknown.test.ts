// What becomes of a payment whose answer never came: it is being checked, its order is kept, and the truth is found.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { said } from '../support/orders.ts'
import { startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'

let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment-unknown', { PAYMENT_SESSION_SECONDS: '3' })
})
afterAll(() => shop?.stop())
// The next test finds a provider that is well, and a breaker that knows it.
afterEach(() => shop.untilWell(), 30_000)

/** As if its time were over. */
const endHold = (order: Placed): Promise<unknown> =>
  shop.database.query(`UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = $1`, [
    order.orderId,
  ])

const sweep = (): Promise<void> => new Promise((done) => setTimeout(done, 700))

describe('an answer that is lost', () => {
  test('7.C.11: after the approval is found by the same key: paid once, and never shown as failed', async () => {
    const order = await shop.place([2])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    await shop.simulator.chaos({ loseAnswerAfterApproval: { times: 1 } })
    expect(said(await shop.confirm(order, body))).toBe('200 COMPLETED')
    expect((await shop.simulator.booked(opened.providerOrderId)).map(({ charges }) => charges)).toEqual([1])
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })

  test('7.C.11: that comes after we have stopped waiting is "being checked" meanwhile', async () => {
    const order = await shop.place([2])
    const body = await shop.authorize(await shop.open(order))
    await shop.simulator.chaos({ slowMs: 8_000 })
    const answer = await shop.confirm(order, body)
    expect([answer.status, answer.body.status]).toEqual([202, 'UNKNOWN'])
    expect(answer.body.message).toBe('결제 결과를 확인하고 있습니다.')
    await shop.simulator.chaos({ slowMs: 0 })
    await shop.untilQuiet()
    expect(said(await shop.confirm(order, body))).toBe('200 COMPLETED')
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })

  test('before the approval is asked for again, and the order is paid', async () => {
    const order = await shop.place([1])
    const body = await shop.authorize(await shop.open(order))
    await shop.simulator.chaos({ loseAnswerBeforeApproval: { times: 3 } })
    expect((await shop.confirm(order, body)).status).toBe(202)
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })

  test(
    'of a provider that answers 500 to everybody is decided once it is well again',
    { timeout: 90_000 },
    async () => {
      const order = await shop.place([1])
      const body = await shop.authorize(await shop.open(order))
      await shop.simulator.chaos({ http500: { times: 6 } })
      expect((await shop.confirm(order, body)).status).toBe(202)
      await shop.untilQuiet(75_000)
      expect(await shop.statusOf(order)).toBe('PAID')
      await shop.expectMoney(...order.items)
    },
  )

  test('holds the order: it does not expire, and a cancel or a change is told why', async () => {
    const order = await shop.place([2])
    const body = await shop.authorize(await shop.open(order))
    await shop.simulator.chaos({ http500: { percent: 100 } })
    expect((await shop.confirm(order, body)).status).toBe(202)
    await endHold(order)
    await sweep()
    expect(await shop.statusOf(order)).toBe('CREATED')
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('409 PAYMENT_IN_PROGRESS')
    const lines = [{ itemId: order.items[0]!, quantity: 1 }]
    expect(said(await shop.orders.change(order.orderId, order.buyerId, { lines }))).toBe(
      '409 PAYMENT_IN_PROGRESS',
    )
    const again = await shop.send('POST', '/payment-service/api/v1/payments', order.buyerId, {
      orderId: order.orderId,
      totalPrice: order.total,
    })
    expect(said(again)).toBe('409 PAYMENT_IN_PROGRESS')
    expect((await shop.orders.get(order.orderId, order.buyerId)).body.paying).toBe('CHECKING')
    await shop.simulator.chaos({ http500: null })
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })
})

describe('a payment that the provider does not know', () => {
  test('is not charged once its session has ended, and its order ends PAYMENT_FAILED', async () => {
    const order = await shop.place([1])
    const opened = await shop.open(order)
    const answer = await shop.confirm(order, {
      paymentKey: 'tsimnothinglikethis',
      orderId: opened.providerOrderId,
      amount: opened.amount,
    })
    expect([answer.status, answer.body.status]).toEqual([202, 'UNKNOWN'])
    await shop.untilQuiet()
    expect(await shop.payment(opened.paymentId, order.buyerId)).toMatchObject({ status: 'FAILED' })
    expect(await shop.statusOf(order)).toBe('CREATED')
    await endHold(order)
    await sweep()
    expect(await shop.statusOf(order)).toBe('PAYMENT_FAILED')
    await shop.expectMoney(...order.items)
  })
})

describe('a charge that nobody asked for', () => {
  /** Confirmed at the provider past us: as if we had died before anything was written. */
  const chargePastUs = async (order: Placed) => {
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    const confirmed = async (): Promise<void> => {
      expect((await shop.simulator.confirm(body)).status).toBe(200)
    }
    return { opened, body, confirmed }
  }

  test('7.C.11: is told by a webhook, and pays the order that still holds its units', async () => {
    const order = await shop.place([1])
    const { confirmed } = await chargePastUs(order)
    await confirmed()
    await expect.poll(() => shop.statusOf(order), { timeout: 10_000 }).toBe('PAID')
    await shop.untilQuiet()
    await shop.expectMoney(...order.items)
  })

  test('7.B.10: that comes too late takes units again where there are any', async () => {
    const order = await shop.place([3])
    const { confirmed } = await chargePastUs(order)
    await endHold(order)
    await sweep()
    expect(await shop.statusOf(order)).toBe('EXPIRED')
    expect(await shop.orders.left(...order.items)).toEqual([10])
    await confirmed()
    await expect.poll(() => shop.statusOf(order), { timeout: 10_000 }).toBe('PAID')
    await shop.untilQuiet()
    expect(await shop.orders.left(...order.items)).toEqual([7])
    await shop.expectMoney(...order.items)
  })

  test('7.B.10: that comes too late for the last units is refunded at once', async () => {
    const order = await shop.place([6])
    const { opened, confirmed } = await chargePastUs(order)
    await endHold(order)
    await sweep()
    const other = shop.orders.newBuyer()
    await shop.orders.order(other, [{ itemId: order.items[0]!, itemCount: 5 }])
    await confirmed()
    await expect
      .poll(async () => (await shop.payment(opened.paymentId, order.buyerId)).status, { timeout: 10_000 })
      .toBe('CANCELED')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('EXPIRED')
    await shop.expectMoney(...order.items)
  })

  test('of a cancelled order is refunded', async () => {
    const order = await shop.place([1])
    const { opened, confirmed } = await chargePastUs(order)
    await shop.orders.cancel(order.orderId, order.buyerId)
    await confirmed()
    await expect
      .poll(async () => (await shop.payment(opened.paymentId, order.buyerId)).status, { timeout: 10_000 })
      .toBe('CANCELED')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    await shop.expectMoney(...order.items)
  })

  test('is found by itself where the webhook is lost, too', async () => {
    const order = await shop.place([1])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    await shop.simulator.chaos({ webhooks: 'off', refusePercent: 100 })
    expect((await shop.confirm(order, body)).body.status).toBe('FAILED')
    await shop.simulator.chaos({ refusePercent: 0 })
    // The same authentication, confirmed past us with a key of its own.
    const confirmed = await shop.simulator.confirm(body)
    if (confirmed.status === 200)
      await expect.poll(() => shop.statusOf(order), { timeout: 20_000 }).toBe('PAID')
    await shop.simulator.chaos({ webhooks: 'normal' })
    await shop.untilQuiet()
    await shop.expectMoney(...order.items)
  })
})

describe('a charge of another amount', () => {
  test('is not believed before the book of the provider was read', async () => {
    const order = await shop.place([2])
    const body = await shop.authorize(await shop.open(order))
    await shop.simulator.chaos({ wrongAmount: { times: 1 } })
    expect(said(await shop.confirm(order, body))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })

  test('7.A.8: does not pay the order, and goes back', async () => {
    const order = await shop.place([2])
    const opened = await shop.open(order)
    const window = await shop.simulator.openToss({ orderId: opened.providerOrderId, amount: 700 })
    expect((await shop.simulator.confirm({ ...window, amount: 700 })).status).toBe(200)
    await expect
      .poll(async () => (await shop.payment(opened.paymentId, order.buyerId)).status, { timeout: 10_000 })
      .toBe('CANCELED')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CREATED')
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })
})
