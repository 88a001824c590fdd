// The simulator's NICEPAY: same paths, fields, signatures and result codes as the original's manual.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ask,
  newOrderId,
  NICE_SECRET,
  sha256,
  startPaySimulator,
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

const today = (): string =>
  new Date(Date.now() + 9 * 60 * MINUTE).toISOString().slice(0, 10).replaceAll('-', '')
const isSigned = (body: Answered['body']): boolean =>
  body['signature'] === sha256(`${body['tid']}${body['amount']}${body['ediDate']}${NICE_SECRET}`)

async function paid(wanted: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const form = await pay.openNice(wanted)
  expect((await pay.approve(form)).body['resultCode']).toBe('0000')
  return form
}

describe('approve', () => {
  it('takes the money once and answers a signed payment', async () => {
    const form = await pay.openNice({ mallReserved: 'mine' })
    expect(form['tid']?.length).toBeLessThanOrEqual(30)
    expect(form['authToken']?.length).toBeLessThanOrEqual(40)
    expect(form['signature']).toBe(
      sha256(`${form['authToken']}${form['clientId']}${form['amount']}${NICE_SECRET}`),
    )
    const { status, body } = await pay.approve(form)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      resultCode: '0000',
      tid: form['tid'],
      cancelledTid: null,
      orderId: form['orderId'],
      status: 'paid',
      failedAt: '0',
      cancelledAt: '0',
      payMethod: 'card',
      amount: 15_000,
      balanceAmt: 15_000,
      goodsName: 'A coat',
      currency: 'KRW',
      mallReserved: 'mine',
      card: { canPartCancel: 'true' },
      vbank: null,
      cancels: null,
    })
    expect(body['paidAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0900$/)
    expect(isSigned(body)).toBe(true)
    expect(await pay.booked(form['orderId'])).toMatchObject([
      { provider: 'nice', status: 'paid', charges: 1 },
    ])
  })

  it('a second time is refused and takes nothing', async () => {
    const form = await paid()
    expect((await pay.approve(form)).body['resultCode']).toBe('A225')
    expect((await pay.booked(form['orderId']))[0]).toMatchObject({ charges: 1 })
  })

  it('wants the amount of the window, its own signature, and a tid that exists', async () => {
    const form = await pay.openNice()
    const { tid } = form
    const code = async (body: object, path = tid): Promise<string> =>
      (await pay.nice(`/v1/payments/${path}`, 'POST', body)).body['resultCode']
    const ediDate = new Date().toISOString()
    expect((await pay.approve(form, 14_999)).body['resultCode']).toBe('A123')
    expect(await code({ amount: 15_000, ediDate, signData: sha256('wrong') })).toBe('A211')
    expect(await code({ amount: 15_000, signData: sha256('wrong') })).toBe('A101')
    expect(await code({})).toBe('A117')
    expect(await code({ amount: 'much' })).toBe('A116')
    expect(await code({ amount: 15_000 }, 'nobody')).toBe('A115')
    expect(await code({ amount: 15_000 })).toBe('0000')
  })

  it('refuses cards under 1,000 won and an order that was paid before', async () => {
    expect((await pay.approve(await pay.openNice({ amount: 999 }))).body).toMatchObject({
      resultCode: '3041',
      status: 'failed',
    })
    const orderId = newOrderId()
    const [first, second] = [await pay.openNice({ orderId }), await pay.openNice({ orderId })]
    await pay.approve(first)
    expect((await pay.approve(second)).body['resultCode']).toBe('A127')
    expect((await pay.openNice({ orderId }))['resultCode']).toBe('A127')
  })

  it('comes too late after ten minutes', async () => {
    const form = await pay.openNice()
    await pay.advance(10 * MINUTE)
    expect((await pay.approve(form)).body['resultCode']).toBe('A245')
    expect((await pay.booked(form['orderId']))[0]).toMatchObject({ charges: 0, status: 'expired' })
  })

  it('words in the goods or the order id decide how it ends', async () => {
    expect((await pay.approve(await pay.openNice({ orderId: 'order-refuse-1' }))).body).toMatchObject({
      resultCode: '3095',
      status: 'failed',
    })
    expect((await pay.approve(await pay.openNice({ goodsName: 'BadCard' }))).body['resultCode']).toBe('3011')
    const startMs = performance.now()
    expect((await pay.approve(await pay.openNice({ goodsName: 'slow' }))).body['resultCode']).toBe('0000')
    expect(performance.now() - startMs).toBeGreaterThan(55)
    const lost = await pay.openNice({ goodsName: 'lost' })
    await expect(pay.approve(lost)).rejects.toThrow('fetch failed')
    expect((await pay.booked(lost['orderId']))[0]).toMatchObject({ charges: 1 })
  })
})

describe('who calls', () => {
  it('is checked by Basic auth with both keys', async () => {
    const url = `${pay.url}/nice/v1/payments/nobody`
    const as = async (authorization?: string): Promise<unknown[]> => {
      const { status, body } = await ask(
        url,
        authorization === undefined ? {} : { headers: { authorization } },
      )
      return [status, body['resultCode']]
    }
    const encoded = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect(await as()).toEqual([401, 'U104'])
    expect(await as(encoded('S2_simulator:wrong'))).toEqual([401, 'U104'])
    expect(await as(encoded('S2_simulator:simulator-secret'))).toEqual([200, 'A118'])
  })

  it('or by a token that lives half an hour, and is given again until then', async () => {
    const { body: first } = await pay.nice('/v1/access-token', 'POST', {})
    expect(first).toMatchObject({ resultCode: '0000', tokenType: 'Bearer' })
    expect((await pay.nice('/v1/access-token', 'POST', {})).body['accessToken']).toBe(first['accessToken'])
    const headers = { authorization: `Bearer ${first['accessToken']}` }
    expect((await pay.nice('/v1/payments/nobody', 'GET', undefined, headers)).status).toBe(200)
    await pay.advance(30 * MINUTE)
    expect((await pay.nice('/v1/payments/nobody', 'GET', undefined, headers)).status).toBe(401)
    expect((await pay.nice('/v1/access-token', 'POST', {}, headers)).status).toBe(401)
  })
})

describe('questions', () => {
  it('are answered by tid and by order id with its day, and there is nothing before an approval', async () => {
    const form = await pay.openNice()
    expect((await pay.nice(`/v1/payments/${form['tid']}`, 'GET')).body['resultCode']).toBe('A118')
    await pay.approve(form)
    const byTid = await pay.nice(`/v1/payments/${form['tid']}`, 'GET')
    expect(byTid.body).toMatchObject({ resultCode: '0000', status: 'paid' })
    expect(isSigned(byTid.body)).toBe(true)
    const find = `/v1/payments/find/${form['orderId']}`
    expect((await pay.nice(`${find}?orderDate=${today()}`, 'GET')).body).toMatchObject({
      resultCode: '0000',
      tid: form['tid'],
    })
    expect((await pay.nice(`${find}?orderDate=20200101`, 'GET')).body['resultCode']).toBe('A118')
    expect((await pay.nice(find, 'GET')).body['resultCode']).toBe('A117')
  })

  it('check-amount says whether the amount is the one that was taken', async () => {
    const form = await paid()
    const check = async (amount: number): Promise<Answered['body']> =>
      (await pay.nice(`/v1/check-amount/${form['tid']}`, 'POST', { amount })).body
    expect(await check(15_000)).toMatchObject({ resultCode: '0000', isValid: true, tid: form['tid'] })
    const wrong = await check(14_000)
    expect(wrong).toMatchObject({ resultCode: '0000', isValid: false })
    expect(wrong['signature']).toBe(sha256(`${form['tid']}${wrong['ediDate']}${NICE_SECRET}`))
  })
})

describe('cancel', () => {
  it('of the whole leaves cancelled, and a second one is refused', async () => {
    const form = await paid()
    const { body } = await pay.cancelNice(form['tid'], {})
    expect(body).toMatchObject({
      resultCode: '0000',
      status: 'cancelled',
      balanceAmt: 0,
      cancelledTid: form['tid'],
    })
    expect(body['cancels']).toMatchObject([{ amount: 15_000, reason: 'changed' }])
    expect(isSigned(body)).toBe(true)
    expect((await pay.cancelNice(form['tid'], {})).body['resultCode']).toBe('2013')
  })

  it('in parts wants an order id of its own for each and never gives too much', async () => {
    const form = await paid()
    const orderId = newOrderId()
    const { body } = await pay.cancelNice(form['tid'], { cancelAmt: 5000, orderId })
    expect(body).toMatchObject({ status: 'partialCancelled', balanceAmt: 10_000 })
    expect(body['cancelledTid']).not.toBe(form['tid'])
    const code = async (wanted: object): Promise<string> =>
      (await pay.cancelNice(form['tid'], wanted)).body['resultCode']
    expect(await code({ cancelAmt: 5000, orderId })).toBe('2015')
    expect(await code({ cancelAmt: 10_001 })).toBe('2032')
    expect(await code({ cancelAmt: 0 })).toBe('2010')
    expect(await code({ cancelAmt: 10, taxFreeAmt: 11 })).toBe('2011')
    expect(await code({ reason: '' })).toBe('A117')
    expect(await code({ signData: sha256('wrong') })).toBe('A211')
    expect((await pay.cancelNice(form['tid'], {})).body).toMatchObject({ status: 'cancelled', balanceAmt: 0 })
    expect(await code({ cancelAmt: 1 })).toBe('2013')
    expect((await pay.booked(form['orderId']))[0]).toMatchObject({ refundedKrw: 15_000 })
  })

  it('knows no payment that was not approved, and none of more than a year ago', async () => {
    const form = await pay.openNice()
    expect((await pay.cancelNice(form['tid'], {})).body['resultCode']).toBe('2012')
    const old = await paid()
    await pay.advance(366 * DAY)
    expect((await pay.cancelNice(old['tid'], {})).body['resultCode']).toBe('2016')
  })
})

describe('netcancel', () => {
  it('undoes an approval whose answer was lost, and says the same when asked again', async () => {
    const form = await pay.openNice({ goodsName: 'lost' })
    await expect(pay.approve(form)).rejects.toThrow('fetch failed')
    const { body } = await pay.netcancel(form['orderId'])
    expect(body).toMatchObject({ resultCode: '0000', status: 'cancelled', balanceAmt: 0 })
    expect((await pay.netcancel(form['orderId'])).body).toMatchObject({
      resultCode: '0000',
      cancels: body['cancels'],
    })
    expect((await pay.booked(form['orderId']))[0]).toMatchObject({ charges: 1, refundedKrw: 15_000 })
    expect((await pay.approve(form)).body['resultCode']).toBe('A225')
  })

  it('before the approval came: there was none, and there will be none', async () => {
    const form = await pay.openNice()
    expect((await pay.netcancel(form['orderId'])).body['resultCode']).toBe('2012')
    expect((await pay.approve(form)).body['resultCode']).toBe('A246')
    expect((await pay.booked(form['orderId']))[0]).toMatchObject({ charges: 0 })
  })

  it('overtakes an approval that is late', async () => {
    await pay.chaos({ nice: { lateMs: 80 } })
    const form = await pay.openNice()
    const late = pay.approve(form)
    await new Promise((done) => setTimeout(done, 20))
    await pay.chaos({ nice: { lateMs: 0 } })
    expect((await pay.netcancel(form['orderId'])).body['resultCode']).toBe('2012')
    expect((await late).body['resultCode']).toBe('A246')
  })

  it('is possible for an hour, and not after an ordinary cancel', async () => {
    const form = await paid()
    await pay.advance(61 * MINUTE)
    expect((await pay.netcancel(form['orderId'])).body['resultCode']).toBe('2020')
    const other = await paid()
    await pay.cancelNice(other['tid'], {})
    expect((await pay.netcancel(other['orderId'])).body['resultCode']).toBe('2013')
    const { body } = await pay.nice('/v1/payments/netcancel', 'POST', {
      orderId: 'x',
      ediDate: 'y',
      signData: 'z',
    })
    expect(body['resultCode']).toBe('A211')
  })
})

it('a virtual account is issued, paid into, and refunded to an account', async () => {
  const form = await pay.openNice({ method: 'vbank' })
  const { body } = await pay.approve(form)
  expect(body).toMatchObject({
    resultCode: '0000',
    status: 'ready',
    paidAt: '0',
    payMethod: 'vbank',
    card: null,
  })
  expect(body['vbank']).toMatchObject({ vbankCode: '088' })
  expect((await pay.control(`/deposits/${form['orderId']}`, 'POST')).status).toBe(204)
  expect((await pay.booked(form['orderId']))[0]).toMatchObject({ status: 'paid', charges: 1 })
  expect((await pay.cancelNice(form['tid'], {})).body['resultCode']).toBe('A117')
  const account = { refundAccount: '1000', refundBankCode: '088', refundHolder: '김나이스' }
  expect((await pay.cancelNice(form['tid'], account)).body['status']).toBe('cancelled')
  const late = await pay.openNice({ method: 'vbank' })
  await pay.approve(late)
  await pay.advance(7 * DAY)
  expect((await pay.nice(`/v1/payments/${late['tid']}`, 'GET')).body['status']).toBe('expired')
})
