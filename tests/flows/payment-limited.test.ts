// Limited orders and their money: what is held is paid for or for sale again, whoever pays late, twice, or not at all.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buy, tokenOf, type Answer } from '../support/buyers.ts'
import { ORDERS, said } from '../support/orders.ts'
import { PAYMENTS, startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'
import { postForm } from '../support/provider-posts.ts'
import { expectExact, expectGateAgrees, openSale, type SaleTerms } from '../support/sale.ts'

const SOLD_OUT = '409 NOT_ENOUGH_STOCK'
const LIMIT = '409 PURCHASE_LIMIT_REACHED'
const CREATED = '201 CREATED'
const PRICE = 1_000

let shop: PayShop
/** Every item of this file, and what each was answered. */
const sales = new Map<number, Answer[]>()

beforeAll(async () => {
  shop = await startPayShop('payment-limited', { PAYMENT_SESSION_SECONDS: '3' })
})
afterAll(() => shop?.stop())
// Every won and every unit is where it belongs, and the gate knows it.
afterEach(async () => {
  await shop.untilWell()
  await shop.untilQuiet()
  await shop.expectMoney(...sales.keys())
  for (const [itemId, answers] of sales) await expectExact(shop.database, itemId, answers)
  if (sales.size > 0) await expectGateAgrees(shop.client, shop.database, [...sales.keys()])
}, 60_000)

async function sale(terms: Partial<SaleTerms> = {}): Promise<number> {
  const itemId = await openSale(shop.client, { quantity: 10, ...terms })
  sales.set(itemId, [])
  return itemId
}

async function tryToBuy(itemId: number, buyerId: number, quantity = 1): Promise<Answer> {
  const answer = await buy(shop.client, buyerId, { itemId, quantity })
  sales.get(itemId)!.push(answer)
  return answer
}

async function bought(
  itemId: number,
  { buyerId = shop.orders.newBuyer(), quantity = 1 } = {},
): Promise<Placed> {
  const answer = await tryToBuy(itemId, buyerId, quantity)
  expect(said(answer)).toBe(CREATED)
  return { orderId: answer.body.orderId, buyerId, items: [itemId], total: answer.body.totalSum }
}

const left = async (itemId: number): Promise<number> => (await shop.orders.left(itemId))[0]!

const endHold = async (...orders: Placed[]): Promise<void> => {
  await shop.database.query(`UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = ANY ($1)`, [
    orders.map(({ orderId }) => orderId),
  ])
}

/** Its window stood open until its units were for sale again. */
async function expired(order: Placed): Promise<void> {
  await endHold(order)
  await shop.orders.isExpired(order.orderId, order.buyerId)
}

/** What pays it at Toss, past us: as a confirm does that arrives after we have stopped to wait. */
async function lateCharge(order: Placed): Promise<{ paymentId: number; charge(): Promise<void> }> {
  const opened = await shop.open(order, 'TOSS')
  const brought = await shop.authorize(opened)
  return {
    paymentId: opened.paymentId,
    async charge() {
      expect((await shop.simulator.confirm(brought)).status).toBe(200)
    },
  }
}

const paymentStatus = async (paymentId: number, { buyerId }: Placed): Promise<string> =>
  (await shop.payment(paymentId, buyerId)).status

async function becomes(order: Placed, status: string): Promise<void> {
  await expect.poll(() => shop.statusOf(order), { timeout: 15_000 }).toBe(status)
}

describe('a limited order', () => {
  test('is paid, keeps its units, and counts for the limit', async () => {
    const itemId = await sale({ quantity: 3 })
    const order = await bought(itemId)
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(await left(itemId)).toBe(2)
    expect(said(await tryToBuy(itemId, order.buyerId))).toBe(LIMIT)
  })

  test('is paid at NICEPAY, too', async () => {
    const itemId = await sale({ quantity: 2 })
    const order = await bought(itemId)
    const opened = await shop.open(order, 'NICE')
    const form = await shop.simulator.openNice({ orderId: opened.providerOrderId, amount: opened.amount })
    expect((await postForm(shop.url, form)).status).toBe(303)
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(said(await tryToBuy(itemId, order.buyerId))).toBe(LIMIT)
  })

  test('7.C.1: is not shipped unless it is paid, and ends with its units for sale again', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    const paidFor = await bought(await sale({ quantity: 1 }))
    expect(said(await shop.pay(paidFor))).toBe('200 COMPLETED')
    const shipments = async ({ orderId, buyerId }: Placed): Promise<unknown[]> =>
      (await shop.send('GET', `${ORDERS}/${orderId}/shipments`, buyerId)).body
    await expect.poll(async () => (await shipments(paidFor)).length, { timeout: 10_000 }).toBe(1)
    expect(await shipments(order)).toEqual([])
    const normal = await shop.orders.order(order.buyerId, [{ itemId, itemCount: 1 }])
    expect(said(normal)).toBe('409 LIMITED_ITEM')
    await expired(order)
    expect(await shipments(order)).toEqual([])
    expect(await left(itemId)).toBe(1)
  })

  test('7.C.2: that is cancelled after it was paid gives its money, its units and its limit back', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    await shop.pay(order)
    const other = shop.orders.newBuyer()
    expect(said(await tryToBuy(itemId, other))).toBe(SOLD_OUT)
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await shop.untilQuiet()
    const again = await bought(itemId, { buyerId: order.buyerId })
    expect(said(await shop.pay(again))).toBe('200 COMPLETED')
    expect(said(await tryToBuy(itemId, other))).toBe(SOLD_OUT)
  })
})

describe('how an unpaid limited order ends', () => {
  test('EXPIRED where nothing was tried, or a window only opened; PAYMENT_FAILED where it was refused', async () => {
    const itemId = await sale({ quantity: 3 })
    const [untouched, opened, refused] = [await bought(itemId), await bought(itemId), await bought(itemId)]
    await shop.open(opened)
    await shop.simulator.chaos({ refusePercent: 100 })
    expect((await shop.pay(refused)).body.status).toBe('FAILED')
    expect((await shop.orders.get(refused.orderId, refused.buyerId)).body.paying).toBe('REFUSED')
    await endHold(untouched, opened, refused)
    await becomes(untouched, 'EXPIRED')
    await becomes(opened, 'EXPIRED')
    await becomes(refused, 'PAYMENT_FAILED')
    expect(await left(itemId)).toBe(3)
    // Each frees its unit, and its buyer's limit.
    for (const { buyerId } of [untouched, opened, refused])
      expect(said(await tryToBuy(itemId, buyerId))).toBe(CREATED)
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
  })

  test('7.C.2: not at all while it is held: a refused payment is tried again, at either provider', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    await shop.simulator.chaos({ refusePercent: 100 })
    for (let tries = 0; tries < 3; tries++) expect((await shop.pay(order)).body.status).toBe('FAILED')
    await shop.simulator.chaos({ refusePercent: 0 })
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
  })
})

describe('a virtual account', () => {
  test.each(['TOSS', 'NICE'] as const)(
    'chosen at %s is refused, and none stays open there',
    async (provider) => {
      const itemId = await sale({ quantity: 1 })
      const order = await bought(itemId)
      const { paymentId, providerOrderId: orderId, amount } = await shop.open(order, provider)
      if (provider === 'TOSS') {
        const { paymentKey } = await shop.simulator.openToss({ orderId, amount, method: 'VIRTUAL_ACCOUNT' })
        const answer = await shop.confirm(order, { paymentKey, orderId, amount })
        expect([answer.status, answer.body.status]).toEqual([200, 'FAILED'])
      } else {
        const form = await shop.simulator.openNice({ orderId, amount, method: 'vbank' })
        expect((await postForm(shop.url, form)).status).toBe(303)
      }
      await shop.untilQuiet()
      expect(await shop.payment(paymentId, order.buyerId)).toMatchObject({
        status: 'FAILED',
        code: expect.stringMatching(/VIRTUAL_ACCOUNT_NOT_ALLOWED|NET_CANCELED/),
      })
      const [booked] = await shop.simulator.booked(orderId)
      expect([booked!['method'], booked!['chargedKrw']]).toEqual(['VIRTUAL_ACCOUNT', 0])
      // Nobody can pay into it any more.
      expect((await shop.simulator.control(`/deposits/${orderId}`, 'POST')).status).toBe(404)
      expect(await shop.statusOf(order)).toBe('CREATED')
      expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    },
  )
})

describe('a limited order that is charged after its hold', () => {
  test('7.B.10: takes units again where there are any, and counts for the limit', async () => {
    const itemId = await sale({ quantity: 2 })
    const order = await bought(itemId)
    const { paymentId, charge } = await lateCharge(order)
    await expired(order)
    expect(await left(itemId)).toBe(2)
    await charge()
    await becomes(order, 'PAID')
    expect(await paymentStatus(paymentId, order)).toBe('COMPLETED')
    expect(await left(itemId)).toBe(1)
    expect(said(await tryToBuy(itemId, order.buyerId))).toBe(LIMIT)
    // The last one is another buyer's, and then there is none.
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(CREATED)
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
  })

  test('7.B.10: by the last unit makes it sold out, for the gate as well', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    const { charge } = await lateCharge(order)
    await expired(order)
    await charge()
    await becomes(order, 'PAID')
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
    const { body } = await shop.client.send('GET', `/item-service/api/v1/stocks/items/${itemId}`)
    expect(body).toEqual({ quantity: 0 })
  })

  test('7.B.10: after its units were sold to somebody else gets its money back', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    const { paymentId, charge } = await lateCharge(order)
    await expired(order)
    const other = await bought(itemId)
    await charge()
    await expect.poll(() => paymentStatus(paymentId, order), { timeout: 15_000 }).toBe('CANCELED')
    expect(await shop.statusOf(order)).toBe('EXPIRED')
    expect((await shop.payment(paymentId, order.buyerId)).refundedPrice).toBe(PRICE)
    expect(said(await shop.pay(other))).toBe('200 COMPLETED')
  })

  test('7.B.11: whose buyer has bought again meanwhile gets its money back: the limit is one', async () => {
    const itemId = await sale({ quantity: 5 })
    const order = await bought(itemId)
    const { paymentId, charge } = await lateCharge(order)
    await expired(order)
    const again = await bought(itemId, { buyerId: order.buyerId })
    await charge()
    await expect.poll(() => paymentStatus(paymentId, order), { timeout: 15_000 }).toBe('CANCELED')
    expect(await left(itemId)).toBe(4)
    expect(said(await shop.pay(again))).toBe('200 COMPLETED')
    expect(said(await tryToBuy(itemId, order.buyerId))).toBe(LIMIT)
  })

  test('7.B.11: whose buyer has bought again meanwhile is kept where the limit allows both', async () => {
    const itemId = await sale({ quantity: 5, limitPerBuyer: 3 })
    const order = await bought(itemId, { quantity: 2 })
    const { charge } = await lateCharge(order)
    await expired(order)
    const again = await bought(itemId, { buyerId: order.buyerId })
    await charge()
    await becomes(order, 'PAID')
    expect(said(await shop.pay(again))).toBe('200 COMPLETED')
    expect(await left(itemId)).toBe(2)
    expect(said(await tryToBuy(itemId, order.buyerId))).toBe(LIMIT)
  })

  test('7.B.10: together with others, for fewer units than they had: as many are kept as there are units', async () => {
    const itemId = await sale({ quantity: 4 })
    const late = [await bought(itemId), await bought(itemId), await bought(itemId), await bought(itemId)]
    const charges = await Promise.all(late.map(lateCharge))
    await endHold(...late)
    for (const order of late) await becomes(order, 'EXPIRED')
    await bought(itemId)
    await bought(itemId)
    await Promise.all(charges.map(({ charge }) => charge()))
    const statuses = (): Promise<string[]> =>
      Promise.all(charges.map(({ paymentId }, i) => paymentStatus(paymentId, late[i]!)))
    await expect
      .poll(async () => (await statuses()).toSorted(), { timeout: 15_000 })
      .toEqual(['CANCELED', 'CANCELED', 'COMPLETED', 'COMPLETED'])
    expect(await left(itemId)).toBe(0)
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
  })

  test('and was cancelled by its buyer gets its money back, though there are units', async () => {
    const itemId = await sale({ quantity: 2 })
    const order = await bought(itemId)
    const { paymentId, charge } = await lateCharge(order)
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await charge()
    await expect.poll(() => paymentStatus(paymentId, order), { timeout: 15_000 }).toBe('CANCELED')
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(await left(itemId)).toBe(2)
  })
})

describe('a payment that is being checked', () => {
  test('7.B.10: keeps the last unit, however long it takes', async () => {
    const itemId = await sale({ quantity: 1 })
    const order = await bought(itemId)
    const brought = await shop.authorize(await shop.open(order, 'TOSS'))
    await shop.simulator.chaos({ toss: { http500: { percent: 100 } } })
    expect((await shop.confirm(order, brought)).status).toBe(202)
    await endHold(order)
    const other = shop.orders.newBuyer()
    for (let tries = 0; tries < 5; tries++) {
      expect(said(await tryToBuy(itemId, other))).toBe(SOLD_OUT)
      await new Promise((done) => setTimeout(done, 200))
    }
    await shop.simulator.control('/chaos', 'DELETE')
    await becomes(order, 'PAID')
    expect(said(await tryToBuy(itemId, other))).toBe(SOLD_OUT)
  })
})

describe('the hold', () => {
  const payBy = async ({ orderId, buyerId }: Placed): Promise<number> =>
    Date.parse((await shop.orders.get(orderId, buyerId)).body.payBy)

  test('7.B.11: is extended once by a window that opens late, and never again', async () => {
    const itemId = await sale({ quantity: 1, holdSeconds: 30 })
    const order = await bought(itemId)
    const first = await payBy(order)
    const opened = await shop.open(order)
    const extended = await payBy(order)
    expect(extended - first).toBeGreaterThan(200_000)
    expect(extended - Date.now()).toBeLessThan(301_000)
    await shop.database.query(`UPDATE orders.orders SET pay_by = now() + interval '10 s' WHERE id = $1`, [
      order.orderId,
    ])
    expect(await shop.open(order)).toEqual(opened)
    await shop.open(order, 'NICE')
    expect((await payBy(order)) - Date.now()).toBeLessThan(11_000)
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
  })

  test('is left as it is where there is time enough', async () => {
    const order = await bought(await sale({ quantity: 1, holdSeconds: 900 }))
    const before = await payBy(order)
    await shop.open(order)
    expect(await payBy(order)).toBe(before)
  })

  test('that is over is not extended, and no window opens', async () => {
    const order = await bought(await sale({ quantity: 1 }))
    await endHold(order)
    const answer = await shop.send('POST', PAYMENTS, order.buyerId, {
      orderId: order.orderId,
      totalPrice: order.total,
    })
    expect(said(answer)).toBe('409 ORDER_NOT_PAYABLE')
    await becomes(order, 'EXPIRED')
  })
})

describe('a hundred buyers', () => {
  test('who pay at once are all paid, each once, to the last won and the last unit', async () => {
    const BUYERS = 100
    const itemId = await sale({ quantity: BUYERS })
    const orders = await Promise.all(Array.from({ length: BUYERS }, () => bought(itemId)))
    expect(said(await tryToBuy(itemId, shop.orders.newBuyer()))).toBe(SOLD_OUT)
    const answers = await Promise.all(orders.map((order) => shop.pay(order)))
    for (const answer of answers) expect([200, 202]).toContain(answer.status)
    await shop.untilQuiet()
    const names = new Set(answers.map(({ opened }) => opened.providerOrderId))
    expect(names.size).toBe(BUYERS)
    expect(await Promise.all(orders.map((order) => shop.statusOf(order)))).toEqual(orders.map(() => 'PAID'))
    const { body } = await shop.simulator.control('/book')
    const booked = body['payments'].filter(({ orderId }: { orderId: string }) => names.has(orderId))
    const sum = (name: string): number =>
      booked.reduce((all: number, one: Record<string, number>) => all + one[name]!, 0)
    expect([sum('charges'), sum('chargedKrw'), sum('refundedKrw')]).toEqual([BUYERS, BUYERS * PRICE, 0])
    const { rows } = await shop.database.query(
      `SELECT count(*)::int AS payments, sum(captured)::float8 AS captured FROM payments.payment p
         JOIN orders.orders o ON o.id = p.order_id WHERE o.sale_item_id = $1 AND p.status = 'COMPLETED'`,
      [itemId],
    )
    expect(rows).toEqual([{ payments: BUYERS, captured: BUYERS * PRICE }])
    const { body: page } = await shop.client.send('GET', ORDERS, { token: tokenOf(orders[0]!.buyerId) })
    expect(page.content[0]).toMatchObject({ status: 'PAID' })
  })
})
