// Paying at NICEPAY: its window posts a form to us, and the browser is led to a page that says what is true.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { said } from '../support/orders.ts'
import { PAYMENTS, startPayShop, type PayShop, type Placed } from '../support/pay-shop.ts'
import { ask, postForm, readPage, type Page, type Posted } from '../support/provider-posts.ts'

let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment-nice', { PAYMENT_SESSION_SECONDS: '3' })
})
afterAll(() => shop?.stop())
// The next test finds providers that are well, nothing open, and every won where it belongs.
afterEach(async () => {
  await shop.untilWell()
  await shop.untilQuiet()
  await shop.expectMoney()
}, 60_000)

type Form = Record<string, string>
type Opened = Awaited<ReturnType<PayShop['open']>>

interface AtNice extends Placed {
  opened: Opened
  form: Form
}

/** 1,000 won for each unit: NICEPAY takes no card for less. */
const place = (units = 1): Promise<Placed> => shop.place([units], { price: 1_000 })

const authenticate = (opened: Opened, amount = opened.amount): Promise<Form> =>
  shop.simulator.openNice({ orderId: opened.providerOrderId, amount })

/** An order whose buyer has said yes in the window. */
async function authenticated(units = 1): Promise<AtNice> {
  const order = await place(units)
  const opened = await shop.open(order, 'NICE')
  return { ...order, opened, form: await authenticate(opened) }
}

const without =
  (name: string) =>
  (form: Form): Form =>
    Object.fromEntries(Object.entries(form).filter(([one]) => one !== name))
const encoded = (form: Form): string => new URLSearchParams(form).toString()
const post = (form: Form | string, headers?: Record<string, string>): Promise<Posted> =>
  postForm(shop.url, form, headers)
const resultOf = ({ providerOrderId }: Opened): string => `${PAYMENTS}/results/${providerOrderId}`

/** Where the browser is after the form was posted. */
async function follow(form: Form, language?: string): Promise<Page> {
  const { status, headers, text } = await post(form)
  expect([status, text]).toEqual([303, ''])
  return readPage(shop.url, String(headers['location']), language)
}

const pageOf = (opened: Opened, language?: string): Promise<Page> =>
  readPage(shop.url, resultOf(opened), language)

const paymentOf = ({ opened, buyerId }: AtNice): Promise<Record<string, unknown>> =>
  shop.payment(opened.paymentId, buyerId)

async function bookedOf({ providerOrderId }: Opened): Promise<unknown[]> {
  const payments = await shop.simulator.booked(providerOrderId)
  return payments.map(({ charges, refundedKrw }) => [charges, refundedKrw])
}

async function auditOf({ paymentId }: Opened): Promise<unknown[]> {
  const { rows } = await shop.database.query(
    `SELECT actor_id, action, before, after FROM platform.audit WHERE subject = 'payment' AND subject_id = $1 ORDER BY id`,
    [paymentId],
  )
  return rows
}

const endHold = ({ orderId }: Placed): Promise<unknown> =>
  shop.database.query(`UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = $1`, [orderId])

/** Nothing of it has cost anybody anything, and the buyer can still pay by it. */
async function expectUntouched(order: AtNice): Promise<void> {
  expect(await shop.statusOf(order)).toBe('CREATED')
  expect((await paymentOf(order))['status']).toBe('INITIATED')
  expect(await bookedOf(order.opened)).toEqual([[0, 0]])
  expect((await follow(order.form)).status).toBe('COMPLETED')
  expect(await shop.statusOf(order)).toBe('PAID')
}

describe('the form of the window', () => {
  test('7.C.9: is let in from another site, without a session, and pays the order (the original’s filter refused it)', async () => {
    const order = await authenticated(2)
    const { status, headers, text } = await post(order.form)
    expect([status, headers['location'], text]).toEqual([303, resultOf(order.opened), ''])
    expect(headers['set-cookie']).toBeUndefined()
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(await bookedOf(order.opened)).toEqual([[1, 0]])
  })

  test('7.C.9: counts as paid where NICEPAY says "paid" (the original waited for Toss’s DONE)', async () => {
    const order = await authenticated(2)
    await follow(order.form)
    const { body } = await shop.simulator.nice(`/v1/payments/${order.form['tid']}`, 'GET')
    expect([body['resultCode'], body['status'], body['balanceAmt']]).toEqual(['0000', 'paid', 2_000])
    expect(await paymentOf(order)).toMatchObject({
      provider: 'NICE',
      status: 'COMPLETED',
      method: 'card',
      totalPrice: 2_000,
      code: null,
      receiptUrl: expect.stringContaining(order.form['tid']!),
      approvedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+09:00$/),
    })
  })

  test('7.C.9: of a payment that fails leads to a page that says so (the original led to the success page)', async () => {
    const order = await authenticated()
    await shop.simulator.chaos({ nice: { refusePercent: 100 } })
    expect(await follow(order.form)).toMatchObject({
      status: 'FAILED',
      heading: '결제되지 않았습니다. 청구된 금액은 없습니다.',
      isReloading: false,
    })
    expect((await pageOf(order.opened, 'en')).heading).toBe('Not paid. Nothing was charged.')
    expect(await paymentOf(order)).toMatchObject({ status: 'FAILED', code: '3095' })
    expect(await shop.statusOf(order)).toBe('CREATED')
    expect((await shop.orders.get(order.orderId, order.buyerId)).body.paying).toBe('REFUSED')
    await shop.simulator.chaos({ nice: { refusePercent: 0 } })
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })

  test('posted again and again, at once and later, charges once and leads to the same page', async () => {
    const order = await authenticated()
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(order.form)))
    for (const { status, headers } of answers)
      expect([status, headers['location']]).toEqual([303, resultOf(order.opened)])
    await shop.untilQuiet()
    expect((await follow(order.form)).status).toBe('COMPLETED')
    expect(await bookedOf(order.opened)).toEqual([[1, 0]])
    await shop.expectMoney(...order.items)
  })

  test('of a window that was refused or closed changes nothing; the same payment can be authenticated again', async () => {
    const order = await place()
    const opened = await shop.open(order, 'NICE')
    for (const authResultCode of ['I002', '3095']) {
      const refused = {
        authResultCode,
        authResultMsg: '취소',
        tid: '',
        clientId: 'S2_simulator',
        mallReserved: '',
        authToken: '',
        signature: '',
      }
      const page = await follow({ ...refused, orderId: opened.providerOrderId, amount: '1000' })
      expect(page).toMatchObject({
        status: 'INITIATED',
        heading: '아직 결제되지 않았습니다. 청구된 금액은 없습니다.',
        // Nothing is being checked: there is nothing to wait for.
        isReloading: false,
      })
    }
    expect((await pageOf(opened, 'en')).heading).toBe('Not paid yet. Nothing was charged.')
    const again = await shop.open(order, 'NICE')
    expect(again).toEqual(opened)
    await expectUntouched({ ...order, opened, form: await authenticate(again) })
  })

  test('that says "refused" of a payment that was made does not unmake it', async () => {
    const order = await authenticated()
    await follow(order.form)
    expect((await follow({ ...order.form, authResultCode: '3095' })).status).toBe('COMPLETED')
    expect(await shop.statusOf(order)).toBe('PAID')
  })

  test('7.B.10: of an order that has lost its hold is not charged, and the page says so', async () => {
    const order = await authenticated()
    await endHold(order)
    const page = await follow(order.form, 'en')
    expect(page).toMatchObject({ status: 'FAILED', heading: 'Not paid. Nothing was charged.' })
    expect(await paymentOf(order)).toMatchObject({ status: 'FAILED', code: 'HOLD_ENDED' })
    expect(await bookedOf(order.opened)).toEqual([[0, 0]])
    await shop.orders.isExpired(order.orderId, order.buyerId)
    await shop.expectMoney(...order.items)
  })

  test('of an order that was paid elsewhere meanwhile is not charged', async () => {
    const order = await authenticated()
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    expect((await follow(order.form)).status).not.toBe('COMPLETED')
    expect(await bookedOf(order.opened)).toEqual([[0, 0]])
    await shop.expectMoney(...order.items)
  })
})

describe('a form that is not NICEPAY’s', () => {
  const FORGED: [string, (form: Form) => Form][] = [
    ['another signature', (form) => ({ ...form, signature: '0'.repeat(64) })],
    [
      'a signature with a letter changed',
      (form) => ({
        ...form,
        signature: form['signature']!.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      }),
    ],
    ['an empty signature', (form) => ({ ...form, signature: '' })],
    ['no signature', without('signature')],
    ['no tid', without('tid')],
    ['an empty tid', (form) => ({ ...form, tid: '' })],
    ['no token', without('authToken')],
    ['another token', (form) => ({ ...form, authToken: 'NICEUNTT0000000000000000' })],
    ['another shop', (form) => ({ ...form, clientId: 'S2_somebody_else' })],
    ['a lower amount', (form) => ({ ...form, amount: '1' })],
  ]

  test.each(FORGED)('with %s is refused, kept, and changes nothing', async (_, forge) => {
    const order = await authenticated()
    const { status, code, text } = await post(forge(order.form))
    expect([status, code]).toEqual([400, 'FORGED_REQUEST'])
    expect(JSON.parse(text).message).toBe('서명이 올바르지 않습니다.')
    expect(await auditOf(order.opened)).toEqual([
      { actor_id: 0, action: 'FORGED_CONFIRM', before: null, after: null },
    ])
    await expectUntouched(order)
  })

  test('says so in the language of the browser', async () => {
    const order = await authenticated()
    const { text } = await post({ ...order.form, signature: 'x' }, { 'accept-language': 'en-US,en;q=0.9' })
    expect(JSON.parse(text).message).toBe('The signature is wrong.')
    await expectUntouched(order)
  })

  const MALFORMED: [string, (form: Form) => Form | string, string][] = [
    ['no order', without('orderId'), '400 INVALID_INPUT_VALUE'],
    ['no amount', without('amount'), '400 INVALID_INPUT_VALUE'],
    ['no result', without('authResultCode'), '400 INVALID_INPUT_VALUE'],
    ['nothing', () => '', '400 INVALID_INPUT_VALUE'],
    ['an order that is none', (form) => ({ ...form, orderId: 'no' }), '400 INVALID_INPUT_VALUE'],
    [
      'an order with a NUL',
      (form) => ({ ...form, orderId: `${form['orderId']}\0` }),
      '400 INVALID_INPUT_VALUE',
    ],
    ['a tid with a NUL', (form) => ({ ...form, tid: 'nic\0sim' }), '400 INVALID_INPUT_VALUE'],
    ['a tid with a space', (form) => ({ ...form, tid: 'nic sim' }), '400 INVALID_INPUT_VALUE'],
    ['a tid that is too long', (form) => ({ ...form, tid: 'n'.repeat(31) }), '400 INVALID_INPUT_VALUE'],
    ['an amount that is no number', (form) => ({ ...form, amount: '1e3' }), '400 INVALID_INPUT_VALUE'],
    ['an amount below nothing', (form) => ({ ...form, amount: '-1000' }), '400 INVALID_INPUT_VALUE'],
    ['two amounts', (form) => `${encoded(form)}&amount=1000`, '400 INVALID_INPUT_VALUE'],
    ['two orders', (form) => `${encoded(form)}&orderId=another-one`, '400 INVALID_INPUT_VALUE'],
    ['an order of nobody', (form) => ({ ...form, orderId: 'nothing-here' }), '404 NOT_FOUND_PAYMENT'],
    [
      'more than a form needs',
      (form) => ({ ...form, mallReserved: 'x'.repeat(20_000) }),
      '413 BODY_TOO_LARGE',
    ],
  ]

  test.each(MALFORMED)('with %s is a clear error, and changes nothing', async (_, spoil, wanted) => {
    const order = await authenticated()
    const { status, code } = await post(spoil(order.form))
    expect(`${status} ${code}`).toBe(wanted)
    await expectUntouched(order)
  })

  test.each([
    ['text/plain', '415 UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/form-data; boundary=x', '415 UNSUPPORTED_MEDIA_TYPE'],
    ['application/json', '400 MALFORMED_JSON'],
  ])('as %s is %s', async (contentType, wanted) => {
    const order = await authenticated()
    const { status, code } = await post(order.form, { 'content-type': contentType })
    expect(`${status} ${code}`).toBe(wanted)
    await expectUntouched(order)
  })

  test('with broken escapes, and fields that nobody knows, is read as far as it can be', async () => {
    const order = await authenticated()
    const { status } = await post(`${encoded(order.form)}&authResultMsg=%ff%zz&__proto__=x&another=%00`)
    expect(status).toBe(400)
    const form = without('authResultMsg')(order.form)
    const other = await post(`${encoded(form)}&authResultMsg=%ff%zz&__proto__=x&another=%00`)
    expect([other.status, other.headers['location']]).toEqual([303, resultOf(order.opened)])
    expect(await shop.statusOf(order)).toBe('PAID')
  })

  test('of a payment at Toss finds nothing', async () => {
    const order = await place()
    const opened = await shop.open(order, 'TOSS')
    const form = await authenticate(opened)
    const { status, code } = await post(form)
    expect([status, code]).toEqual([404, 'NOT_FOUND_PAYMENT'])
    expect((await shop.payment(opened.paymentId, order.buyerId)).status).toBe('INITIATED')
  })

  test('7.A.8: rightly signed over another amount charges nothing, and is kept', async () => {
    const order = await place(2)
    const opened = await shop.open(order, 'NICE')
    const { status, code, text } = await post(await authenticate(opened, 1_000))
    expect([status, code]).toEqual([400, 'PAYMENT_AMOUNT_MISMATCH'])
    expect(JSON.parse(text).message).toContain('결제된 금액은 없습니다')
    expect(await auditOf(opened)).toEqual([
      { actor_id: 0, action: 'WRONG_AMOUNT', before: { amountKrw: 2_000 }, after: { amountKrw: 1_000 } },
    ])
    expect(await bookedOf(opened)).toEqual([[0, 0]])
    expect(await shop.statusOf(order)).toBe('CREATED')
    const form = await authenticate(opened)
    expect((await follow(form)).status).toBe('COMPLETED')
  })
})

describe('the tid of another order', () => {
  // NICEPAY signs neither the order nor the tid: only the answer of the approval tells whose money it was.
  const swapped = async (): Promise<{ charged: AtNice; claimed: AtNice; form: Form }> => {
    const [charged, claimed] = [await authenticated(), await authenticated()]
    return { charged, claimed, form: { ...charged.form, orderId: claimed.opened.providerOrderId } }
  }

  test('pays the order that it belongs to, not the one that it was brought to', async () => {
    const { charged, claimed, form } = await swapped()
    expect((await follow(form)).status).toBe('FAILED')
    await expect.poll(() => shop.statusOf(charged), { timeout: 15_000 }).toBe('PAID')
    expect(await shop.statusOf(claimed)).toBe('CREATED')
    expect(said(await shop.pay(claimed))).toBe('200 COMPLETED')
    await shop.untilQuiet()
    await shop.expectMoney(...charged.items, ...claimed.items)
  })

  test('is found where no event tells of it: nothing stays charged without its order', async () => {
    const { charged, claimed, form } = await swapped()
    await shop.simulator.chaos({ webhooks: 'off' })
    expect((await follow(form)).status).toBe('FAILED')
    await expect.poll(() => shop.statusOf(charged), { timeout: 25_000, interval: 500 }).toBe('PAID')
    expect(await shop.statusOf(claimed)).toBe('CREATED')
    await shop.expectMoney(...charged.items, ...claimed.items)
  })

  test('whose hold is over is given back, and the units of neither are lost', async () => {
    const { charged, claimed, form } = await swapped()
    await shop.orders.cancel(charged.orderId, charged.buyerId)
    expect((await follow(form)).status).toBe('FAILED')
    await expect.poll(async () => (await paymentOf(charged))['status'], { timeout: 15_000 }).toBe('CANCELED')
    expect(await bookedOf(charged.opened)).toEqual([[1, 1_000]])
    await shop.expectMoney(...charged.items, ...claimed.items)
  })
})

describe('an answer of NICEPAY that is lost', () => {
  /** Nobody pays twice for having tried again. */
  async function expectNotCharged(order: AtNice, provider: 'TOSS' | 'NICE'): Promise<void> {
    await shop.simulator.control('/chaos', 'DELETE')
    await shop.untilQuiet()
    expect(await paymentOf(order)).toMatchObject({ status: 'FAILED', refundedPrice: 0 })
    expect(await pageOf(order.opened)).toMatchObject({ status: 'FAILED', isReloading: false })
    expect(await shop.statusOf(order)).toBe('CREATED')
    for (const [charges, refunded] of (await bookedOf(order.opened)) as [number, number][])
      expect(refunded).toBe(charges * order.total)
    const again = await shop.open(order, provider)
    if (provider === 'NICE') expect((await follow(await authenticate(again))).status).toBe('COMPLETED')
    else expect(said(await shop.confirm(order, await shop.authorize(again)))).toBe('200 COMPLETED')
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  }

  test.each(['TOSS', 'NICE'] as const)(
    '7.C.11: after the approval is taken back, and the order can be paid again at %s',
    async (provider) => {
      const order = await authenticated()
      await shop.simulator.chaos({ nice: { loseAnswerAfterApproval: { times: 1 } } })
      const page = await follow(order.form)
      expect(['UNKNOWN', 'FAILED']).toContain(page.status)
      await expectNotCharged(order, provider)
    },
  )

  test('7.C.11: before the approval is known to be none once its session is over', async () => {
    const order = await authenticated()
    await shop.simulator.chaos({ nice: { loseAnswerBeforeApproval: { times: 1 } } })
    expect(await follow(order.form)).toMatchObject({
      status: 'UNKNOWN',
      heading: '결제 결과를 확인하고 있습니다.',
      isReloading: true,
    })
    expect(await pageOf(order.opened, 'en')).toMatchObject({
      heading: 'The payment is being checked.',
      isReloading: true,
    })
    await expectNotCharged(order, 'NICE')
  })

  test('7.C.11: of an approval that is done after we have stopped waiting is taken back, or never done', async () => {
    const order = await authenticated()
    await shop.simulator.chaos({ nice: { lateMs: 6_500 } })
    expect((await follow(order.form)).status).toBe('UNKNOWN')
    await shop.simulator.chaos({ nice: { lateMs: 0 } })
    await expectNotCharged(order, 'TOSS')
  })

  test('holds the order while it is being checked, and the page loads itself again until it is known', async () => {
    const order = await authenticated()
    await shop.simulator.chaos({ nice: { http500: { percent: 100 } } })
    expect(await follow(order.form)).toMatchObject({ status: 'UNKNOWN', isReloading: true })
    // A second form of the same window is told the same.
    expect(await follow(order.form)).toMatchObject({ status: 'UNKNOWN', isReloading: true })
    await endHold(order)
    await sleep(700)
    expect((await shop.orders.get(order.orderId, order.buyerId)).body).toMatchObject({
      status: 'CREATED',
      paying: 'CHECKING',
    })
    const other = await shop.send('POST', PAYMENTS, order.buyerId, {
      orderId: order.orderId,
      totalPrice: order.total,
    })
    expect(said(other)).toBe('409 PAYMENT_IN_PROGRESS')
    await shop.simulator.control('/chaos', 'DELETE')
    await shop.untilQuiet()
    expect((await paymentOf(order))['status']).toBe('FAILED')
    await expect.poll(() => shop.statusOf(order), { timeout: 8_000 }).toBe('PAYMENT_FAILED')
    await shop.expectMoney(...order.items)
  })

  test('that says more than was charged is not believed before the book was read', async () => {
    const order = await authenticated()
    await shop.simulator.chaos({ nice: { wrongAmount: { times: 1 } } })
    expect((await follow(order.form)).status).toBe('COMPLETED')
    expect((await paymentOf(order))['totalPrice']).toBe(1_000)
    await shop.expectMoney(...order.items)
  })
})

describe('money that goes back at NICEPAY', () => {
  async function paid(units: number): Promise<AtNice> {
    const order = await authenticated(units)
    expect((await follow(order.form)).status).toBe('COMPLETED')
    return order
  }

  test('7.C.4: all of it, by a cancel; the page says so in both languages', async () => {
    const order = await paid(3)
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('CANCELED')
    expect(await bookedOf(order.opened)).toEqual([[1, 3_000]])
    expect(await pageOf(order.opened)).toMatchObject({
      status: 'CANCELED',
      heading: '결제가 환불되었습니다.',
      isReloading: false,
    })
    expect((await pageOf(order.opened, 'en')).heading).toBe('Refunded.')
    expect(await shop.orders.left(...order.items)).toEqual([10])
    await shop.expectMoney(...order.items)
  })

  test('7.C.6: part of it, step by step, each exactly once', async () => {
    const order = await paid(4)
    const lines = [{ itemId: order.items[0]!, quantity: 1 }]
    for (const refunded of [1_000, 2_000]) {
      expect(said(await shop.orders.cancel(order.orderId, order.buyerId, { body: { lines } }))).toBe('204')
      await shop.untilQuiet()
      expect(await paymentOf(order)).toMatchObject({ status: 'PARTIALLY_CANCELED', refundedPrice: refunded })
      expect(await bookedOf(order.opened)).toEqual([[1, refunded]])
    }
    expect((await pageOf(order.opened)).heading).toBe('결제 금액의 일부가 환불되었습니다.')
    expect((await pageOf(order.opened, 'en')).heading).toBe('Partly refunded.')
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    await shop.untilQuiet()
    expect(await paymentOf(order)).toMatchObject({ status: 'CANCELED', refundedPrice: 4_000 })
    expect(await bookedOf(order.opened)).toEqual([[1, 4_000]])
    await shop.expectMoney(...order.items)
  })

  test('7.C.10: once, though its answers are lost', async () => {
    const [one, two] = [await paid(2), await paid(2)]
    await shop.simulator.chaos({ nice: { loseAnswerAfterCancel: { times: 1 } } })
    await shop.orders.cancel(one.orderId, one.buyerId)
    await shop.untilQuiet()
    await shop.simulator.chaos({ nice: { loseAnswerBeforeCancel: { times: 2 } } })
    await shop.orders.cancel(two.orderId, two.buyerId)
    await shop.untilQuiet()
    for (const order of [one, two]) {
      expect(await shop.statusOf(order)).toBe('CANCELED')
      expect(await bookedOf(order.opened)).toEqual([[1, 2_000]])
    }
    await shop.expectMoney(...one.items, ...two.items)
  })
})

describe('the page of the result', () => {
  test('has a strict policy, no script, and nothing of anybody', async () => {
    const order = await authenticated()
    const { html, headers } = await follow(order.form)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    expect(headers['set-cookie']).toBeUndefined()
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|https?:|src=|href=/i)
    // Its order and its amount, and no other number or name.
    expect(html).toContain(`<dd>${order.orderId}</dd>`)
    expect(html).toContain('<dd>1,000원</dd>')
    expect(html).not.toContain(order.form['tid'])
    expect(html).not.toContain(order.opened.providerOrderId)
    expect((await pageOf(order.opened, 'en')).html).toContain('<dd>1,000 won</dd>')
  })

  test('is in the language of the browser, and says which', async () => {
    const order = await authenticated()
    await follow(order.form)
    expect((await pageOf(order.opened)).html).toContain('<html lang="ko">')
    expect(await pageOf(order.opened, 'en')).toMatchObject({ heading: 'Paid.' })
    expect((await pageOf(order.opened, 'en')).html).toContain('<html lang="en">')
    expect(await pageOf(order.opened, 'fr')).toMatchObject({ heading: '결제가 완료되었습니다.' })
  })

  test.each([
    ['nothing-here', '404 NOT_FOUND_PAYMENT'],
    ['no', '400 INVALID_INPUT_VALUE'],
    ['%00%00%00%00%00%00', '400 INVALID_INPUT_VALUE'],
    ['<script>alert(1)</script>', '404 NOT_FOUND'],
    ['x'.repeat(65), '400 INVALID_INPUT_VALUE'],
  ])('of %s is %s', async (name, wanted) => {
    const { status, code } = await ask(
      shop.url,
      `${PAYMENTS}/results/${name.replaceAll(/[<>]/g, encodeURIComponent)}`,
    )
    expect(`${status} ${code}`).toBe(wanted)
  })
})

describe('a payment at NICEPAY without a browser', () => {
  test('is completed at the simulator by its buyer', async () => {
    const order = await place()
    const opened = await shop.open(order, 'NICE')
    expect(said(await shop.send('PUT', `${PAYMENTS}/${opened.paymentId}`, order.buyerId))).toBe(
      '200 COMPLETED',
    )
    expect(await shop.statusOf(order)).toBe('PAID')
    await shop.expectMoney(...order.items)
  })

  test('is none of Toss’s: its confirm does not know it', async () => {
    const order = await authenticated()
    const answer = await shop.client.send('POST', `${PAYMENTS}/toss/confirm`, {
      token: tokenOf(order.buyerId),
      body: { paymentKey: order.form['tid'], orderId: order.opened.providerOrderId, amount: order.total },
    })
    expect(said(answer)).toBe('404 NOT_FOUND_PAYMENT')
    await expectUntouched(order)
  })
})
