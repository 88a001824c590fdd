// What providers tell us: kept once, believed never, and true in the end – in whatever order, however often, whoever sent it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { said } from '../support/orders.ts'
import { startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'
import { niceEvent, postForm, postWebhook } from '../support/provider-posts.ts'
import { ADMIN } from '../support/sale-app.ts'

const BOTH = ['TOSS', 'NICE'] as const
type Provider = (typeof BOTH)[number]

let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment-webhook', { PAYMENT_SESSION_SECONDS: '3' })
})
afterAll(() => shop?.stop())
// The next test finds providers that are well, nothing open, and every won where it belongs.
afterEach(async () => {
  await shop.untilWell()
  await shop.untilQuiet()
  await shop.expectMoney()
}, 60_000)

type Opened = Awaited<ReturnType<PayShop['open']>>

interface Attempt extends Placed {
  opened: Opened
  /** What the window brings back. */
  brought: Record<string, string | number>
}

async function authenticated(provider: Provider, units = 2, at = shop): Promise<Attempt> {
  const order = await at.place([units], { price: 1_000 })
  const opened = await at.open(order, provider)
  const { providerOrderId: orderId, amount } = opened
  const brought =
    provider === 'TOSS' ? await at.authorize(opened) : await at.simulator.openNice({ orderId, amount })
  return { ...order, opened, brought }
}

/** The browser brings it back. */
async function confirm({ brought, ...order }: Attempt, at = shop): Promise<void> {
  if ('paymentKey' in brought) await at.confirm(order, brought)
  else expect((await postForm(at.url, brought as Record<string, string>)).status).toBe(303)
}

/** Charged at the provider past us: as if we had died before anything was written. */
async function chargePastUs({ brought }: Attempt): Promise<void> {
  const { status, body } =
    'paymentKey' in brought
      ? await shop.simulator.confirm(brought)
      : await shop.simulator.approve(brought as Record<string, string>)
  expect([status, body['status']]).toEqual([200, 'paymentKey' in brought ? 'DONE' : 'paid'])
}

async function paid(provider: Provider, at = shop): Promise<Attempt> {
  const attempt = await authenticated(provider, 2, at)
  await confirm(attempt, at)
  expect(await at.statusOf(attempt)).toBe('PAID')
  return attempt
}

/** What we have kept of the order's events. */
async function keptOf(
  { providerOrderId }: Pick<Opened, 'providerOrderId'>,
  at = shop,
): Promise<Record<string, unknown>[]> {
  const { rows } = await at.database.query(
    `SELECT event, outcome, tries, next_try_at IS NULL AS is_handled FROM payments.webhook WHERE provider_order_id = $1 ORDER BY id`,
    [providerOrderId],
  )
  return rows
}

const countKept = async (): Promise<number> =>
  Number((await shop.database.query('SELECT count(*) FROM payments.webhook')).rows[0].count)

async function historyOf({ orderId, buyerId }: Placed): Promise<string[]> {
  const { body } = await shop.orders.get(orderId, buyerId)
  return body.history.map(({ status }: { status: string }) => status)
}

const keyOf = ({ brought }: Attempt): string => String(brought['paymentKey'] ?? brought['tid'])

const tossEvent = (orderId: string, paymentKey: string, status = 'DONE'): Record<string, unknown> => ({
  eventType: 'PAYMENT_STATUS_CHANGED',
  createdAt: '2026-11-25T10:20:30.123456',
  data: { paymentKey, orderId, status, totalAmount: 2_000, balanceAmount: 2_000 },
})

const endHold = ({ orderId }: Placed): Promise<unknown> =>
  shop.database.query(`UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = $1`, [orderId])

describe.each(BOTH)('events of %s', (provider) => {
  test('are answered as it wants it: 200, and OK as text/html', async () => {
    const body =
      provider === 'TOSS'
        ? tossEvent('nothing-here', 'tsim-nothing')
        : niceEvent({ orderId: 'nothing-here', tid: 'nicsim-nothing', amount: 1_000 })
    const { status, headers, text } = await postWebhook(shop.url, provider === 'TOSS' ? 'toss' : 'nice', body)
    expect([status, headers['content-type'], text]).toEqual([200, 'text/html; charset=utf-8', 'OK'])
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('that come twice are kept once, and pay once', async () => {
    await shop.simulator.chaos({ webhooks: 'duplicated' })
    const order = await paid(provider)
    await expect.poll(() => keptOf(order.opened), { timeout: 5_000 }).toHaveLength(1)
    await shop.untilQuiet()
    const { body } = await shop.simulator.control(`/deliveries?orderId=${order.opened.providerOrderId}`)
    expect(body['attempts'].map(({ result }: { result: string }) => result)).toEqual([
      'delivered',
      'delivered',
    ])
    expect(await keptOf(order.opened)).toMatchObject([{ outcome: 'agreed', is_handled: true }])
    expect(await historyOf(order)).toEqual(['CREATED', 'PAID'])
    await shop.expectMoney(...order.items)
  })

  test('that overtake one another leave what is true', async () => {
    const order = await paid(provider)
    await shop.untilQuiet()
    await shop.simulator.chaos({ webhooks: 'reordered' })
    const lines = [{ itemId: order.items[0]!, quantity: 1 }]
    await shop.orders.cancel(order.orderId, order.buyerId, { body: { lines } })
    await expect
      .poll(async () => (await shop.payment(order.opened.paymentId, order.buyerId)).status)
      .toBe('PARTIALLY_CANCELED')
    await shop.orders.cancel(order.orderId, order.buyerId)
    await expect.poll(async () => (await keptOf(order.opened)).length, { timeout: 5_000 }).toBe(3)
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(await historyOf(order)).toEqual([
      'CREATED',
      'PAID',
      'PARTIALLY_CANCELED',
      'CANCEL_REQUESTED',
      'CANCELED',
    ])
    await shop.expectMoney(...order.items)
  })

  test('that come before the answer of the confirm wait for it', async () => {
    await shop.simulator.chaos({ webhooks: 'before_answer', slowMs: 1_500 })
    const order = await paid(provider)
    const [early] = await keptOf(order.opened)
    expect(early).toMatchObject({ outcome: 'busy' })
    await shop.untilQuiet()
    expect(await keptOf(order.opened)).toMatchObject([{ outcome: 'agreed', is_handled: true }])
    expect(await historyOf(order)).toEqual(['CREATED', 'PAID'])
    await shop.expectMoney(...order.items)
  })

  test('that come late, when all is over, change nothing', async () => {
    await shop.simulator.chaos({ webhooks: 'delayed', webhookDelayMs: 60_000 })
    const order = await paid(provider)
    await shop.orders.cancel(order.orderId, order.buyerId)
    await shop.untilQuiet()
    expect(await keptOf(order.opened)).toEqual([])
    await shop.simulator.advance(61_000)
    await expect.poll(async () => (await keptOf(order.opened)).length, { timeout: 5_000 }).toBe(2)
    await shop.untilQuiet()
    expect(await keptOf(order.opened)).toMatchObject([{ outcome: 'agreed' }, { outcome: 'agreed' }])
    expect(await shop.statusOf(order)).toBe('CANCELED')
    await shop.expectMoney(...order.items)
  })

  test('of a charge that we know nothing of pay the order', async () => {
    const order = await authenticated(provider)
    await chargePastUs(order)
    await expect.poll(() => shop.statusOf(order), { timeout: 10_000 }).toBe('PAID')
    // The browser comes after all.
    await confirm(order)
    await shop.untilQuiet()
    expect(await historyOf(order)).toEqual(['CREATED', 'PAID'])
    await shop.expectMoney(...order.items)
  })

  test('that come while the provider is away are kept, and handled once it is back', async () => {
    const order = await authenticated(provider)
    await shop.simulator.chaos({ webhooks: 'delayed', webhookDelayMs: 60_000 })
    await chargePastUs(order)
    await shop.simulator.chaos({ http500: { percent: 100 } })
    await shop.simulator.advance(61_000)
    await expect
      .poll(async () => (await keptOf(order.opened))[0], { timeout: 10_000 })
      .toMatchObject({ outcome: 'unknown', is_handled: false })
    expect(await shop.statusOf(order)).toBe('CREATED')
    await shop.simulator.control('/chaos', 'DELETE')
    await expect.poll(() => shop.statusOf(order), { timeout: 20_000 }).toBe('PAID')
    await shop.untilQuiet()
    await shop.expectMoney(...order.items)
  })
})

describe('an event that is not true', () => {
  const untouched = async (order: Attempt): Promise<void> => {
    await shop.untilQuiet()
    expect(await keptOf(order.opened)).toMatchObject([{ outcome: 'agreed', is_handled: true }])
    expect(await shop.statusOf(order)).toBe('CREATED')
    expect((await shop.payment(order.opened.paymentId, order.buyerId)).status).toBe('INITIATED')
    const booked = await shop.simulator.booked(order.opened.providerOrderId)
    expect(booked.map(({ charges }) => charges)).toEqual([0])
  }

  test('unsigned "DONE" of an order that nobody has paid: Toss is asked, and nothing follows', async () => {
    const order = await authenticated('TOSS')
    const event = tossEvent(order.opened.providerOrderId, keyOf(order))
    expect((await postWebhook(shop.url, 'toss', event)).status).toBe(200)
    await untouched(order)
    await confirm(order)
    expect(await shop.statusOf(order)).toBe('PAID')
  })

  test('unsigned "DEPOSIT_CALLBACK" of an order that nobody has paid changes nothing', async () => {
    const order = await authenticated('TOSS')
    const callback = {
      createdAt: '2026-11-25T10:20:30.123456',
      secret: 'ps_guessed',
      status: 'DONE',
      transactionKey: 'x',
      orderId: order.opened.providerOrderId,
    }
    expect((await postWebhook(shop.url, 'toss', callback)).status).toBe(200)
    await untouched(order)
  })

  test('unsigned "CANCELED" of a paid order does not cancel it', async () => {
    const order = await paid('TOSS')
    const event = tossEvent(order.opened.providerOrderId, keyOf(order), 'CANCELED')
    expect((await postWebhook(shop.url, 'toss', event)).status).toBe(200)
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })

  test('of a payment of the other provider finds none', async () => {
    const order = await authenticated('NICE')
    await postWebhook(shop.url, 'toss', tossEvent(order.opened.providerOrderId, keyOf(order)))
    await shop.untilQuiet()
    expect(await keptOf(order.opened)).toMatchObject([{ outcome: 'no_such_payment', is_handled: true }])
    expect(await shop.statusOf(order)).toBe('CREATED')
  })

  test('rightly signed "paid" of what NICEPAY has not charged changes nothing either', async () => {
    const order = await authenticated('NICE')
    const event = niceEvent({ orderId: order.opened.providerOrderId, tid: keyOf(order), amount: 2_000 })
    expect((await postWebhook(shop.url, 'nice', event)).status).toBe(200)
    await untouched(order)
  })

  test.each([
    ['a wrong signature', '0'.repeat(64)],
    ['an empty signature', ''],
    ['a short signature', 'abc'],
  ])('with %s is refused, and not kept', async (_, signature) => {
    const order = await authenticated('NICE')
    const event = niceEvent({
      orderId: order.opened.providerOrderId,
      tid: keyOf(order),
      amount: 2_000,
      signature,
    })
    const { status, code, text } = await postWebhook(shop.url, 'nice', event)
    expect([status, code]).toEqual([400, 'FORGED_REQUEST'])
    expect(text).not.toContain('OK')
    expect(await keptOf(order.opened)).toEqual([])
    expect(await shop.statusOf(order)).toBe('CREATED')
  })

  test('signed for another amount, time or tid is refused', async () => {
    const order = await authenticated('NICE')
    const event = niceEvent({ orderId: order.opened.providerOrderId, tid: keyOf(order), amount: 2_000 })
    for (const forged of [
      { ...event, amount: 1_999, balanceAmt: 1_999 },
      { ...event, ediDate: '2026-11-25T10:20:30.000+0900' },
      { ...event, tid: 'nicsim-other' },
      { ...event, signature: undefined },
    ])
      expect((await postWebhook(shop.url, 'nice', forged)).code).toBe('FORGED_REQUEST')
    expect(await keptOf(order.opened)).toEqual([])
  })

  test.each(BOTH)('of an order of nobody, told by %s, is kept and done with', async (provider) => {
    const providerOrderId = `nobody-${provider}`
    const body =
      provider === 'TOSS'
        ? tossEvent(providerOrderId, 'tsim-nobody')
        : niceEvent({ orderId: providerOrderId, tid: 'nicsim-nobody', amount: 1_000 })
    for (let count = 0; count < 3; count++)
      expect((await postWebhook(shop.url, provider === 'TOSS' ? 'toss' : 'nice', body)).status).toBe(200)
    await shop.untilQuiet()
    // The same text is the same delivery, where there is no id of one.
    expect(await keptOf({ providerOrderId })).toMatchObject([
      { outcome: 'no_such_payment', is_handled: true },
    ])
  })

  test('7.C.11: what the book said before a payment was taken back does not count after it', async () => {
    const order = await authenticated('NICE')
    await shop.simulator.chaos({ nice: { loseAnswerAfterApproval: { times: 1 }, webhooks: 'before_answer' } })
    await confirm(order)
    // However the two race: taken back and free to be paid again, never PAID without its money.
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CREATED')
    const booked = await shop.simulator.booked(order.opened.providerOrderId)
    expect(booked.map(({ charges, refundedKrw }) => [charges, refundedKrw])).toEqual([[1, 2_000]])
    await shop.expectMoney(...order.items)
  })
})

describe.each(['toss', 'nice'] as const)(
  'what is posted to the address of %s and is no event',
  (provider) => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const orderId = 'malformed-order'
    const BODIES: [string, string | object, string][] = [
      ['nothing', '', '400'],
      ['no JSON', '{"eventType": ', '400 MALFORMED_JSON'],
      ['a text', '"DONE"', '400 INVALID_INPUT_VALUE'],
      ['a number', '1e400', '400'],
      ['null', 'null', '400 INVALID_INPUT_VALUE'],
      ['a list', '[]', '400 INVALID_INPUT_VALUE'],
      ['an empty object', '{}', '400 MALFORMED_REQUEST'],
      ['lists in lists', deep, '400'],
      ['lists in lists within', `{"eventType":"PAYMENT_STATUS_CHANGED","data":${deep}}`, '400'],
      ['a prototype', '{"__proto__":{"eventType":"PAYMENT_STATUS_CHANGED"}}', '400'],
      ['an unknown event', { eventType: 'payout.changed', data: {} }, '400 MALFORMED_REQUEST'],
      ['no key', { eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId } }, '400 MALFORMED_REQUEST'],
      ['an empty key', tossEvent(orderId, ''), '400 MALFORMED_REQUEST'],
      ['a long key', tossEvent(orderId, 'k'.repeat(201)), '400 MALFORMED_REQUEST'],
      ['a NUL in its key', tossEvent(orderId, 'key\u0000'), '400 MALFORMED_REQUEST'],
      ['a NUL in its order', tossEvent('order\u0000', 'key'), '400 MALFORMED_REQUEST'],
      ['half a character in its key', tossEvent(orderId, 'key\ud800'), '400 MALFORMED_REQUEST'],
      ['half a character in its order', tossEvent('order\udfff', 'key'), '400 MALFORMED_REQUEST'],
      ['an order that is too short', tossEvent('short', 'key'), '400 MALFORMED_REQUEST'],
      [
        'numbers for texts',
        { eventType: 'PAYMENT_STATUS_CHANGED', data: { paymentKey: 1, orderId: 2 } },
        '400 MALFORMED_REQUEST',
      ],
      ['no payment of NICEPAY', { resultCode: '0000', tid: 'x' }, '400 MALFORMED_REQUEST'],
      [
        'more left than was paid',
        { ...niceEvent({ orderId, tid: 'nicsim', amount: 1 }), balanceAmt: 2 },
        '400 MALFORMED_REQUEST',
      ],
      ['a NUL in its tid', niceEvent({ orderId, tid: 'nic\u0000', amount: 1 }), '400 MALFORMED_REQUEST'],
      [
        'half a character in its tid',
        niceEvent({ orderId, tid: 'nic\ud800', amount: 1 }),
        '400 MALFORMED_REQUEST',
      ],
      [
        'an amount beyond numbers',
        JSON.stringify(niceEvent({ orderId, tid: 'nicsim', amount: 1 })).replace(
          '"amount":1',
          '"amount":9007199254740993',
        ),
        '400 MALFORMED_REQUEST',
      ],
      ['too much', tossEvent(orderId, 'k'.repeat(70_000)), '413 BODY_TOO_LARGE'],
    ]

    test.each(BODIES)('%s: a clear error, nothing kept', async (_, body, wanted) => {
      const before = await countKept()
      const { status, code } = await postWebhook(shop.url, provider, body)
      expect(`${status} ${code}`.startsWith(wanted), `${status} ${code}`).toBe(true)
      expect(await countKept()).toBe(before)
    })

    test.each(['text/xml', 'text/plain', 'application/x-www-form-urlencoded'])(
      'as %s: nothing kept',
      async (type) => {
        const before = await countKept()
        const { status } = await postWebhook(shop.url, provider, 'a=b', { 'content-type': type })
        expect([400, 415]).toContain(status)
        expect(await countKept()).toBe(before)
      },
    )
  },
)

describe('an id of a delivery', () => {
  const post = (id: string, orderId: string): Promise<{ status: number }> =>
    postWebhook(shop.url, 'toss', tossEvent(orderId, 'tsim-nobody'), {
      'tosspayments-webhook-transmission-id': id,
    })

  test('makes one of what is sent again; another id is another delivery', async () => {
    for (const id of ['3b2f', '3b2f', '3b2f', '99aa']) await post(id, 'delivered-order')
    expect(await keptOf({ providerOrderId: 'delivered-order' })).toHaveLength(2)
  })

  test('that is none is not used: the text stands for it', async () => {
    for (const id of ['x'.repeat(101), 'two words', ''])
      expect((await post(id, 'strange-order')).status).toBe(200)
    expect(await keptOf({ providerOrderId: 'strange-order' })).toHaveLength(1)
  })
})

describe('charged without order, and no event of it', () => {
  const SECONDS_MAX = 60

  /** As an attempt is that we gave up for good; and then it is charged after all. */
  async function chargedLater(provider: Provider, units: number): Promise<Attempt> {
    await shop.simulator.chaos({ webhooks: 'off' })
    const order = await authenticated(provider, units)
    await shop.database.query(
      `UPDATE payments.payment SET status = 'FAILED', code = 'GIVEN_UP', provider_key = $2, confirmed_at = now(), failed_at = now()
        WHERE id = $1`,
      [order.opened.paymentId, keyOf(order)],
    )
    await chargePastUs(order)
    return order
  }

  test.each(BOTH)('7.C.11: is found at %s within a minute, and pays the order', async (provider) => {
    const order = await chargedLater(provider, 2)
    const startMs = performance.now()
    await expect.poll(() => shop.statusOf(order), { timeout: 25_000, interval: 200 }).toBe('PAID')
    expect(performance.now() - startMs).toBeLessThan(SECONDS_MAX * 1_000)
    expect((await shop.payment(order.opened.paymentId, order.buyerId)).status).toBe('COMPLETED')
    expect(await keptOf(order.opened)).toEqual([])
    await shop.expectMoney(...order.items)
  })

  test.each(BOTH)('7.C.11: is found at %s, and given back where its units are gone', async (provider) => {
    const order = await chargedLater(provider, 6)
    await endHold(order)
    await shop.orders.isExpired(order.orderId, order.buyerId)
    const other = shop.orders.newBuyer()
    expect(said(await shop.orders.order(other, [{ itemId: order.items[0]!, itemCount: 5 }]))).toBe(
      '201 CREATED',
    )
    const status = async (): Promise<unknown> =>
      (await shop.payment(order.opened.paymentId, order.buyerId)).status
    await expect.poll(status, { timeout: 25_000, interval: 200 }).toBe('CANCELED')
    expect(await shop.statusOf(order)).toMatch(/EXPIRED|PAYMENT_FAILED/)
    await shop.expectMoney(...order.items)
  })
})

describe('money that somebody gave back by hand, at the provider', () => {
  // Its book and ours stay different until somebody has looked: a shop of its own.
  let other: PayShop
  beforeAll(async () => {
    other = await startPayShop('payment-by-hand')
  })
  afterAll(() => other?.stop())

  const cancelByHand = (
    order: Attempt,
    amount: number,
  ): Promise<{ status: number; body: Record<string, unknown> }> =>
    'paymentKey' in order.brought
      ? other.simulator.cancelToss(order.brought['paymentKey'], { cancelAmount: amount })
      : other.simulator.cancelNice(String(order.brought['tid']), { cancelAmt: amount })

  const auditOf = async ({ opened }: Attempt): Promise<unknown[]> =>
    (
      await other.database.query(
        `SELECT actor_id, action, before, after FROM platform.audit WHERE subject = 'payment' AND subject_id = $1 ORDER BY id`,
        [opened.paymentId],
      )
    ).rows

  const refundedOf = async ({ opened }: Attempt): Promise<number[]> =>
    (await other.simulator.booked(opened.providerOrderId)).map(({ refundedKrw }) => refundedKrw)

  const differs = (before: number, after: number): object => ({
    actor_id: 0,
    action: 'DIFFERS_FROM_PROVIDER',
    before: { balanceKrw: before },
    after: { balanceKrw: after },
  })

  test.each(BOTH.flatMap((provider) => [2_000, 700].map((amount) => [amount, provider] as const)))(
    '%i of 2,000 won at %s: told to administrators, and the order is as it was',
    async (amount, provider) => {
      const order = await paid(provider, other)
      await other.untilQuiet()
      expect((await cancelByHand(order, amount)).status).toBe(200)
      await expect.poll(async () => (await auditOf(order)).length, { timeout: 10_000 }).toBe(1)
      await other.untilQuiet()
      expect((await auditOf(order))[0]).toEqual(differs(2_000, 2_000 - amount))
      expect((await keptOf(order.opened, other)).at(-1)).toMatchObject({
        outcome: 'differs',
        is_handled: true,
      })
      expect(await other.statusOf(order)).toBe('PAID')
      expect(await other.orders.left(...order.items)).toEqual([8])
      const { body } = await other.client.send(
        'GET',
        `/user-service/api/v1/internal/audit?subject=payment&subjectId=${order.opened.paymentId}`,
        { token: tokenOf(ADMIN.userId, 'ADMIN') },
      )
      expect(body.content.map(({ action }: { action: string }) => action)).toContain('DIFFERS_FROM_PROVIDER')
      expect(other.output()).toContain('the provider has another balance of a payment than we have')
    },
  )

  test.each(BOTH)('at %s, and no event of it: found by itself', async (provider) => {
    const order = await authenticated(provider, 2, other)
    await other.simulator.chaos({ webhooks: 'off' })
    await confirm(order, other)
    expect((await cancelByHand(order, 2_000)).status).toBe(200)
    await expect.poll(async () => auditOf(order), { timeout: 20_000 }).toEqual([differs(2_000, 0)])
    expect(await other.statusOf(order)).toBe('PAID')
    await other.untilWell()
  })

  test.each(BOTH)(
    'at %s, all of it, and then cancelled here: it is not given back twice',
    async (provider) => {
      const order = await paid(provider, other)
      await cancelByHand(order, 2_000)
      expect(said(await other.orders.cancel(order.orderId, order.buyerId))).toBe('204')
      await other.untilQuiet()
      expect(await other.statusOf(order)).toBe('CANCELED')
      expect(await other.orders.left(...order.items)).toEqual([10])
      expect(await refundedOf(order)).toEqual([2_000])
    },
  )

  test.each(BOTH)(
    'at %s, part of it, and then cancelled here: open for all to see, and nothing is given back twice',
    async (provider) => {
      const order = await paid(provider, other)
      await cancelByHand(order, 700)
      expect(said(await other.orders.cancel(order.orderId, order.buyerId))).toBe('204')
      const open = async (): Promise<unknown[]> => {
        const { body } = await other.client.send('GET', '/payment-service/api/v1/internal/payments/open', {
          token: tokenOf(ADMIN.userId, 'ADMIN'),
        })
        return body.refunds.filter(({ orderId }: { orderId: number }) => orderId === order.orderId)
      }
      await expect
        .poll(open, { timeout: 10_000 })
        .toMatchObject([{ amount: 2_000, status: 'REQUESTED', code: expect.any(String) }])
      expect(await other.statusOf(order)).toBe('CANCEL_REQUESTED')
      expect(await other.orders.left(...order.items)).toEqual([8])
      expect(await refundedOf(order)).toEqual([700])
    },
  )
})
