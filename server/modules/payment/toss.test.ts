import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createHeardLog,
  startScriptedProvider,
  type ScriptedProvider,
} from '../../../tests/support/scripted-provider.ts'
import { systemClock } from '../../platform/clock.ts'
import type { ConfirmAsk, Provider, RefundAsk } from './provider.ts'
import { TOSS_CONFIRM } from './toss-answers.ts'
import { createTossProvider } from './toss.ts'

const confirmAsk: ConfirmAsk = {
  paymentId: 7,
  tryNo: 1,
  providerKey: 'tkey_7',
  providerOrderId: 'order-7',
  amountKrw: 10_000,
  maySend: () => true,
}
const refundAsk: RefundAsk = {
  refundId: 3,
  tryNo: 1,
  providerKey: 'tkey_7',
  providerOrderId: 'order-7',
  amountKrw: 4_000,
  balanceKrw: 10_000,
  reason: '단순 변심',
  maySend: () => true,
}
const payment = {
  paymentKey: 'tkey_7',
  orderId: 'order-7',
  status: 'DONE',
  totalAmount: 10_000,
  balanceAmount: 10_000,
  currency: 'KRW',
  method: '카드',
  approvedAt: '2026-11-25T12:00:00+09:00',
  receipt: { url: 'https://dashboard.tosspayments.com/receipt' },
  card: { number: '43301234****123*' },
}
const paid = { status: 200, body: payment }
const as = (fields: Partial<typeof payment>) => ({ status: 200, body: { ...payment, ...fields } })
const error = (status: number, code: string) => ({ status, body: { code, message: '…' } })
const failed = error(500, 'FAILED_INTERNAL_SYSTEM_PROCESSING')
const none = error(404, 'NOT_FOUND_PAYMENT')

describe('Toss', () => {
  let there: ScriptedProvider
  let toss: Provider
  let lines: string[]
  beforeAll(async () => {
    there = await startScriptedProvider()
  })
  afterAll(() => there.stop())
  const open = (): Provider => {
    const heard = createHeardLog()
    lines = heard.lines
    toss = createTossProvider({
      url: there.url,
      clientKey: 'test_ck_x',
      secretKey: 'test_sk_x',
      windowUrl: undefined,
      clock: systemClock,
      log: heard.log,
      breaker: { callsMin: 1_000 },
      answerMsMax: 60,
    })
    return toss
  }
  afterEach(() => toss.close())
  const calls = (): string[] => there.seen.map(({ method, path }) => `${method} ${path}`)
  const CONFIRM = 'POST /v1/payments/confirm'
  const LOOK = 'GET /v1/payments/tkey_7'

  describe('confirm', () => {
    it('asks for the money once, under a key of this try, and tells what was charged', async () => {
      there.answer(paid)
      expect(await open().confirm(confirmAsk)).toEqual({
        result: 'paid',
        payment: {
          providerKey: 'tkey_7',
          providerOrderId: 'order-7',
          status: 'paid',
          amountKrw: 10_000,
          balanceKrw: 10_000,
          currency: 'KRW',
          method: '카드',
          approvedAt: new Date('2026-11-25T03:00:00Z'),
          receiptUrl: 'https://dashboard.tosspayments.com/receipt',
        },
      })
      expect(calls()).toEqual([CONFIRM])
      expect(there.seen[0]!.body).toEqual({ paymentKey: 'tkey_7', orderId: 'order-7', amount: 10_000 })
      expect(there.seen[0]!.headers.authorization).toBe(
        `Basic ${Buffer.from('test_sk_x:').toString('base64')}`,
      )
      expect(there.seen[0]!.headers['idempotency-key']).toMatch(/^hurry-confirm-7-1-[0-9a-f]{16}$/)
    })

    it('has another key for another try and for another payment of the same number, and the same one for a repeat', async () => {
      there.answer(paid)
      open()
      for (const other of [{}, {}, { tryNo: 2 }, { providerKey: 'tkey_8' }])
        await toss.confirm({ ...confirmAsk, ...other })
      const keys = there.seen
        .filter(({ path }) => path.endsWith('/confirm'))
        .map(({ headers }) => headers['idempotency-key'])
      expect(keys[1]).toBe(keys[0])
      expect(new Set(keys).size).toBe(3)
    })

    it('7.C.11: repeats the same key after a lost answer, and hears that it was charged', async () => {
      for (const loss of ['cut', 'hang'] as const) {
        there.answer(loss, paid)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'paid' })
        expect(calls()).toEqual([CONFIRM, CONFIRM])
        expect(there.seen[1]!.headers['idempotency-key']).toBe(there.seen[0]!.headers['idempotency-key'])
        await toss.close()
      }
    })

    it('7.C.11: does not guess when nobody answers', async () => {
      for (const silence of ['cut', 'hang', 'drip'] as const) {
        there.answer(silence)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
        await toss.close()
      }
    })

    it.each([
      failed,
      error(500, 'UNKNOWN_PAYMENT_ERROR'),
      error(500, 'REJECT_CARD_COMPANY'),
      error(503, 'WHATEVER'),
      error(409, 'IDEMPOTENT_REQUEST_PROCESSING'),
      { status: 200, body: {} },
      { status: 200, body: [] },
      { status: 200, body: 'null' },
      { status: 201, body: payment },
      { status: 502, body: '<html>' },
      { status: 400, body: '<html>' },
      as({ paymentKey: 'tkey_other' }),
      as({ orderId: 'order-other' }),
      as({ status: 'SOMETHING_NEW' }),
      as({ totalAmount: 10_000.5 }),
      as({ totalAmount: '10000' as never }),
      as({ balanceAmount: 10_001 }),
      as({ currency: 'won' }),
    ])('is unknown after %j', async (answer) => {
      there.answer(answer)
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
      expect(calls().every((call) => call === CONFIRM)).toBe(true)
    })

    const refusals = Object.entries(TOSS_CONFIRM).filter(([, meaning]) => meaning === 'refused')
    it.each(refusals)('is refused after %s', async (code) => {
      there.answer(error(code.startsWith('REJECT') ? 403 : 400, code))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code })
      expect(calls()).toEqual([CONFIRM])
    })

    it('leaves the amount to the caller to compare', async () => {
      there.answer(as({ totalAmount: 999, balanceAmount: 999 }))
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'paid', payment: { amountKrw: 999 } })
    })

    it('is not found after 404', async () => {
      for (const code of ['NOT_FOUND_PAYMENT', 'NOT_FOUND_PAYMENT_SESSION']) {
        there.answer(error(404, code))
        expect(await open().confirm(confirmAsk)).toEqual({ result: 'not_found', code })
        await toss.close()
      }
    })

    it('is refused when our keys are wrong, and says so in the log', async () => {
      there.answer(error(401, 'UNAUTHORIZED_KEY'))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code: 'UNAUTHORIZED_KEY' })
      expect(lines.join()).toContain('does not accept our keys')
    })

    it('was not sent, as far as money goes, after 429', async () => {
      there.answer(error(429, 'WHATEVER'))
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'not_sent' })
    })

    it('stays unknown when a lost answer is followed by one that is not about it', async () => {
      for (const answer of [error(429, 'X'), error(401, 'UNAUTHORIZED_KEY')]) {
        there.answer('cut', answer)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
        await toss.close()
      }
    })

    it('sends nothing after the lease, and does not repeat after it', async () => {
      there.answer('cut')
      expect(await open().confirm({ ...confirmAsk, maySend: () => false })).toEqual({
        result: 'not_sent',
        code: 'LEASE_OVER',
      })
      expect(there.seen).toEqual([])
      let left = 1
      const result = await toss.confirm({ ...confirmAsk, maySend: () => left-- > 0 })
      expect(result).toMatchObject({ result: 'unknown' })
      expect(there.seen).toHaveLength(1)
    })

    it.each([
      ['DONE', 'paid'],
      ['CANCELED', 'refused'],
      ['ABORTED', 'refused'],
      ['EXPIRED', 'refused'],
      ['IN_PROGRESS', 'unknown'],
      ['WAITING_FOR_DEPOSIT', 'unknown'],
    ])('looks when it was processed before: %s is %s', async (status, result) => {
      there.answer(
        error(400, 'ALREADY_PROCESSED_PAYMENT'),
        as({ status, balanceAmount: status === 'CANCELED' ? 0 : 10_000 }),
      )
      expect(await open().confirm(confirmAsk)).toMatchObject({ result })
      expect(calls()).toEqual([CONFIRM, LOOK])
    })

    it('is refused with the key of another order, paid as it may be', async () => {
      there.answer(error(400, 'ALREADY_PROCESSED_PAYMENT'), as({ orderId: 'order-other' }))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code: 'OTHER_ORDER' })
    })

    it('looks before it believes a code that it does not know', async () => {
      there.answer(error(400, 'SOMETHING_NEW'), as({ status: 'ABORTED' }))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code: 'SOMETHING_NEW' })
      there.answer(error(400, 'SOMETHING_NEW'), as({ status: 'IN_PROGRESS' }))
      expect(await toss.confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'SOMETHING_NEW' })
      there.answer(error(400, 'SOMETHING_NEW'), failed)
      expect(await toss.confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'SOMETHING_NEW' })
    })

    it('does not settle an order that another payment has paid', async () => {
      there.answer(error(400, 'DUPLICATED_ORDER_ID'), as({ paymentKey: 'tkey_other' }))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'PAID_BY_OTHER_PAYMENT' })
      expect(calls()).toEqual([CONFIRM, 'GET /v1/payments/orders/order-7'])
    })

    it('closes a virtual account again, and refuses', async () => {
      there.answer(
        as({ status: 'WAITING_FOR_DEPOSIT', approvedAt: null as never }),
        as({ status: 'CANCELED', balanceAmount: 0 }),
      )
      expect(await open().confirm(confirmAsk)).toEqual({
        result: 'refused',
        code: 'VIRTUAL_ACCOUNT_NOT_ALLOWED',
      })
      expect(calls()).toEqual([CONFIRM, 'POST /v1/payments/tkey_7/cancel', LOOK])
    })

    it('never takes a virtual account for paid, nor for refused while it is open', async () => {
      const waiting = as({ status: 'WAITING_FOR_DEPOSIT', approvedAt: null as never })
      there.answer(waiting, error(403, 'NOT_CANCELABLE_PAYMENT'), waiting)
      expect(await open().confirm(confirmAsk)).toEqual({
        result: 'unknown',
        code: 'VIRTUAL_ACCOUNT_NOT_ALLOWED',
      })
    })

    it('sends no key that is no part of a path', async () => {
      there.answer(paid)
      open()
      for (const providerKey of ['..', '', 'a b', 'x'.repeat(201), 'a\u0000', '\ud800'])
        expect(await toss.confirm({ ...confirmAsk, providerKey })).toMatchObject({ result: 'not_found' })
      expect(there.seen).toEqual([])
    })
  })

  describe('resolve', () => {
    const pending = as({ status: 'IN_PROGRESS' })

    it('7.C.11: looks at the payment, repeats the request under the same key, and looks again', async () => {
      there.answer(pending, paid, paid)
      expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'paid' })
      expect(calls()).toEqual([LOOK, CONFIRM, LOOK])
      expect(there.seen[1]!.headers['idempotency-key']).toMatch(/^hurry-confirm-7-1-/)
    })

    it('asks for nothing where the payment tells by itself', async () => {
      there.answer(paid)
      expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'paid' })
      expect(calls()).toEqual([LOOK])
    })

    it('does not believe a kept answer of what was cancelled meanwhile', async () => {
      there.answer(pending, paid, as({ status: 'CANCELED', balanceAmount: 0 }))
      expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'refused' })
      there.answer(pending, paid, failed)
      expect(await toss.resolve(confirmAsk)).toMatchObject({ result: 'unknown' })
    })

    it.each([
      ['DONE', { result: 'paid' }],
      ['IN_PROGRESS', { result: 'unknown', code: 'REPLAYED_ERROR' }],
      ['ABORTED', { result: 'refused' }],
      ['EXPIRED', { result: 'refused' }],
    ])('decides a 500 that is kept for the key by the payment: %s', async (status, result) => {
      there.answer(as({ status }), failed)
      expect(await open().resolve(confirmAsk)).toMatchObject(result)
      there.answer(none, failed, none)
      expect(await toss.resolve(confirmAsk)).toMatchObject({ result: 'not_found' })
    })

    it('stays unknown while the first request is in flight, and while Toss is silent', async () => {
      there.answer(pending, error(409, 'IDEMPOTENT_REQUEST_PROCESSING'), pending)
      expect(await open().resolve(confirmAsk)).toEqual({
        result: 'unknown',
        code: 'IDEMPOTENT_REQUEST_PROCESSING',
      })
      there.answer('cut')
      expect(await toss.resolve(confirmAsk)).toMatchObject({ result: 'unknown' })
    })

    it('takes neither wrong keys nor 429 for a decision about what was sent before', async () => {
      for (const answer of [error(401, 'UNAUTHORIZED_KEY'), error(429, 'X')]) {
        there.answer(answer)
        expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'unknown' })
        await toss.close()
      }
    })

    it('believes a refusal, for it is the first answer again', async () => {
      there.answer(error(403, 'REJECT_CARD_COMPANY'))
      expect(await open().resolve(confirmAsk)).toEqual({ result: 'refused', code: 'REJECT_CARD_COMPANY' })
    })
  })

  describe('refund', () => {
    const refunded = as({ status: 'PARTIAL_CANCELED', balanceAmount: 6_000 })
    const CANCEL = 'POST /v1/payments/tkey_7/cancel'

    it('7.C.10: calls the address of cancels, with the amount, what must be left, the reason and a key of its own', async () => {
      there.answer(refunded)
      expect(await open().refund(refundAsk)).toMatchObject({
        result: 'refunded',
        payment: { balanceKrw: 6_000, status: 'partially_canceled' },
      })
      expect(calls()).toEqual([CANCEL])
      expect(there.seen[0]!.body).toEqual({
        cancelReason: '단순 변심',
        cancelAmount: 4_000,
        refundableAmount: 10_000,
      })
      expect(there.seen[0]!.headers['idempotency-key']).toMatch(/^hurry-refund-3-1-[0-9a-f]{16}$/)
    })

    it('calls what is left nothing cancelled in full, whatever Toss calls it', async () => {
      there.answer(as({ status: 'PARTIAL_CANCELED', balanceAmount: 0 }))
      expect(await open().refund({ ...refundAsk, amountKrw: 10_000 })).toMatchObject({
        result: 'refunded',
        payment: { status: 'canceled' },
      })
    })

    it('repeats a lost one under the same key', async () => {
      there.answer('cut', refunded)
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'refunded' })
      expect(there.seen[1]!.headers['idempotency-key']).toBe(there.seen[0]!.headers['idempotency-key'])
    })

    it.each([
      error(400, 'NOT_MATCHES_REFUNDABLE_AMOUNT'),
      error(400, 'ALREADY_CANCELED_PAYMENT'),
      error(403, 'NOT_CANCELABLE_AMOUNT'),
      error(400, 'PROVIDER_ERROR'),
      error(400, 'SOMETHING_NEW'),
      error(409, 'IDEMPOTENT_REQUEST_PROCESSING'),
      failed,
      { status: 200, body: {} },
    ])('7.C.10: is not done twice: after %j the balance tells that it was done', async (answer) => {
      there.answer(answer, refunded)
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'refunded' })
      expect(calls()).toEqual([CANCEL, LOOK])
    })

    it.each(['NOT_MATCHES_REFUNDABLE_AMOUNT', 'REFUND_REJECTED', 'NOT_CANCELABLE_PAYMENT', 'PROVIDER_ERROR'])(
      'is refused after %s when the balance is another one',
      async (code) => {
        there.answer(error(400, code), as({ balanceAmount: 7_000, status: 'PARTIAL_CANCELED' }))
        expect(await open().refund(refundAsk)).toEqual({ result: 'refused', code })
        there.answer(error(400, code), paid)
        expect(await toss.refund(refundAsk)).toEqual({ result: 'refused', code })
      },
    )

    it('asks for another key where Toss fails and has moved nothing', async () => {
      there.answer(error(500, 'FAILED_PARTIAL_REFUND'), paid)
      expect(await open().refund(refundAsk)).toEqual({ result: 'unknown', code: 'REPLAYED_ERROR' })
    })

    it('is unknown when nobody answers, while the first one is in flight, and when the balance can not be read', async () => {
      there.answer('cut')
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'unknown' })
      there.answer(error(409, 'IDEMPOTENT_REQUEST_PROCESSING'), paid)
      expect(await toss.refund(refundAsk)).toEqual({
        result: 'unknown',
        code: 'IDEMPOTENT_REQUEST_PROCESSING',
      })
      there.answer(error(400, 'NOT_CANCELABLE_AMOUNT'), failed)
      expect(await toss.refund(refundAsk)).toMatchObject({ result: 'unknown' })
      there.answer(error(400, 'SOMETHING_NEW'), as({ balanceAmount: 9_000 }))
      expect(await toss.refund(refundAsk)).toEqual({ result: 'unknown', code: 'SOMETHING_NEW' })
    })

    it('was not sent after 429, with wrong keys, and after the lease', async () => {
      for (const answer of [error(429, 'X'), error(401, 'UNAUTHORIZED_KEY')]) {
        there.answer(answer)
        expect(await open().refund(refundAsk)).toMatchObject({ result: 'not_sent' })
        await toss.close()
      }
      expect(await open().refund({ ...refundAsk, maySend: () => false })).toMatchObject({
        result: 'not_sent',
      })
    })
  })

  describe('query', () => {
    const by = { providerKey: 'tkey_7', providerOrderId: 'order-7', requestedAt: new Date() }

    it('asks by the key, or by the order where there is none', async () => {
      there.answer(paid)
      expect(await open().lookUp(by)).toMatchObject({ result: 'found', payment: { amountKrw: 10_000 } })
      expect(await toss.lookUp({ ...by, providerKey: undefined })).toMatchObject({ result: 'found' })
      expect(calls()).toEqual([LOOK, 'GET /v1/payments/orders/order-7'])
    })

    it('knows "there is none" from "nobody knows"', async () => {
      there.answer(none)
      expect(await open().lookUp(by)).toEqual({ result: 'none' })
      for (const answer of [
        failed,
        'cut' as const,
        error(401, 'UNAUTHORIZED_KEY'),
        error(429, 'X'),
        as({ totalAmount: -1 }),
      ]) {
        there.answer(answer)
        expect(await toss.lookUp(by)).toMatchObject({ result: 'unknown' })
      }
    })

    it('tells that the key is that of another order', async () => {
      there.answer(as({ orderId: 'order-other' }))
      expect(await open().lookUp(by)).toMatchObject({
        result: 'other_order',
        payment: { providerOrderId: 'order-other' },
      })
    })

    it('tries a second time', async () => {
      there.answer(failed, paid)
      expect(await open().lookUp(by)).toMatchObject({ result: 'found' })
    })

    it('shows a payment without what is only to be shown', async () => {
      there.answer(
        as({ method: 'x'.repeat(51), receipt: { url: 'javascript:alert(1)' }, approvedAt: 'soon' }),
      )
      expect(await open().lookUp(by)).toMatchObject({
        result: 'found',
        payment: { method: undefined, receiptUrl: undefined, approvedAt: undefined },
      })
    })
  })

  it('tells no secret, and logs neither keys nor cards', async () => {
    there.answer(error(400, 'SOMETHING_NEW'), as({ orderId: 'order-other' }))
    open()
    await toss.confirm(confirmAsk)
    await toss.refund(refundAsk)
    expect(JSON.stringify(toss.checkout)).not.toContain('test_sk')
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toMatch(/test_sk|4330|tkey_7|dGVzdF9za/)
  })
})

describe('events of Toss', () => {
  const { readWebhook } = createTossProvider({
    url: 'http://127.0.0.1:9',
    clientKey: 'c',
    secretKey: 's',
    windowUrl: undefined,
    clock: systemClock,
    log: createHeardLog().log,
  })
  const headers = { 'tosspayments-webhook-transmission-id': 'delivery-1' }
  const changed = {
    eventType: 'PAYMENT_STATUS_CHANGED',
    createdAt: '2026-11-25T12:00:00.000000',
    data: payment,
  }

  it('are hints, known again by their delivery', () => {
    expect(readWebhook(headers, changed)).toEqual({
      reading: 'hint',
      hint: {
        deliveryId: 'delivery-1',
        event: 'PAYMENT_STATUS_CHANGED',
        providerKey: 'tkey_7',
        providerOrderId: 'order-7',
      },
    })
  })

  it('of deposits name the order alone', () => {
    const deposit = {
      createdAt: 'x',
      secret: 'ps_1',
      status: 'DONE',
      transactionKey: 't',
      orderId: 'order-7',
    }
    expect(readWebhook(headers, deposit)).toMatchObject({
      reading: 'hint',
      hint: { event: 'DEPOSIT_CALLBACK', providerKey: undefined, providerOrderId: 'order-7' },
    })
  })

  it('without a delivery are known again by their text', () => {
    const idOf = (body: unknown, id?: unknown) => {
      const read = readWebhook({ 'tosspayments-webhook-transmission-id': id }, body)
      return read.reading === 'hint' ? read.hint.deliveryId : undefined
    }
    expect(idOf(changed)).toMatch(/^[0-9a-f]{64}$/)
    expect(idOf(changed)).toBe(idOf(structuredClone(changed)))
    expect(idOf({ ...changed, createdAt: 'later' })).not.toBe(idOf(changed))
    for (const bad of [['a', 'b'], 'x'.repeat(101), 'a\u0000b', ''])
      expect(idOf(changed, bad)).toBe(idOf(changed))
  })

  it.each([
    null,
    undefined,
    'text',
    [],
    {},
    { eventType: 'payout.changed', eventId: 'e', entityBody: {} },
    { eventType: 'BILLING_DELETED', data: payment },
    { ...changed, data: null },
    { ...changed, data: { ...payment, paymentKey: 'a\u0000' } },
    { ...changed, data: { ...payment, orderId: 'x'.repeat(65) } },
    { eventType: 'CANCEL_STATUS_CHANGED', secret: 's', status: 'DONE', orderId: 'order-7' },
  ])('that say something else are not read: %j', (body) => {
    expect(readWebhook({}, body)).toEqual({ reading: 'unreadable' })
  })
})
