// The simulator's Toss: same paths, fields, codes and times as the original's documentation.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ask,
  newOrderId,
  startPaySimulator,
  TOSS_AUTH,
  type Answered,
  type PaySimulator,
} from '../support/pay-simulator.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
let pay: PaySimulator

beforeAll(async () => {
  pay = await startPaySimulator()
})
beforeEach(async () => {
  await pay.control('/reset', 'POST')
})
afterAll(() => pay.stop())

describe('confirm', () => {
  it('takes the money once and answers the Payment object with Korean words', async () => {
    const opened = await pay.openToss()
    const { status, body } = await pay.confirm(opened)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      paymentKey: opened['paymentKey'],
      orderId: opened['orderId'],
      orderName: 'A coat',
      status: 'DONE',
      method: '카드',
      currency: 'KRW',
      type: 'NORMAL',
      totalAmount: 15_000,
      balanceAmount: 15_000,
      suppliedAmount: 13_636,
      vat: 1364,
      cancels: null,
      virtualAccount: null,
      isPartialCancelable: true,
      card: { amount: 15_000, installmentPlanMonths: 0 },
    })
    expect(body['approvedAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/)
    expect(await pay.booked(opened['orderId'])).toMatchObject([
      { provider: 'toss', status: 'DONE', chargedKrw: 15_000, refundedKrw: 0, charges: 1 },
    ])
  })

  it('is found by payment key and by order id', async () => {
    const opened = await pay.openToss()
    expect((await pay.toss(`/v1/payments/${opened['paymentKey']}`, 'GET')).body['status']).toBe('IN_PROGRESS')
    await pay.confirm(opened)
    const byKey = await pay.toss(`/v1/payments/${opened['paymentKey']}`, 'GET')
    const byOrder = await pay.toss(`/v1/payments/orders/${opened['orderId']}`, 'GET')
    expect(byKey.body).toEqual(byOrder.body)
    expect(byKey.body['status']).toBe('DONE')
    expect((await pay.toss('/v1/payments/orders/nobody-knows', 'GET')).body['code']).toBe('NOT_FOUND_PAYMENT')
  })

  it('a second time is refused and takes nothing', async () => {
    const opened = await pay.openToss()
    await pay.confirm(opened)
    const again = await pay.confirm(opened)
    expect([again.status, again.body['code']]).toEqual([400, 'ALREADY_PROCESSED_PAYMENT'])
    expect((await pay.booked(opened['orderId']))[0]).toMatchObject({ charges: 1 })
  })

  it('wants the amount and the order id of the window', async () => {
    const opened = await pay.openToss()
    for (const wrong of [
      { amount: 14_999 },
      { orderId: 'another-order' },
      { amount: '15000' },
      { amount: 1.5 },
    ]) {
      const { status, body } = await pay.confirm({ ...opened, ...wrong })
      expect([status, body['code']]).toEqual([400, 'INVALID_REQUEST'])
    }
    expect((await pay.confirm(opened)).status).toBe(200)
  })

  it('knows no other payment key, and no amount under 100 won', async () => {
    const opened = await pay.openToss({ amount: 99 })
    const small = await pay.confirm(opened)
    expect([small.status, small.body['code']]).toEqual([400, 'BELOW_MINIMUM_AMOUNT'])
    const unknown = await pay.confirm({ ...opened, paymentKey: 'nobody' })
    expect([unknown.status, unknown.body]).toEqual([
      404,
      { code: 'NOT_FOUND_PAYMENT', message: '존재하지 않는 결제 정보 입니다.' },
    ])
  })

  it('an order paid once can not be paid again through another window', async () => {
    const orderId = newOrderId()
    const [first, second] = [await pay.openToss({ orderId }), await pay.openToss({ orderId })]
    await pay.confirm(first)
    expect((await pay.confirm(second)).body['code']).toBe('DUPLICATED_ORDER_ID')
    expect((await pay.openToss({ orderId }))['code']).toBe('DUPLICATED_ORDER_ID')
    expect((await pay.control('/book')).body['totals']).toMatchObject({ charges: 1, ordersChargedTwice: 0 })
  })

  it('comes too late after ten minutes: EXPIRED, and no session any more', async () => {
    const [soon, late] = [await pay.openToss(), await pay.openToss()]
    await pay.advance(10 * MINUTE - 5000)
    expect((await pay.confirm(soon)).status).toBe(200)
    await pay.advance(5000)
    const { status, body } = await pay.confirm(late)
    expect([status, body['code']]).toEqual([404, 'NOT_FOUND_PAYMENT_SESSION'])
    expect((await pay.toss(`/v1/payments/${late['paymentKey']}`, 'GET')).body['status']).toBe('EXPIRED')
  })
})

describe('who calls', () => {
  it('is checked by Basic auth with the secret key', async () => {
    const url = `${pay.url}/toss/v1/payments/nobody`
    const as = async (authorization?: string): Promise<unknown[]> => {
      const { status, body } = await ask(
        url,
        authorization === undefined ? {} : { headers: { authorization } },
      )
      return [status, body['code']]
    }
    const encoded = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect(await as()).toEqual([401, 'UNAUTHORIZED_KEY'])
    expect(await as(encoded('test_sk_other:'))).toEqual([401, 'UNAUTHORIZED_KEY'])
    expect(await as(encoded('test_sk_simulator'))).toEqual([403, 'INCORRECT_BASIC_AUTH_FORMAT'])
    expect(await as(encoded('test_ck_simulator:'))).toEqual([400, 'INVALID_API_KEY'])
    expect(await as(TOSS_AUTH)).toEqual([404, 'NOT_FOUND_PAYMENT'])
  })

  it('is answered in English when asked so, and a malformed body with 400', async () => {
    const headers = { 'accept-language': 'en-US' }
    const { body } = await pay.toss('/v1/payments/nobody', 'GET', undefined, headers)
    expect(body['message']).toBe('Not found payment.')
    const response = await fetch(`${pay.url}/toss/v1/payments/confirm`, {
      method: 'POST',
      headers: { authorization: TOSS_AUTH, 'content-type': 'application/json' },
      body: '{',
    })
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'INVALID_REQUEST' }])
  })

  it('TossPayments-Test-Code forces that refusal and changes nothing', async () => {
    const opened = await pay.openToss()
    const forced = await pay.confirm(opened, { 'tosspayments-test-code': 'REJECT_CARD_PAYMENT' })
    expect([forced.status, forced.body['code']]).toEqual([403, 'REJECT_CARD_PAYMENT'])
    expect((await pay.confirm(opened)).status).toBe(200)
  })
})

describe('Idempotency-Key', () => {
  const keyed = (key: string): Record<string, string> => ({ 'idempotency-key': key })

  it('gives the first answer again, whatever the body says', async () => {
    const opened = await pay.openToss()
    const first = await pay.confirm(opened, keyed('one'))
    const second = await pay.confirm({ ...opened, amount: 1 }, keyed('one'))
    expect(second).toEqual(first)
    const cancel = await pay.cancelToss(opened['paymentKey'], { cancelAmount: 1000 }, keyed('one'))
    expect(cancel.body['balanceAmount']).toBe(14_000)
    expect((await pay.cancelToss(opened['paymentKey'], { cancelAmount: 1000 }, keyed('one'))).body).toEqual(
      cancel.body,
    )
    expect((await pay.booked(opened['orderId']))[0]).toMatchObject({ charges: 1, refundedKrw: 1000 })
  })

  it('gives refusals again, too', async () => {
    const opened = await pay.openToss()
    const refused = await pay.confirm({ ...opened, amount: 1 }, keyed('two'))
    expect(await pay.confirm(opened, keyed('two'))).toEqual(refused)
    expect((await pay.confirm(opened, keyed('three'))).status).toBe(200)
  })

  it('says 409 while the first is under way', async () => {
    await pay.chaos({ toss: { slowMs: 150 } })
    const opened = await pay.openToss()
    const first = pay.confirm(opened, keyed('four'))
    await new Promise((done) => setTimeout(done, 50))
    const second = await pay.confirm(opened, keyed('four'))
    expect([second.status, second.body['code']]).toEqual([409, 'IDEMPOTENT_REQUEST_PROCESSING'])
    expect((await first).status).toBe(200)
  })

  it('has at most 300 characters and lives fifteen days', async () => {
    const opened = await pay.openToss()
    const long = await pay.confirm(opened, keyed('k'.repeat(301)))
    expect([long.status, long.body['code']]).toEqual([400, 'INVALID_IDEMPOTENCY_KEY'])
    expect((await pay.confirm(opened, keyed('k'.repeat(300)))).status).toBe(200)
    await pay.advance(15 * DAY - MINUTE)
    expect((await pay.confirm(opened, keyed('k'.repeat(300)))).status).toBe(200)
    await pay.advance(MINUTE)
    expect((await pay.confirm(opened, keyed('k'.repeat(300)))).body['code']).toBe('ALREADY_PROCESSED_PAYMENT')
  })
})

describe('cancel', () => {
  const paid = async (): Promise<Answered['body']> => {
    const opened = await pay.openToss()
    await pay.confirm(opened)
    return opened
  }

  it('of the whole leaves CANCELED, and a second one is refused', async () => {
    const { paymentKey, orderId } = await paid()
    const { status, body } = await pay.cancelToss(paymentKey, {})
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'CANCELED',
      balanceAmount: 0,
      vat: 0,
      lastTransactionKey: body['cancels'][0].transactionKey,
    })
    expect(body['cancels']).toMatchObject([
      { cancelAmount: 15_000, cancelReason: 'changed my mind', refundableAmount: 0, cancelStatus: 'DONE' },
    ])
    const again = await pay.cancelToss(paymentKey, {})
    expect([again.status, again.body['code']]).toEqual([400, 'ALREADY_CANCELED_PAYMENT'])
    expect((await pay.booked(orderId))[0]).toMatchObject({ refundedKrw: 15_000 })
  })

  it('in parts down to nothing stays PARTIAL_CANCELED', async () => {
    const { paymentKey } = await paid()
    const first = await pay.cancelToss(paymentKey, { cancelAmount: 5000 })
    expect(first.body).toMatchObject({
      status: 'PARTIAL_CANCELED',
      balanceAmount: 10_000,
      suppliedAmount: 9091,
    })
    const rest = await pay.cancelToss(paymentKey, {})
    expect(rest.body).toMatchObject({ status: 'PARTIAL_CANCELED', balanceAmount: 0 })
    expect(rest.body['cancels']).toHaveLength(2)
    const more = await pay.cancelToss(paymentKey, { cancelAmount: 1 })
    expect([more.status, more.body['code']]).toEqual([403, 'NOT_CANCELABLE_AMOUNT'])
  })

  it('never gives more than was taken, and looks at the refundable amount', async () => {
    const { paymentKey, orderId } = await paid()
    expect((await pay.cancelToss(paymentKey, { cancelAmount: 15_001 })).body['code']).toBe(
      'NOT_CANCELABLE_AMOUNT',
    )
    const other = await pay.cancelToss(paymentKey, { cancelAmount: 1, refundableAmount: 14_000 })
    expect([other.status, other.body['code']]).toEqual([400, 'NOT_MATCHES_REFUNDABLE_AMOUNT'])
    expect((await pay.cancelToss(paymentKey, { cancelAmount: 1, refundableAmount: 15_000 })).status).toBe(200)
    expect((await pay.booked(orderId))[0]).toMatchObject({ refundedKrw: 1 })
  })

  it('wants a reason of at most 200 characters and a whole positive amount', async () => {
    const { paymentKey } = await paid()
    for (const wrong of [
      { cancelReason: '' },
      { cancelReason: 'x'.repeat(201) },
      { cancelAmount: 0 },
      { cancelAmount: 1.5 },
    ]) {
      const { status, body } = await pay.cancelToss(paymentKey, wrong)
      expect([status, body['code']]).toEqual([400, 'INVALID_REQUEST'])
    }
    const opened = await pay.openToss()
    expect((await pay.cancelToss(opened['paymentKey'], {})).body['code']).toBe('NOT_CANCELABLE_PAYMENT')
    expect((await pay.cancelToss('nobody', {})).status).toBe(404)
  })
})

describe('a virtual account', () => {
  const issued = async (): Promise<Answered['body']> => {
    const opened = await pay.openToss({ method: 'VIRTUAL_ACCOUNT' })
    const { body } = await pay.confirm(opened)
    expect(body).toMatchObject({
      status: 'WAITING_FOR_DEPOSIT',
      method: '가상계좌',
      approvedAt: null,
      card: null,
    })
    expect(body['virtualAccount']).toMatchObject({ bankCode: '20', expired: false })
    expect(body['secret'].length).toBeLessThanOrEqual(50)
    return opened
  }

  it('waits for its deposit and is then paid', async () => {
    const { orderId, paymentKey } = await issued()
    expect((await pay.booked(orderId))[0]).toMatchObject({ charges: 0, chargedKrw: 0 })
    expect((await pay.control(`/deposits/${String(orderId)}`, 'POST')).status).toBe(204)
    expect((await pay.control(`/deposits/${String(orderId)}`, 'POST')).status).toBe(404)
    expect((await pay.booked(orderId))[0]).toMatchObject({ status: 'DONE', charges: 1 })
    expect((await pay.cancelToss(paymentKey, {})).body['code']).toBe('INVALID_REFUND_ACCOUNT_INFO')
    const refundReceiveAccount = { bank: '20', accountNumber: '1000123456789', holderName: '김토스' }
    const { body } = await pay.cancelToss(paymentKey, { refundReceiveAccount })
    expect(body).toMatchObject({ status: 'CANCELED', virtualAccount: { refundStatus: 'COMPLETED' } })
  })

  it('expires after seven days, and is cancelled before its deposit only as a whole', async () => {
    const { orderId } = await issued()
    await pay.advance(7 * DAY)
    expect((await pay.booked(orderId))[0]).toMatchObject({ status: 'EXPIRED' })
    expect((await pay.control(`/deposits/${String(orderId)}`, 'POST')).status).toBe(404)
    const { paymentKey } = await issued()
    const part = await pay.cancelToss(paymentKey, { cancelAmount: 1 })
    expect(part.body['code']).toBe('NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT')
    expect((await pay.cancelToss(paymentKey, {})).body['status']).toBe('CANCELED')
  })
})

describe('words in the name of an order', () => {
  it('refuse and badcard abort it', async () => {
    const refused = await pay.openToss({ orderName: 'please refuse' })
    const answer = await pay.confirm(refused)
    expect([answer.status, answer.body['code']]).toEqual([403, 'REJECT_CARD_COMPANY'])
    const shown = await pay.toss(`/v1/payments/${refused['paymentKey']}`, 'GET')
    expect(shown.body).toMatchObject({ status: 'ABORTED', failure: { code: 'REJECT_CARD_COMPANY' } })
    expect((await pay.confirm(refused)).body['code']).toBe('NOT_FOUND_PAYMENT_SESSION')
    expect((await pay.confirm(await pay.openToss({ orderName: 'badcard' }))).body['code']).toBe(
      'INVALID_CARD_NUMBER',
    )
  })

  it('slow answers late; lost is done and never answered, but its key finds the answer', async () => {
    const startMs = performance.now()
    expect((await pay.confirm(await pay.openToss({ orderName: 'slow coat' }))).status).toBe(200)
    expect(performance.now() - startMs).toBeGreaterThan(55)
    const lost = await pay.openToss({ orderName: 'lost coat' })
    await expect(pay.confirm(lost, { 'idempotency-key': 'five' })).rejects.toThrow('fetch failed')
    expect((await pay.booked(lost['orderId']))[0]).toMatchObject({ status: 'DONE', charges: 1 })
    expect((await pay.confirm(lost, { 'idempotency-key': 'five' })).body['status']).toBe('DONE')
  })
})

describe('lists', () => {
  const day = (offsetMs: number): string =>
    new Date(Date.now() + offsetMs + 9 * 60 * MINUTE).toISOString().slice(0, 10)

  it('settlements come the day after, add up, and can be made to disagree', async () => {
    const opened = await pay.openToss()
    const { paymentKey } = opened
    await pay.confirm(opened)
    await pay.cancelToss(paymentKey, { cancelAmount: 5000 })
    const path = `/v1/settlements?startDate=${day(0)}&endDate=${day(0)}&dateType=soldDate&page=1&size=100`
    expect((await pay.toss(path, 'GET')).body).toEqual([])
    await pay.advance(DAY)
    const { body: rows } = await pay.toss(path, 'GET')
    expect(rows).toMatchObject([
      {
        paymentKey,
        amount: 15_000,
        fees: [{ type: 'BASE', fee: 495 }],
        supplyAmount: 450,
        vat: 45,
        payOutAmount: 14_505,
      },
      { paymentKey, amount: -5000, payOutAmount: -4835, cancel: { cancelAmount: 5000 }, soldDate: day(0) },
    ])
    for (const row of rows as unknown as Record<string, number>[]) {
      expect(row['payOutAmount']! + row['supplyAmount']! + row['vat']!).toBe(row['amount'])
    }
    const paidOut = path.replaceAll(day(0), day(2 * DAY)).replace('soldDate', 'paidOutDate')
    expect((await pay.toss(paidOut, 'GET')).body).toEqual(rows)
    await pay.chaos({ settlementMismatch: true })
    const { body: wrong } = await pay.toss(path, 'GET')
    expect(wrong).toMatchObject([{ amount: 14_990 }, { amount: -5000 }])
    expect((await pay.toss('/v1/settlements?startDate=x&endDate=y', 'GET')).status).toBe(400)
  })

  it('transactions are every approval and cancel, page by page', async () => {
    const opened = await pay.openToss()
    await pay.confirm(opened)
    await pay.cancelToss(opened['paymentKey'], { cancelAmount: 5000 })
    const path = `/v1/transactions?startDate=${day(-DAY)}T00:00:00&endDate=${day(DAY)}T00:00:00`
    const { body } = await pay.toss(path, 'GET')
    expect(body).toMatchObject([{ amount: 15_000 }, { amount: -5000 }])
    const after = await pay.toss(`${path}&startingAfter=${body[0].transactionKey}&limit=1`, 'GET')
    expect(after.body).toEqual([body[1]])
  })
})

it('a restart keeps the book, the kept answers and the clock', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
  try {
    const bookFile = join(folder, 'book.jsonl')
    const first = await startPaySimulator({ bookFile })
    const opened = await first.openToss()
    const answer = await first.confirm(opened, { 'idempotency-key': 'kept' })
    const waiting = await first.openToss()
    await first.advance(MINUTE)
    await first.stop()
    const second = await startPaySimulator({ bookFile, seed: 2 })
    expect((await second.control('/clock')).body['offsetMs']).toBe(MINUTE)
    expect((await second.booked(opened['orderId']))[0]).toMatchObject({ status: 'DONE', charges: 1 })
    expect((await second.confirm(opened, { 'idempotency-key': 'kept' })).body).toEqual(answer.body)
    expect((await second.confirm(opened)).body['code']).toBe('ALREADY_PROCESSED_PAYMENT')
    expect((await second.confirm(waiting)).body['status']).toBe('DONE')
    await second.stop()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
