import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createHeardLog,
  startScriptedProvider,
  type Scripted,
  type ScriptedProvider,
} from '../../../tests/support/scripted-provider.ts'
import { NICE_APPROVE, NICE_CANCEL, NICE_NETCANCEL, NICE_STATUS, niceMeaningOf } from './nice-answers.ts'
import { checkNiceAuth, createNiceProvider } from './nice.ts'
import type { ConfirmAsk, Provider, RefundAsk } from './provider.ts'

const SECRET = 'nice-secret'
const TID = 'nicuntct1m0101210727200125A056'
const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

const confirmAsk: ConfirmAsk = {
  paymentId: 7,
  tryNo: 1,
  providerKey: TID,
  providerOrderId: 'order-7',
  amountKrw: 10_000,
  maySend: () => true,
}
const refundAsk: RefundAsk = {
  refundId: 3,
  tryNo: 1,
  providerKey: TID,
  providerOrderId: 'order-7',
  amountKrw: 4_000,
  balanceKrw: 10_000,
  reason: '단순 변심',
  maySend: () => true,
}

const fields = {
  resultCode: '0000',
  resultMsg: '정상 처리되었습니다.',
  tid: TID,
  orderId: 'order-7',
  ediDate: '2026-11-25T12:00:01.000+0900',
  status: 'paid',
  paidAt: '2026-11-25T12:00:00.000+0900',
  payMethod: 'card',
  amount: 10_000,
  balanceAmt: 10_000,
  currency: 'KRW',
  receiptUrl: 'https://npg.nicepay.co.kr/issue',
  card: { cardNum: '123456******1234' },
}
type Fields = Partial<Record<keyof typeof fields | 'vbank' | 'signature', unknown>>
const signed = (other: Fields = {}) => {
  const body = { ...fields, ...other }
  return {
    signature: sha(`${String(body.tid)}${String(body.amount)}${String(body.ediDate)}${SECRET}`),
    ...body,
  }
}
const as = (other: Fields = {}) => ({ status: 200, body: signed(other) })
const code = (resultCode: string, status = 200) => ({ status, body: { resultCode, resultMsg: '…' } })
const paid = as()
const cancelled = as({ status: 'cancelled', balanceAmt: 0 })
const broken = { status: 500, body: { resultCode: '9999', resultMsg: '…' } }

describe('NICEPAY', () => {
  let there: ScriptedProvider
  let nice: Provider
  let lines: string[]
  let now: number
  beforeAll(async () => {
    there = await startScriptedProvider()
  })
  afterAll(() => there.stop())
  const open = (): Provider => {
    const heard = createHeardLog()
    lines = heard.lines
    now = Date.parse('2026-11-25T03:00:00Z')
    nice = createNiceProvider({
      url: there.url,
      clientKey: 'S2_x',
      secretKey: SECRET,
      windowUrl: 'https://pay.nicepay.co.kr/v1/js/',
      clock: { now: () => now },
      log: heard.log,
      breaker: { callsMin: 1_000 },
      answerMsMax: 60,
    })
    return nice
  }
  afterEach(() => nice.close())
  const calls = (): string[] => there.seen.map(({ method, path }) => `${method} ${path}`)
  const APPROVE = `POST /v1/payments/${TID}`
  const LOOK = `GET /v1/payments/${TID}`
  const NETCANCEL = 'POST /v1/payments/netcancel'
  const CANCEL = `POST /v1/payments/${TID}/cancel`

  describe('approval', () => {
    it('7.C.9: takes `paid` for paid, by a signed request and a signed answer', async () => {
      there.answer(paid)
      expect(await open().confirm(confirmAsk)).toEqual({
        result: 'paid',
        payment: {
          providerKey: TID,
          providerOrderId: 'order-7',
          status: 'paid',
          amountKrw: 10_000,
          balanceKrw: 10_000,
          currency: 'KRW',
          method: 'card',
          approvedAt: new Date('2026-11-25T03:00:00Z'),
          receiptUrl: 'https://npg.nicepay.co.kr/issue',
        },
      })
      expect(calls()).toEqual([APPROVE])
      const { body, headers } = there.seen[0]!
      const { amount, ediDate, signData } = body
      expect(amount).toBe(10_000)
      expect(ediDate).toBe('2026-11-25T12:00:00.000+09:00')
      expect(signData).toBe(sha(`${TID}10000${String(ediDate)}${SECRET}`))
      expect(headers.authorization).toBe(`Basic ${Buffer.from(`S2_x:${SECRET}`).toString('base64')}`)
    })

    it('7.C.9: believes no `paid` without the right signature, and says so in the log', async () => {
      const wrong: Scripted[] = [
        as({ signature: sha('something else') }),
        as({ signature: null }),
        as({ signature: 7 }),
        { status: 200, body: { ...signed(), amount: 10_010 } },
        { status: 200, body: { ...signed(), ediDate: 'another' } },
      ]
      for (const answer of wrong) {
        there.answer(answer)
        expect(await open().confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'BAD_SIGNATURE' })
        expect(lines.join()).toContain('not signed')
        await nice.close()
      }
    })

    it.each<Scripted>(['cut', 'hang', 'drip', broken, { status: 200, body: 'no json' }])(
      'is never sent a second time: after %j it is unknown',
      async (trouble) => {
        there.answer(trouble, paid)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
        expect(calls()).toEqual([APPROVE])
      },
    )

    it('is tried again where nothing was sent, and says so in the end', async () => {
      const away = await startScriptedProvider()
      await away.stop()
      nice = createNiceProvider({
        url: away.url,
        clientKey: 'S2_x',
        secretKey: SECRET,
        windowUrl: undefined,
        clock: { now: () => now },
        log: createHeardLog().log,
      })
      let asked = 0
      const maySend = () => ++asked > 0
      expect(await nice.confirm({ ...confirmAsk, maySend })).toEqual({
        result: 'not_sent',
        code: 'ECONNREFUSED',
      })
      expect(asked).toBe(2)
    })

    it.each([
      { status: 200, body: {} },
      { status: 200, body: [1] },
      code('0000'),
      code('9'),
      as({ tid: 'another' }),
      as({ status: 'something new' }),
      as({ amount: '10000' }),
      as({ balanceAmt: 20_000 }),
    ])('is unknown after %j', async (answer) => {
      there.answer(answer)
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
    })

    const refusals = Object.entries(NICE_APPROVE).filter(([, meaning]) => meaning === 'refused')
    it.each(refusals)('is refused after %s', async (resultCode) => {
      there.answer(code(resultCode))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code: resultCode })
      there.answer(as({ resultCode, status: 'failed' }))
      expect(await nice.confirm(confirmAsk)).toEqual({ result: 'refused', code: resultCode })
      there.answer(as({ resultCode, status: 'failed', signature: sha('wrong') }))
      expect(await nice.confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'BAD_SIGNATURE' })
    })

    it('looks when a refusal shows a payment that is charged', async () => {
      there.answer(as({ resultCode: '3095' }), paid)
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'paid' })
    })

    it('is refused when our keys or our address are wrong, and says so in the log', async () => {
      for (const answer of [code('U104', 401), code('A224', 403), code('A211')]) {
        there.answer(answer)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'refused' })
        expect(lines.join()).toContain('does not accept our keys')
        await nice.close()
      }
    })

    it('was not sent, as far as money goes, when there are too many', async () => {
      for (const answer of [{ status: 429, body: '' }, code('A246')]) {
        there.answer(answer)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'not_sent' })
        await nice.close()
      }
      expect(await open().confirm({ ...confirmAsk, maySend: () => false })).toEqual({
        result: 'not_sent',
        code: 'LEASE_OVER',
      })
    })

    it('is not found where the tid is none', async () => {
      there.answer(code('A115'))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'not_found', code: 'A115' })
    })

    it('looks when the tid was used before, and at codes it does not know', async () => {
      for (const unclear of ['A225', 'Z999']) {
        there.answer(code(unclear), paid)
        expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'paid' })
        expect(calls()).toEqual([APPROVE, LOOK])
        there.answer(code(unclear), as({ status: 'failed', signature: null }))
        expect(await nice.confirm(confirmAsk)).toMatchObject({ result: 'refused' })
        // It may still be on its way.
        there.answer(code(unclear), code('A118'))
        expect(await nice.confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
        await nice.close()
      }
    })

    it('does not settle an order that another payment has paid', async () => {
      there.answer(code('A127'), as({ tid: 'another' }))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'unknown', code: 'PAID_BY_OTHER_PAYMENT' })
      expect(calls()[1]).toBe('GET /v1/payments/find/order-7?orderDate=20261125')
    })

    it('does not pay this order with the tid of another one', async () => {
      there.answer(as({ orderId: 'order-other' }))
      expect(await open().confirm(confirmAsk)).toEqual({ result: 'refused', code: 'OTHER_ORDER' })
    })

    it('leaves the amount to the caller to compare', async () => {
      there.answer(as({ amount: 999, balanceAmt: 999 }))
      expect(await open().confirm(confirmAsk)).toMatchObject({ result: 'paid', payment: { amountKrw: 999 } })
    })

    it('closes a virtual account again, and refuses', async () => {
      const issued = as({ resultCode: '4100', status: 'ready', vbank: { vbankNumber: '1' } })
      there.answer(issued, cancelled)
      expect(await open().confirm(confirmAsk)).toEqual({
        result: 'refused',
        code: 'VIRTUAL_ACCOUNT_NOT_ALLOWED',
      })
      expect(calls()).toEqual([APPROVE, NETCANCEL])
      there.answer(issued, broken)
      expect(await nice.confirm(confirmAsk)).toMatchObject({ result: 'unknown' })
    })

    it('sends no key that is no part of a path', async () => {
      there.answer(paid)
      open()
      for (const providerKey of ['..', '', 'a b', '\ud800'])
        expect(await nice.confirm({ ...confirmAsk, providerKey })).toMatchObject({ result: 'not_found' })
      expect(there.seen).toEqual([])
    })
  })

  describe('resolve', () => {
    it('7.C.11: takes the payment back by a signed netcancel of the order', async () => {
      there.answer(cancelled)
      expect(await open().resolve(confirmAsk)).toEqual({ result: 'refused', code: 'NET_CANCELED' })
      expect(calls()).toEqual([NETCANCEL])
      const { orderId, ediDate, signData } = there.seen[0]!.body
      expect(orderId).toBe('order-7')
      expect(signData).toBe(sha(`order-7${String(ediDate)}${SECRET}`))
    })

    it('may be repeated, for it takes back once', async () => {
      there.answer('cut', cancelled)
      expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'refused' })
      there.answer(code('2013'))
      expect(await nice.resolve(confirmAsk)).toEqual({ result: 'refused', code: 'NET_CANCELED' })
    })

    it('finds no transaction: not final, for the approval may still be on its way', async () => {
      there.answer(code('2012'))
      expect(await open().resolve(confirmAsk)).toEqual({ result: 'not_found', code: '2012' })
    })

    it.each([
      ['cancelled', 'refused'],
      ['failed', 'refused'],
      ['expired', 'refused'],
      ['paid', 'unknown'],
      ['ready', 'unknown'],
    ])('looks when the netcancel is unclear: %s is %s', async (status, result) => {
      for (const trouble of [
        broken,
        code('Z999'),
        as({ status: 'cancelled', balanceAmt: 0, signature: sha('x') }),
      ]) {
        there.answer(trouble, as({ status, balanceAmt: status === 'cancelled' ? 0 : 10_000 }))
        if (trouble === broken)
          there.answer(trouble, trouble, as({ status, balanceAmt: status === 'cancelled' ? 0 : 10_000 }))
        expect(await open().resolve(confirmAsk)).toMatchObject({ result })
        expect(calls()).not.toContain(CANCEL)
        await nice.close()
      }
    })

    it('cancels in the ordinary way where it is too late for a netcancel, so that nobody stays charged for nothing', async () => {
      there.answer(code('2020'), paid, cancelled, cancelled)
      expect(await open().resolve(confirmAsk)).toEqual({ result: 'refused', code: 'NET_CANCELED' })
      expect(calls()).toEqual([NETCANCEL, LOOK, CANCEL, LOOK])
      expect(there.seen[2]!.body).toMatchObject({ orderId: 'order-7-n' })
      expect(there.seen[2]!.body).not.toHaveProperty('cancelAmt')
      there.answer(code('2020'), paid, code('2003'), paid)
      expect(await nice.resolve(confirmAsk)).toMatchObject({ result: 'unknown' })
    })

    it('never cancels what belongs to another order', async () => {
      there.answer(code('2020'), as({ orderId: 'order-other' }))
      expect(await open().resolve(confirmAsk)).toEqual({ result: 'refused', code: 'OTHER_ORDER' })
      expect(calls()).toEqual([NETCANCEL, LOOK])
    })

    it('is unknown when nobody answers, and not sent after the lease', async () => {
      there.answer('cut')
      expect(await open().resolve(confirmAsk)).toMatchObject({ result: 'unknown' })
      expect(await nice.resolve({ ...confirmAsk, maySend: () => false })).toMatchObject({
        result: 'not_sent',
      })
    })
  })

  describe('refund', () => {
    const refunded = as({ status: 'partialCancelled', balanceAmt: 6_000 })

    it('7.C.10: calls the address of cancels, under an id of its own, signed', async () => {
      there.answer(paid, refunded)
      expect(await open().refund(refundAsk)).toMatchObject({
        result: 'refunded',
        payment: { balanceKrw: 6_000, status: 'partially_canceled' },
      })
      expect(calls()).toEqual([LOOK, CANCEL])
      const { ediDate, signData, ...rest } = there.seen[1]!.body
      expect(rest).toEqual({ reason: '단순 변심', orderId: 'order-7-r3', cancelAmt: 4_000 })
      expect(signData).toBe(sha(`${TID}${String(ediDate)}${SECRET}`))
    })

    it('gives a reason of at most a hundred bytes', async () => {
      there.answer(paid, refunded)
      await open().refund({ ...refundAsk, reason: '환'.repeat(100) })
      expect(there.seen[1]!.body['reason']).toBe('환'.repeat(33))
    })

    it('has the same id for a repeat, and another one for another try', async () => {
      there.answer(paid, 'cut', paid)
      open()
      await nice.refund(refundAsk)
      expect(there.seen[1]!.body['orderId']).toBe('order-7-r3')
      there.answer(paid, refunded)
      await nice.refund({ ...refundAsk, tryNo: 2 })
      expect(there.seen[1]!.body['orderId']).toBe('order-7-r3-2')
    })

    it('7.C.10: is not sent again when it was done, though its answer was lost', async () => {
      there.answer(refunded)
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'refunded' })
      expect(calls()).toEqual([LOOK])
    })

    it('is refused where another amount is left than we believe', async () => {
      there.answer(as({ status: 'partialCancelled', balanceAmt: 9_000 }))
      expect(await open().refund(refundAsk)).toEqual({ result: 'refused', code: 'OTHER_BALANCE' })
      there.answer(as({ orderId: 'order-other' }))
      expect(await nice.refund(refundAsk)).toEqual({ result: 'refused', code: 'OTHER_BALANCE' })
      there.answer(code('A118'))
      expect(await nice.refund(refundAsk)).toEqual({ result: 'refused', code: 'NO_SUCH_PAYMENT' })
    })

    it.each<Scripted>([
      'cut',
      'hang',
      broken,
      code('2015'),
      code('2013'),
      code('2003'),
      code('Z999'),
      as({ signature: sha('x') }),
    ])('is sent once, and after %j the balance tells that it was done', async (trouble) => {
      there.answer(paid, trouble, refunded)
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'refunded' })
      expect(calls()).toEqual([LOOK, CANCEL, LOOK])
    })

    it('is refused by a code that says so, when nothing has moved', async () => {
      for (const refusal of ['2011', '2013', '2014', '2016', '2032']) {
        there.answer(paid, code(refusal), paid)
        expect(await open().refund(refundAsk)).toEqual({ result: 'refused', code: refusal })
        await nice.close()
      }
    })

    it('is unknown after all else', async () => {
      for (const trouble of ['cut' as const, broken, code('2015'), code('Z999')]) {
        there.answer(paid, trouble, paid)
        expect(await open().refund(refundAsk)).toMatchObject({ result: 'unknown' })
        await nice.close()
      }
      there.answer(paid, code('2003'), paid)
      expect(await open().refund(refundAsk)).toEqual({ result: 'unknown', code: 'REPLAYED_ERROR' })
      there.answer(paid, code('2014'), code('Z999'))
      expect(await nice.refund(refundAsk)).toEqual({ result: 'unknown', code: '2014' })
    })

    it('was not sent where the balance can not be read first, with wrong keys, and after the lease', async () => {
      there.answer(broken)
      expect(await open().refund(refundAsk)).toMatchObject({ result: 'not_sent' })
      there.answer(paid, code('A211'))
      expect(await nice.refund(refundAsk)).toMatchObject({ result: 'not_sent' })
      there.answer(paid)
      expect(await nice.refund({ ...refundAsk, maySend: () => false })).toMatchObject({ result: 'not_sent' })
      expect(there.seen).toEqual([])
    })
  })

  describe('query', () => {
    const by = {
      providerKey: TID,
      providerOrderId: 'order-7',
      requestedAt: new Date('2026-11-25T03:00:00Z'),
    }

    it('asks by the tid, or by the order and its Korean day', async () => {
      there.answer(paid)
      expect(await open().lookUp(by)).toMatchObject({ result: 'found', payment: { status: 'paid' } })
      await nice.lookUp({ ...by, providerKey: undefined, requestedAt: new Date('2026-11-24T15:00:00Z') })
      expect(calls()).toEqual([LOOK, 'GET /v1/payments/find/order-7?orderDate=20261125'])
    })

    it('also looks at the next day for what was begun shortly before midnight', async () => {
      there.answer(code('A118'), paid)
      const requestedAt = new Date('2026-11-25T14:59:00Z')
      expect(await open().lookUp({ ...by, providerKey: undefined, requestedAt })).toMatchObject({
        result: 'found',
      })
      expect(calls()).toEqual([
        'GET /v1/payments/find/order-7?orderDate=20261125',
        'GET /v1/payments/find/order-7?orderDate=20261126',
      ])
    })

    it.each([
      [{ status: 'cancelled', balanceAmt: 0 }, 'canceled'],
      [{ status: 'partialCancelled', balanceAmt: 0 }, 'canceled'],
      [{ status: 'partialCancelled', balanceAmt: 1 }, 'partially_canceled'],
      [{ status: 'ready' }, 'ready'],
      [{ status: 'ready', vbank: {} }, 'waiting_for_deposit'],
      [{ status: 'failed', signature: null }, 'failed'],
      [{ status: 'expired', signature: null, paidAt: '0' }, 'expired'],
    ])('7.C.9: knows the states of NICEPAY: %j', async (other, status) => {
      there.answer(as(other))
      expect(await open().lookUp(by)).toMatchObject({ result: 'found', payment: { status } })
    })

    it('knows "there is none" from "nobody knows"', async () => {
      for (const none of [code('A118'), code('2012'), code('U126', 404)]) {
        there.answer(none)
        expect(await open().lookUp(by)).toEqual({ result: 'none' })
        await nice.close()
      }
      open()
      for (const answer of [
        broken,
        'cut' as const,
        code('U104', 401),
        code('Z999'),
        as({ signature: null }),
        as({ signature: sha('x') }),
      ]) {
        there.answer(answer)
        expect(await nice.lookUp(by)).toMatchObject({ result: 'unknown' })
      }
    })

    it('tells that the tid is that of another order', async () => {
      there.answer(as({ orderId: 'order-other' }))
      expect(await open().lookUp(by)).toMatchObject({
        result: 'other_order',
        payment: { providerOrderId: 'order-other' },
      })
    })
  })

  describe('events', () => {
    it('are hints when they are signed, known again by their text', () => {
      const read = open().readWebhook({}, signed())
      expect(read).toEqual({
        reading: 'hint',
        hint: {
          deliveryId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          event: 'PAID',
          providerKey: TID,
          providerOrderId: 'order-7',
        },
      })
      expect(nice.readWebhook({}, signed())).toEqual(read)
    })

    it('7.C.9: are refused when the signature is wrong or missing', () => {
      open()
      for (const body of [
        signed({ signature: sha('x') }),
        signed({ signature: '' }),
        signed({ signature: undefined }),
        { ...signed(), amount: 1, balanceAmt: 1 },
        { ...signed(), tid: 'another' },
      ])
        expect(nice.readWebhook({}, body)).toEqual({ reading: 'forged' })
    })

    it.each([null, undefined, 'OK', [], {}, { resultCode: '0000' }, { ...signed(), amount: 'x' }])(
      'that are none are not read: %j',
      (body) => {
        expect(open().readWebhook({}, body)).toEqual({ reading: 'unreadable' })
      },
    )
  })

  it('tells no secret, and logs neither keys nor cards', async () => {
    there.answer(as({ signature: sha('x') }))
    open()
    await nice.confirm(confirmAsk)
    await nice.resolve(confirmAsk)
    await nice.refund(refundAsk)
    expect(nice.checkout).toEqual({ clientKey: 'S2_x', windowUrl: 'https://pay.nicepay.co.kr/v1/js/' })
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toMatch(/nice-secret|123456|nicuntct|UzJfeDpu/)
  })
})

describe('the form of the window', () => {
  const keys = { clientKey: 'S2_x', secretKey: SECRET }
  const form = {
    authResultCode: '0000',
    authResultMsg: '인증 성공',
    tid: TID,
    clientId: 'S2_x',
    orderId: 'order-7',
    amount: '10000',
    authToken: 'NICEUNTTABC',
    signature: sha(`NICEUNTTABCS2_x10000${SECRET}`),
  }

  it('7.C.9: is believed when it is signed for us and the amount', () => {
    expect(checkNiceAuth(form, keys)).toBe(true)
  })

  it.each([
    { signature: sha('x') },
    { signature: '' },
    { signature: undefined },
    { amount: '1' },
    { amount: '010000' },
    { amount: 10_000 },
    { amount: '' },
    { authToken: 'another' },
    { authToken: '' },
    { clientId: 'S2_other', signature: sha(`NICEUNTTABCS2_other10000${SECRET}`) },
    { authResultCode: '3095' },
    { authResultCode: undefined },
  ])('is not believed with %j', (other) => {
    expect(checkNiceAuth({ ...form, ...other }, keys)).toBe(false)
  })
})

describe('what the codes of NICEPAY mean', () => {
  it('has a row for every code of the table', () => {
    const approve =
      '0000 3001 4100 3011 3041 3095 A101 A115 A117 A118 A123 A127 A211 A224 A225 A245 A246 U104'
    const cancel = '0000 2001 2003 2011 2012 2013 2014 2015 2032'
    expect(approve.split(' ').filter((one) => !(one in NICE_APPROVE))).toEqual([])
    expect(cancel.split(' ').filter((one) => !(one in NICE_CANCEL))).toEqual([])
    expect(['2012', '2013'].filter((one) => !(one in NICE_NETCANCEL))).toEqual([])
  })

  it('7.C.9: has a word for every status, and only `paid` is paid', () => {
    expect(Object.keys(NICE_STATUS).toSorted()).toEqual([
      'cancelled',
      'expired',
      'failed',
      'paid',
      'partialCancelled',
      'ready',
    ])
    expect(Object.entries(NICE_STATUS).filter(([, status]) => status === 'paid')).toEqual([['paid', 'paid']])
  })

  it('decides nothing on a code that has no row', () => {
    for (const one of ['Z999', 'toString', '__proto__']) expect(niceMeaningOf(NICE_APPROVE, one)).toBe('look')
  })
})
