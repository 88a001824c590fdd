// Providers that answer too late, tell twice, out of order or too early, or do not answer at all: every won is where it belongs afterwards.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  payLife,
  type PayLife,
  type PayOrder,
  type PayWindow,
  type ProviderName,
} from '../support/pay-life.ts'
import { PAYMENTS, startPayWorld, type PayWorld } from '../support/pay-world.ts'

const BREAKER_SECONDS = 2
const BOTH: readonly ProviderName[] = ['TOSS', 'NICE']

let world: PayWorld
let life: PayLife

beforeAll(async () => {
  world = await startPayWorld({
    label: 'payment-providers',
    processes: 1,
    env: {
      PAYMENT_LEASE_SECONDS: '20',
      PAYMENT_SESSION_SECONDS: '1',
      PAYMENT_BREAKER_SECONDS: String(BREAKER_SECONDS),
      SHIPMENT_READY_SECONDS: '0',
    },
  })
  life = payLife(world)
})
afterAll(() => world?.stop())
afterEach(async () => {
  await world.untilQuiet({ msMax: 20_000 })
  await world.expectAllRight(life.itemIds)
  await untilPreferred('TOSS')
})

const preferred = async (): Promise<string> =>
  (await world.once(0, 'GET', `${PAYMENTS}/preferred-pg`, { buyerId: 1 })).body

async function untilPreferred(name: ProviderName): Promise<void> {
  await expect.poll(preferred, { timeout: 10_000, interval: 10 }).toBe(name)
}

const paymentOf = async ({ paymentId }: PayWindow, { buyerId }: PayOrder) =>
  (await world.once(0, 'GET', `${PAYMENTS}/${paymentId}`, { buyerId })).body

/** Of the payment: how often each was written. */
async function movesOf({ paymentId }: PayWindow): Promise<string[]> {
  const { rows } = await world.database.query<{ status: string }>(
    'SELECT status FROM payments.history WHERE payment_id = $1 ORDER BY id',
    [paymentId],
  )
  return rows.map(({ status }) => status)
}

const opened = async (name: ProviderName): Promise<PayOrder & PayWindow> => {
  const order = await life.place(name)
  return { ...order, ...(await life.open(order)) }
}

/** A little longer than each is waited for. */
const tooLong = (mode: 'slowMs' | 'lateMs'): object => ({ toss: { [mode]: 3_300 }, nice: { [mode]: 5_300 } })

describe('answers that come after nobody waits any more', () => {
  test('of a confirm: Toss has charged once, NICEPAY is taken back, and the buyer is told that it is being checked', async () => {
    const [atToss, atNice] = await Promise.all([opened('TOSS'), opened('NICE')])
    await world.simulator.chaos(tooLong('slowMs'))
    const answers = Promise.all([atToss, atNice].map((one) => life.confirm(0, one, one)))
    await sleep(1_000)
    await world.simulator.chaos({ slowMs: 0 })
    const [toss, nice] = await answers
    // Its second try, under the same key, may know already.
    expect([200, 202]).toContain(toss!.status)
    expect(nice!.status).toBe(303)
    await world.untilQuiet()
    expect(await life.statusOf(atToss)).toBe('PAID')
    expect(await life.statusOf(atNice)).toBe('CREATED')
    expect((await paymentOf(atNice, atNice)).status).toBe('FAILED')
  })

  test('of a refund: it is done once', async () => {
    const orders = await Promise.all(BOTH.map((name) => life.paid(name)))
    await world.simulator.chaos(tooLong('slowMs'))
    for (const order of orders)
      expect((await life.takeBack(0, order, 'cancel', [order.itemIds[0]])).status).toBe(204)
    await sleep(1_000)
    await world.untilQuiet()
    for (const order of orders) {
      expect(await life.statusOf(order)).toBe('PARTIALLY_CANCELED')
      const [booked] = await world.simulator.booked(order.providerOrderId)
      expect(booked!['cancels'].map(({ amount }: { amount: number }) => amount)).toEqual([2_000])
    }
  })

  test('of work that is only done then', async () => {
    const orders = await Promise.all(BOTH.map(opened))
    await world.simulator.chaos(tooLong('lateMs'))
    const answers = Promise.all(orders.map((one) => life.confirm(0, one, one)))
    await sleep(500)
    await world.simulator.chaos({ lateMs: 0 })
    await answers
    await world.untilQuiet()
    expect(await life.statusOf(orders[0]!)).toBe('PAID')
    expect(await life.statusOf(orders[1]!)).toBe('CREATED')
  })
})

describe('events', () => {
  test.each(['duplicated', 'reordered', 'before_answer', 'delayed', 'off'])(
    'that come %s change nothing twice',
    async (webhooks) => {
      await world.simulator.chaos({ webhooks })
      const orders = await Promise.all(BOTH.map(opened))
      await Promise.all(orders.map((one) => life.confirm(0, one, one)))
      await Promise.all(
        orders.map(async (one) => {
          for (const itemId of one.itemIds) {
            const { status } = await life.takeBack(0, one, 'cancel', [itemId])
            expect(status).toBe(204)
          }
        }),
      )
      // A delayed one is a minute late, and then tells of a state that is over.
      await expect.poll(() => life.statusOf(orders[0]!), { timeout: 10_000 }).toBe('CANCELED')
      await world.untilQuiet()
      await world.simulator.control('/clock', 'PUT', { advanceMs: 61_000 })
      await world.simulator.control('/clock', 'PUT', { offsetMs: 0 })
      await sleep(100)
      await world.untilQuiet()
      for (const order of orders) {
        expect(await life.statusOf(order)).toBe('CANCELED')
        expect(await movesOf(order)).toEqual(['CONFIRMING', 'COMPLETED', 'PARTIALLY_CANCELED', 'CANCELED'])
        const [booked] = await world.simulator.booked(order.providerOrderId)
        expect([booked!['charges'], booked!['cancels'].length]).toEqual([1, 2])
      }
    },
  )

  test('of a charge of another window than the one that was tried are followed: paid, and refunded with its own key', async () => {
    const order = await opened('TOSS')
    const body = { paymentKey: 'tsimnothinglikethis', orderId: order.providerOrderId, amount: order.amount }
    await world.once(0, 'POST', `${PAYMENTS}/toss/confirm`, { buyerId: order.buyerId, body })
    await expect.poll(async () => (await paymentOf(order, order)).status, { timeout: 10_000 }).toBe('FAILED')
    await life.charge(order, order)
    await expect.poll(() => life.statusOf(order), { timeout: 10_000 }).toBe('PAID')
    expect((await life.takeBack(0, order, 'cancel')).status).toBe(204)
    await world.untilQuiet()
    expect(await life.statusOf(order)).toBe('CANCELED')
    expect((await world.simulator.booked(order.providerOrderId)).map((one) => one['refundedKrw'])).toEqual([
      4_000,
    ])
  })
})

describe('a provider that fails at everything', () => {
  const usable = async (): Promise<Record<string, string>> => {
    const { body } = await world.client(0).send('GET', '/metrics')
    const found = String(body).matchAll(/^payment_provider_usable\{provider="(\w+)"\} (\d)/gm)
    return Object.fromEntries([...found].map(([, name, value]) => [name, value]))
  }

  test('is left alone: new payments go to the other; once it is well again, what was open is decided, and it is preferred again', async () => {
    expect(await usable()).toEqual({ TOSS: '1', NICE: '1' })
    const stuck = await Promise.all([1, 2, 3].map(() => opened('TOSS')))
    await world.simulator.chaos({ toss: { http500: true } })
    const answers = await Promise.all(stuck.map((one) => life.confirm(0, one, one)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    await untilPreferred('NICE')
    expect(await usable()).toEqual({ TOSS: '0', NICE: '1' })
    const order = await life.place('NICE')
    const body = { orderId: order.orderId, totalPrice: order.total }
    const initiated = await world.once(0, 'POST', PAYMENTS, { buyerId: order.buyerId, body })
    expect(initiated.body.checkout.provider).toBe('NICE')
    await life.confirm(0, order, await life.open(order))
    expect(await life.statusOf(order)).toBe('PAID')
    // Its orders wait, whoever looks.
    for (const one of stuck) expect(await life.statusOf(one)).toBe('CREATED')
    await world.calm()
    await world.untilQuiet({ msMax: 20_000 })
    for (const one of stuck) expect(await life.statusOf(one)).toBe('PAID')
    await untilPreferred('TOSS')
    expect(await usable()).toEqual({ TOSS: '1', NICE: '1' })
    expect((await life.paid('TOSS')).provider).toBe('TOSS')
  })

  test('or is not there: nothing is charged, and what it was asked for is decided when it is back', async () => {
    const orders = await Promise.all(BOTH.map(opened))
    await world.simulator.chaos({ loseAnswerBeforeApproval: true })
    await Promise.all(orders.map((one) => life.confirm(0, one, one)))
    for (const one of orders)
      expect((await world.simulator.booked(one.providerOrderId)).map(({ charges }) => charges)).toEqual([0])
    await world.untilQuiet({ msMax: 20_000 })
    expect(await life.statusOf(orders[0]!)).toBe('PAID')
    expect(await life.statusOf(orders[1]!)).toBe('CREATED')
  })
})
