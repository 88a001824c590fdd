// A shop whose payments go to a simulator of the providers in the test's own process, and the bank over both books.
import { expect } from 'vitest'
import { tokenOf, type Answer } from './buyers.ts'
import { expectBank, orderShop, ORDERS, said, type OrderShop } from './orders.ts'
import { startPaySimulator, type PaySimulator } from './pay-simulator.ts'
import { startShop, type Shop } from './sale-app.ts'

export const PAYMENTS = '/payment-service/api/v1/payments'

export interface Placed {
  orderId: number
  buyerId: number
  items: number[]
  total: number
}

interface Opened {
  paymentId: number
  provider: string
  providerOrderId: string
  amount: number
}

export interface PayShop extends Shop {
  simulator: PaySimulator
  orders: OrderShop
  /** An unpaid order of normal items: one line for each count, each item at 500 won or `price`. */
  place(counts: readonly number[], terms?: { price?: number; holdSeconds?: number }): Promise<Placed>
  send(method: string, path: string, buyerId: number, body?: unknown, key?: string): Promise<Answer>
  open(order: Placed, provider?: 'TOSS' | 'NICE'): Promise<Opened>
  /** What the window of Toss brings back. */
  authorize(opened: Opened): Promise<{ paymentKey: string; orderId: string; amount: number }>
  confirm(order: Pick<Placed, 'buyerId'>, body: unknown): Promise<Answer>
  /** From opening to the answer of the confirm. */
  pay(order: Placed): Promise<Answer & { opened: Opened }>
  payment(paymentId: number, buyerId: number): Promise<Answer['body']>
  statusOf(order: Placed): Promise<string>
  /** No chaos, and a breaker that is closed. */
  untilWell(): Promise<void>
  /** Waits until no payment is being checked and no refund is on its way. */
  untilQuiet(msMax?: number): Promise<void>
  /** Every order: charged = paid - refunded by the simulator's book, at most one charge kept, units as the bank says. */
  expectMoney(...itemIds: number[]): Promise<void>
}

export async function startPayShop(label: string, env: Record<string, string> = {}): Promise<PayShop> {
  const simulator = await startPaySimulator()
  const shop = await startShop(label, { SIMULATOR_URL: simulator.url, PAYMENT_BREAKER_SECONDS: '1', ...env })
  await simulator.control('/webhooks', 'PUT', {
    toss: `${shop.url}${PAYMENTS}/toss/webhook`,
    nice: `${shop.url}${PAYMENTS}/nice/webhook`,
  })
  const { client, database } = shop
  const orders = orderShop(client, database)
  const send: PayShop['send'] = (method, path, buyerId, body, key) =>
    client.send(method, path, {
      token: tokenOf(buyerId),
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
    })
  const pay: PayShop = {
    ...shop,
    simulator,
    orders,
    send,
    async place(counts, { price = 500, holdSeconds } = {}) {
      const buyerId = orders.newBuyer()
      const items: number[] = []
      for (const _ of counts)
        items.push(await orders.normalItem({ price, ...(holdSeconds !== undefined && { holdSeconds }) }))
      const lines = items.map((itemId, i) => ({ itemId, itemCount: counts[i]! }))
      const { status, body } = await orders.order(buyerId, lines)
      expect(status, JSON.stringify(body)).toBe(201)
      return { orderId: body.orderId, buyerId, items, total: body.totalSum }
    },
    async open({ orderId, buyerId, total }, provider) {
      const body = { orderId, totalPrice: total, ...(provider !== undefined && { provider }) }
      const answer = await send('POST', PAYMENTS, buyerId, body)
      expect(said(answer)).toBe('200 INITIATED')
      const { paymentId, checkout } = answer.body
      return {
        paymentId,
        provider: checkout.provider,
        providerOrderId: checkout.orderId,
        amount: checkout.amount,
      }
    },
    async authorize({ providerOrderId, amount }) {
      const { paymentKey, orderId } = await simulator.openToss({ orderId: providerOrderId, amount })
      return { paymentKey, orderId, amount }
    },
    confirm: ({ buyerId }, body) => send('POST', `${PAYMENTS}/toss/confirm`, buyerId, body),
    async pay(order) {
      const opened = await pay.open(order)
      const answer = await pay.confirm(order, await pay.authorize(opened))
      return { ...answer, opened }
    },
    payment: async (paymentId, buyerId) => (await send('GET', `${PAYMENTS}/${paymentId}`, buyerId)).body,
    statusOf: async ({ orderId, buyerId }) =>
      (await send('GET', `${ORDERS}/${orderId}`, buyerId)).body.status,
    async untilWell() {
      await simulator.control('/chaos', 'DELETE')
      await expect
        .poll(async () => (await client.send('GET', `${PAYMENTS}/preferred-pg`)).body, { timeout: 25_000 })
        .toBe('TOSS')
    },
    async untilQuiet(msMax = 25_000) {
      await expect
        .poll(
          async () => {
            const { rows } = await database.query(
              `SELECT (SELECT count(*) FROM payments.payment WHERE status IN ('CONFIRMING', 'UNKNOWN'))
                    + (SELECT count(*) FROM payments.refund WHERE status <> 'DONE')
                    + (SELECT count(*) FROM payments.webhook WHERE next_try_at IS NOT NULL) AS open`,
            )
            return Number(rows[0].open)
          },
          { timeout: msMax, interval: 50 },
        )
        .toBe(0)
    },
    async expectMoney(...itemIds) {
      const { body } = await simulator.control('/book')
      const booked = new Map<string, { charged: number; refunded: number; charges: number }>()
      for (const one of body['payments']) {
        const before = booked.get(one.orderId) ?? { charged: 0, refunded: 0, charges: 0 }
        booked.set(one.orderId, {
          charged: before.charged + one.chargedKrw,
          refunded: before.refunded + one.refundedKrw,
          charges: before.charges + one.charges,
        })
      }
      const { rows } = await database.query(
        `SELECT p.order_id, p.provider_order_id, p.status, p.captured, p.refunded, o.status AS order_status, o.total_price
           FROM payments.payment p JOIN orders.orders o ON o.id = p.order_id WHERE p.provider <> 'FREE'`,
      )
      const kept = new Map<number, number>()
      for (const row of rows) {
        const { charged, refunded, charges } = booked.get(row.provider_order_id) ?? {
          charged: 0,
          refunded: 0,
          charges: 0,
        }
        // What was taken back before anybody knew of it was never ours.
        const isTakenBack = row.captured === 0 && charged === refunded
        if (!isTakenBack)
          expect({ id: row.provider_order_id, charged, refunded }).toEqual({
            id: row.provider_order_id,
            charged: row.captured,
            refunded: row.refunded,
          })
        expect(charges).toBeLessThanOrEqual(1)
        kept.set(row.order_id, (kept.get(row.order_id) ?? 0) + charged - refunded)
      }
      for (const row of rows) {
        const isLive = !['CREATED', 'EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED'].includes(
          row.order_status,
        )
        expect([row.order_id, kept.get(row.order_id)]).toEqual([row.order_id, isLive ? row.total_price : 0])
      }
      if (itemIds.length > 0) await expectBank(database, ...itemIds)
    },
    async stop() {
      await shop.stop()
      await simulator.stop()
    },
  }
  return pay
}
