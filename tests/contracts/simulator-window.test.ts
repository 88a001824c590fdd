// The simulator's payment windows: pages without script that send the buyer on exactly like the real ones.
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ask,
  newOrderId,
  NICE_SECRET,
  sha256,
  startPaySimulator,
  type PaySimulator,
} from '../support/pay-simulator.ts'

const MINUTE = 60_000
let pay: PaySimulator

beforeAll(async () => {
  pay = await startPaySimulator()
})
beforeEach(async () => {
  await pay.control('/reset', 'POST')
})
afterAll(() => pay.stop())

const tossQuery = (wanted: Record<string, string> = {}): string =>
  String(
    new URLSearchParams({
      clientKey: 'test_ck_simulator',
      orderId: newOrderId(),
      orderName: '겨울 "코트" <1>',
      amount: '15000',
      currency: 'KRW',
      method: 'CARD',
      customerKey: 'someone',
      successUrl: 'http://shop.test/paid?lang=ko',
      failUrl: 'https://shop.test/failed?lang=ko',
      ...wanted,
    }),
  )

const niceQuery = (wanted: Record<string, string> = {}): string =>
  String(
    new URLSearchParams({
      clientId: 'S2_simulator',
      method: 'card',
      orderId: newOrderId(),
      amount: '15000',
      goodsName: '코트',
      returnUrl: 'http://shop.test/nice',
      mallReserved: 'mine',
      ...wanted,
    }),
  )

async function openPage(path: string): Promise<{ html: string; action: string }> {
  const response = await fetch(`${pay.url}${path}`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const html = await response.text()
  return { html, action: /action="([^"]+)"/.exec(html)?.[1] ?? '' }
}

const press = (action: string, choice: string): Promise<Response> =>
  fetch(`${pay.url}${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `choice=${choice}`,
    redirect: 'manual',
  })

const goneTo = (response: Response): { address: string; query: Record<string, string> } => {
  expect(response.status).toBe(302)
  const url = new URL(response.headers.get('location') ?? '')
  return { address: url.origin + url.pathname, query: Object.fromEntries(url.searchParams) }
}

describe('Toss', () => {
  it('shows the order in Korean and English, with labels, and runs no script', async () => {
    const { html } = await openPage(`/toss/window?${tossQuery()}`)
    expect(html).toContain('겨울 &quot;코트&quot; &lt;1&gt;')
    expect(html).toContain('15,000원')
    for (const text of [
      'lang="ko"',
      '결제하기',
      'Approve',
      '카드사 거절',
      'Refuse',
      '닫기',
      'Close',
      'aria-label',
    ]) {
      expect(html).toContain(text)
    }
    expect(html).not.toContain('<script')
  })

  it('approve goes to successUrl with its own query kept, and can be confirmed', async () => {
    const { action } = await openPage(`/toss/window?${tossQuery()}`)
    const { address, query } = goneTo(await press(action, 'approve'))
    expect(address).toBe('http://shop.test/paid')
    const { paymentKey, orderId, amount } = query
    expect(query).toEqual({ lang: 'ko', paymentType: 'NORMAL', paymentKey, orderId, amount: '15000' })
    expect((await pay.confirm({ paymentKey, orderId, amount: Number(amount) })).body['status']).toBe('DONE')
  })

  it('refuse and close go to failUrl with the code, the words and the order', async () => {
    const refused = await openPage(`/toss/window?${tossQuery()}`)
    expect(goneTo(await press(refused.action, 'refuse'))).toMatchObject({
      address: 'https://shop.test/failed',
      query: { lang: 'ko', code: 'REJECT_CARD_COMPANY', message: '결제 승인이 거절되었습니다.' },
    })
    const closed = await openPage(`/toss/window?${tossQuery()}`)
    expect(goneTo(await press(closed.action, 'close')).query['code']).toBe('PAY_PROCESS_CANCELED')
    expect((await pay.control('/book')).body['totals']).toMatchObject({ payments: 2, charges: 0 })
  })

  it('gives thirty minutes', async () => {
    const { action } = await openPage(`/toss/window?${tossQuery()}`)
    await pay.advance(30 * MINUTE)
    expect(goneTo(await press(action, 'approve')).query['code']).toBe('PAY_PROCESS_ABORTED')
  })

  it('says no to what the real one refuses, and sends nobody to an address that is none', async () => {
    const wrongs: Record<string, string>[] = [
      { clientKey: 'test_ck_other' },
      { orderId: 'short' },
      { amount: '0' },
      { amount: '1.5' },
      { method: 'CASH' },
      { currency: 'USD' },
      { successUrl: 'javascript:alert(1)' },
      { failUrl: '/relative' },
    ]
    for (const wrong of wrongs) {
      const { status, body } = await ask(`${pay.url}/toss/window?${tossQuery(wrong)}`)
      expect(status, JSON.stringify(wrong)).toBe(400)
      expect(body['text']).toContain('role="alert"')
    }
    expect((await press('/toss/window/nobody', 'approve')).status).toBe(404)
  })

  it('opens a virtual account, too', async () => {
    const { html, action } = await openPage(
      `/toss/window?${tossQuery({ method: 'VIRTUAL_ACCOUNT', validHours: '1' })}`,
    )
    expect(html).toContain('가상계좌')
    const { paymentKey, orderId } = goneTo(await press(action, 'approve')).query
    await pay.confirm({ paymentKey, orderId, amount: 15_000 })
    await pay.advance(60 * MINUTE)
    expect((await pay.booked(orderId))[0]).toMatchObject({ status: 'EXPIRED' })
  })
})

describe('NICEPAY', () => {
  const fieldsOf = (html: string): Record<string, string> =>
    Object.fromEntries(
      [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    )

  it('approve hands a signed form to returnUrl, by itself or with a button', async () => {
    const { action, html } = await openPage(`/nice/window?${niceQuery()}`)
    expect(html).toContain('15,000원')
    const response = await press(action, 'approve')
    const page = await response.text()
    expect(page).toContain('action="http://shop.test/nice"')
    expect(page).toContain('계속하기')
    expect(response.headers.get('content-security-policy')).toContain('script-src')
    const fields = fieldsOf(page)
    expect(fields).toMatchObject({
      authResultCode: '0000',
      clientId: 'S2_simulator',
      amount: '15000',
      mallReserved: 'mine',
    })
    expect(fields['signature']).toBe(sha256(`${fields['authToken']}S2_simulator15000${NICE_SECRET}`))
    expect((await pay.approve(fields)).body['status']).toBe('paid')
  })

  it('refuse and close hand over another code, no tid and no signature', async () => {
    for (const [choice, code] of [
      ['refuse', '3095'],
      ['close', 'I002'],
    ] as const) {
      const { action } = await openPage(`/nice/window?${niceQuery()}`)
      const fields = fieldsOf(await (await press(action, choice)).text())
      expect(fields).toMatchObject({ authResultCode: code, tid: '', signature: '' })
    }
  })

  it('gives thirty minutes, and says no to a wrong opening', async () => {
    const { action } = await openPage(`/nice/window?${niceQuery()}`)
    await pay.advance(30 * MINUTE)
    expect(fieldsOf(await (await press(action, 'approve')).text())['authResultCode']).toBe('A245')
    for (const wrong of [
      { clientId: 'x' },
      { amount: '0' },
      { returnUrl: 'ftp://x' },
      { orderId: 'x'.repeat(65) },
    ]) {
      expect((await ask(`${pay.url}/nice/window?${niceQuery(wrong)}`)).status).toBe(400)
    }
  })
})

it('control is for callers on this machine alone', async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  // A machine without a network has nobody to keep out.
  if (outside === undefined) return
  const open = await startPaySimulator({ host: '0.0.0.0' })
  const { port } = new URL(open.url)
  expect((await ask(`http://${outside.address}:${port}/control/book`)).status).toBe(403)
  expect((await ask(`http://127.0.0.1:${port}/control/book`)).status).toBe(200)
  await open.stop()
})
