// The simulator's webhooks: what is sent when, how often it is tried, what chaos does to it, and the log of it.
import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  NICE_SECRET,
  sha256,
  startEar,
  startPaySimulator,
  type PaySimulator,
} from '../support/pay-simulator.ts'

const MINUTE = 60_000
let pay: PaySimulator
let ear: Awaited<ReturnType<typeof startEar>>

beforeAll(async () => {
  pay = await startPaySimulator()
})
afterAll(() => pay.stop())
beforeEach(async () => {
  ear = await startEar()
  await pay.control('/reset', 'POST')
  await pay.control('/webhooks', 'PUT', { toss: ear.url, nice: ear.url })
})
afterEach(() => ear.stop())

const statuses = (): unknown[] => ear.heard.map(({ body }) => body['data']?.status ?? body['status'])

describe('Toss', () => {
  it('tells of DONE, PARTIAL_CANCELED, CANCELED, ABORTED and EXPIRED with the whole payment', async () => {
    const first = await pay.openToss()
    const { body: payment } = await pay.confirm(first)
    await ear.until(1)
    expect(ear.heard[0]?.body).toMatchObject({ eventType: 'PAYMENT_STATUS_CHANGED', data: payment })
    expect(ear.heard[0]?.headers).toMatchObject({
      'tosspayments-webhook-transmission-retried-count': '0',
      'tosspayments-webhook-transmission-time': expect.stringMatching(/\+09:00$/),
      'tosspayments-webhook-transmission-id': expect.stringMatching(/.{20}/),
    })
    await pay.cancelToss(first['paymentKey'], { cancelAmount: 1 })
    await ear.until(2)
    const second = await pay.openToss()
    await pay.confirm(second)
    await ear.until(3)
    await pay.cancelToss(second['paymentKey'], {})
    await ear.until(4)
    await pay.confirm(await pay.openToss({ orderName: 'refuse' }))
    await ear.until(5)
    await pay.openToss()
    await pay.advance(10 * MINUTE)
    await ear.until(6)
    expect(statuses()).toEqual(['DONE', 'PARTIAL_CANCELED', 'DONE', 'CANCELED', 'ABORTED', 'EXPIRED'])
    expect(ear.heard.some(({ headers }) => 'tosspayments-webhook-signature' in headers)).toBe(false)
  })

  it('tells of a deposit flatly, with the secret of the confirm', async () => {
    const { orderId, paymentKey, ...opened } = await pay.openToss({ method: 'VIRTUAL_ACCOUNT' })
    const { body } = await pay.confirm({ orderId, paymentKey, ...opened })
    await pay.control(`/deposits/${String(orderId)}`, 'POST')
    await ear.until(2)
    const flat = ear.heard.find((one) => one.body['eventType'] === undefined)
    expect(flat?.body).toMatchObject({ secret: body['secret'], status: 'DONE', orderId })
    expect(Object.keys(flat?.body ?? {}).sort()).toEqual([
      'createdAt',
      'orderId',
      'secret',
      'status',
      'transactionKey',
    ])
  })

  it('tries again after 1, 4, 16, 64, 256, 1024 and 4096 minutes under one id, and then gives up', async () => {
    ear.ear.answer = () => ({ status: 500, text: '' })
    const { orderId } = await pay.openToss().then(async (opened) => (await pay.confirm(opened)).body)
    await ear.until(1)
    let count = 1
    for (const minutes of [1, 4, 16, 64, 256, 1024, 4096]) {
      await expect.poll(async () => (await pay.control('/deliveries')).body['waiting']).toHaveLength(1)
      await pay.advance(minutes * MINUTE - 2000)
      expect(ear.heard).toHaveLength(count)
      await pay.advance(2000)
      await ear.until((count += 1))
    }
    const { body } = await pay.control(`/deliveries?orderId=${orderId}`)
    await expect
      .poll(async () => (await pay.control('/deliveries')).body['attempts'].at(-1).result)
      .toBe('given up')
    expect(body['waiting']).toEqual([])
    const headers = ear.heard.map((one) => one.headers['tosspayments-webhook-transmission-retried-count'])
    expect(headers).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
    expect(new Set(ear.heard.map((one) => one.headers['tosspayments-webhook-transmission-id'])).size).toBe(1)
  })

  it('signs payout events, and only those', async () => {
    await pay.control('/payouts', 'POST', { amountKrw: 5000 })
    await ear.until(1)
    const { text, body, headers } = ear.heard[0]!
    expect(body).toMatchObject({
      eventType: 'payout.changed',
      entityType: 'payout',
      entityBody: { amount: { value: 5000 } },
    })
    const time = String(headers['tosspayments-webhook-transmission-time'])
    const right = createHmac('sha256', Buffer.from('51'.repeat(32), 'hex'))
      .update(`${text}:${time}`)
      .digest('base64')
    expect(String(headers['tosspayments-webhook-signature']).split(',')).toContain(`v1:${right}`)
  })
})

it('NICEPAY: a signed payment on paid and on cancel, and OK is wanted in the answer', async () => {
  ear.ear.answer = () => ({ status: 200, text: 'fine' })
  const form = await pay.openNice()
  await pay.approve(form)
  await ear.until(1)
  const { body } = ear.heard[0]!
  expect(body).toMatchObject({ resultCode: '0000', status: 'paid', tid: form['tid'] })
  expect(body['signature']).toBe(sha256(`${body['tid']}15000${body['ediDate']}${NICE_SECRET}`))
  await expect.poll(async () => (await pay.control('/deliveries')).body['waiting']).toHaveLength(1)
  ear.ear.answer = () => ({ status: 200, text: 'OK' })
  await pay.advance(MINUTE)
  await ear.until(2)
  await pay.cancelNice(form['tid'], {})
  await ear.until(3)
  expect(statuses()).toEqual(['paid', 'paid', 'cancelled'])
  await expect
    .poll(async () =>
      (await pay.control('/deliveries')).body['attempts'].map((one: { result: string }) => one.result),
    )
    .toEqual(['answered without OK', 'delivered', 'delivered'])
})

it('nobody listens: it is logged and tried again', async () => {
  await ear.stop()
  await pay.confirm(await pay.openToss())
  await expect
    .poll(async () => (await pay.control('/deliveries')).body)
    .toMatchObject({
      attempts: [{ result: 'unreachable', isDelivered: false }],
      waiting: [{ retriedCount: 1 }],
    })
  await expect(pay.control('/webhooks', 'PUT', { toss: 'nowhere' })).resolves.toMatchObject({ status: 400 })
})

describe('chaos', () => {
  it('off sends nothing, duplicated sends twice under one id', async () => {
    await pay.chaos({ toss: { webhooks: 'off' } })
    await pay.confirm(await pay.openToss())
    await pay.chaos({ toss: { webhooks: 'duplicated' } })
    await pay.confirm(await pay.openToss())
    await ear.until(2)
    expect(ear.heard).toHaveLength(2)
    expect(new Set(ear.heard.map((one) => one.headers['tosspayments-webhook-transmission-id'])).size).toBe(1)
  })

  it('reordered brings the later one first', async () => {
    await pay.chaos({ webhooks: 'reordered' })
    const opened = await pay.openToss()
    await pay.confirm(opened)
    await pay.cancelToss(opened['paymentKey'], {})
    await ear.until(2)
    expect(statuses()).toEqual(['CANCELED', 'DONE'])
    await pay.confirm(await pay.openToss())
    await ear.until(3)
    expect(statuses()).toHaveLength(3)
  })

  it('delayed waits for its time by the clock', async () => {
    await pay.chaos({ webhooks: 'delayed', webhookDelayMs: 5 * MINUTE })
    await pay.confirm(await pay.openToss())
    await pay.advance(4 * MINUTE)
    expect(ear.heard).toHaveLength(0)
    await pay.advance(MINUTE)
    await ear.until(1)
    expect(statuses()).toEqual(['DONE'])
  })

  it('before_answer is heard before the caller of confirm hears anything', async () => {
    await pay.chaos({ webhooks: 'before_answer' })
    await pay.confirm(await pay.openToss())
    expect(statuses()).toEqual(['DONE'])
    await pay.approve(await pay.openNice())
    expect(statuses()).toEqual(['DONE', 'paid'])
  })

  it('an answer that is lost does not stop the webhook', async () => {
    await pay.chaos({ loseAnswerAfterApproval: { times: 1 } })
    await expect(pay.confirm(await pay.openToss())).rejects.toThrow('fetch failed')
    await ear.until(1)
    expect(statuses()).toEqual(['DONE'])
  })
})
