// The simulator's misfortunes: off until asked for, each on its own, for one provider or both.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  NICE_SECRET,
  sha256,
  startPaySimulator,
  type Answered,
  type PaySimulator,
} from '../support/pay-simulator.ts'

let pay: PaySimulator

beforeAll(async () => {
  pay = await startPaySimulator()
})
beforeEach(async () => {
  await pay.control('/reset', 'POST')
})
afterAll(() => pay.stop())

/** One approval of either provider, as the caller sees it, and what the book says after it. */
async function tryOn(
  provider: 'toss' | 'nice',
): Promise<{ answer: Answered | 'lost'; orderId: unknown; key: unknown }> {
  if (provider === 'toss') {
    const opened = await pay.openToss()
    const answer = await pay.confirm(opened).catch(() => 'lost' as const)
    return { answer, orderId: opened['orderId'], key: opened['paymentKey'] }
  }
  const form = await pay.openNice()
  const answer = await pay.approve(form).catch(() => 'lost' as const)
  return { answer, orderId: form['orderId'], key: form['tid'] }
}
const chargesOf = async (orderId: unknown): Promise<unknown> => (await pay.booked(orderId))[0]?.['charges']
const statusOf = (answer: Answered | 'lost'): unknown => (answer === 'lost' ? 'lost' : answer.status)

describe.each(['toss', 'nice'] as const)('%s', (provider) => {
  it('loses the answer after the work: taken, and a question finds it', async () => {
    await pay.chaos({ [provider]: { loseAnswerAfterApproval: { times: 1 } } })
    const { answer, orderId, key } = await tryOn(provider)
    expect(answer).toBe('lost')
    expect(await chargesOf(orderId)).toBe(1)
    const asked =
      provider === 'toss'
        ? await pay.toss(`/v1/payments/${String(key)}`, 'GET')
        : await pay.nice(`/v1/payments/${String(key)}`, 'GET')
    expect(asked.body['status']).toBe(provider === 'toss' ? 'DONE' : 'paid')
    expect(statusOf((await tryOn(provider)).answer)).toBe(200)
  })

  it('loses it before the work: nothing was taken', async () => {
    await pay.chaos({ [provider]: { loseAnswerBeforeApproval: { percent: 100 } } })
    const { answer, orderId } = await tryOn(provider)
    expect([answer, await chargesOf(orderId)]).toEqual(['lost', 0])
  })

  it('answers 500, before or after the work', async () => {
    await pay.chaos({ [provider]: { http500: { times: 1 } } })
    const before = await tryOn(provider)
    expect([statusOf(before.answer), await chargesOf(before.orderId)]).toEqual([500, 0])
    await pay.chaos({ [provider]: { http500AfterApproval: true } })
    const after = await tryOn(provider)
    expect([statusOf(after.answer), await chargesOf(after.orderId)]).toEqual([500, 1])
  })

  it('loses the answer of a cancel that was done, or 500s it', async () => {
    const cancel = (key: unknown): Promise<Answered> =>
      provider === 'toss' ? pay.cancelToss(key, {}) : pay.cancelNice(String(key), {})
    for (const mode of ['loseAnswerAfterCancel', 'http500AfterCancel']) {
      await pay.chaos({ [provider]: { [mode]: { times: 1 } } })
      const { orderId, key } = await tryOn(provider)
      expect(statusOf(await cancel(key).catch(() => 'lost' as const))).not.toBe(200)
      expect((await pay.booked(orderId))[0]).toMatchObject({ refundedKrw: 15_000 })
    }
    await pay.chaos({ [provider]: { loseAnswerBeforeCancel: { times: 1 } } })
    const { orderId, key } = await tryOn(provider)
    await expect(cancel(key)).rejects.toThrow('fetch failed')
    expect((await pay.booked(orderId))[0]).toMatchObject({ refundedKrw: 0 })
  })

  it('answers slowly after the work, or works late', async () => {
    await pay.chaos({ [provider]: { slowMs: 80 } })
    const opened = provider === 'toss' ? await pay.openToss() : await pay.openNice()
    const answer = provider === 'toss' ? pay.confirm(opened) : pay.approve(opened)
    await new Promise((done) => setTimeout(done, 40))
    expect(await chargesOf(opened['orderId'])).toBe(1)
    expect((await answer).status).toBe(200)
    await pay.chaos({ [provider]: { slowMs: 0, lateMs: 80 } })
    const late = provider === 'toss' ? await pay.openToss() : await pay.openNice()
    const later = provider === 'toss' ? pay.confirm(late) : pay.approve(late)
    await new Promise((done) => setTimeout(done, 40))
    expect(await chargesOf(late['orderId'])).toBe(0)
    await later
    expect(await chargesOf(late['orderId'])).toBe(1)
  })

  it('answers another amount than it took', async () => {
    await pay.chaos({ [provider]: { wrongAmount: { times: 1 } } })
    const { answer, orderId } = await tryOn(provider)
    const body: Answered['body'] = answer === 'lost' ? {} : answer.body
    expect(body[provider === 'toss' ? 'totalAmount' : 'amount']).toBe(15_010)
    expect((await pay.booked(orderId))[0]).toMatchObject({ chargedKrw: 15_000 })
    if (provider === 'nice') {
      expect(body['signature']).toBe(sha256(`${body['tid']}15010${body['ediDate']}${NICE_SECRET}`))
    }
  })

  it('refuses so many of a hundred, the same ones for the same seed', async () => {
    const run = async (): Promise<unknown[]> => {
      const one = await startPaySimulator({ seed: 7 })
      await one.chaos({ [provider]: { refusePercent: 50 } })
      const outcomes: unknown[] = []
      for (let count = 0; count < 12; count += 1) {
        const { body } =
          provider === 'toss'
            ? await one.confirm(await one.openToss())
            : await one.approve(await one.openNice())
        outcomes.push(provider === 'toss' ? (body['code'] ?? 'DONE') : body['resultCode'])
      }
      await one.stop()
      return outcomes
    }
    const first = await run()
    expect(new Set(first)).toEqual(
      new Set(provider === 'toss' ? ['DONE', 'REJECT_CARD_COMPANY'] : ['0000', '3095']),
    )
    expect(await run()).toEqual(first)
  })
})

describe('the switchboard', () => {
  it('is all off, takes modes for both or for one, and refuses what it does not know', async () => {
    const off = (await pay.control('/chaos')).body
    expect(off['toss']).toMatchObject({
      refusePercent: 0,
      loseAnswerAfterApproval: null,
      webhooks: 'normal',
      slowMs: 0,
    })
    const { body } = await pay.chaos({ refusePercent: 20, nice: { slowMs: 5 } })
    expect(body).toMatchObject({
      toss: { refusePercent: 20, slowMs: 0 },
      nice: { refusePercent: 20, slowMs: 5 },
    })
    const wrongs: unknown[] = [
      { nonsense: 1 },
      { refusePercent: 101 },
      { http500: { often: 1 } },
      { webhooks: 'loud' },
      { toss: 3 },
      [],
      7,
    ]
    for (const wrong of wrongs) {
      expect((await pay.chaos(wrong)).status, JSON.stringify(wrong)).toBe(400)
    }
    expect((await pay.control('/chaos')).body).toEqual(body)
    expect((await pay.control('/chaos', 'DELETE')).body).toEqual(off)
  })

  it('one provider in trouble does not trouble the other', async () => {
    await pay.chaos({ toss: { http500: true } })
    expect(statusOf((await tryOn('toss')).answer)).toBe(500)
    expect(statusOf((await tryOn('nice')).answer)).toBe(200)
  })

  it('an injected 500 is kept for its Idempotency-Key: only a new key, or a question, goes on', async () => {
    await pay.chaos({ toss: { http500AfterApproval: { times: 1 } } })
    const opened = await pay.openToss()
    const keyed = { 'idempotency-key': 'again' }
    expect((await pay.confirm(opened, keyed)).status).toBe(500)
    expect((await pay.confirm(opened, keyed)).status).toBe(500)
    expect((await pay.confirm(opened)).body['code']).toBe('ALREADY_PROCESSED_PAYMENT')
    expect((await pay.toss(`/v1/payments/orders/${String(opened['orderId'])}`, 'GET')).body['status']).toBe(
      'DONE',
    )
  })

  it('an answer lost before the work leaves its key free', async () => {
    await pay.chaos({ toss: { loseAnswerBeforeApproval: { times: 1 } } })
    const opened = await pay.openToss()
    const keyed = { 'idempotency-key': 'free' }
    await expect(pay.confirm(opened, keyed)).rejects.toThrow('fetch failed')
    expect((await pay.confirm(opened, keyed)).status).toBe(200)
  })

  it('moves the clock by whole milliseconds, and reset puts everything back', async () => {
    await pay.advance(1000)
    expect((await pay.control('/clock', 'PUT', { offsetMs: 500 })).body['offsetMs']).toBe(500)
    expect((await pay.control('/clock', 'PUT', { advanceMs: 'x' })).status).toBe(400)
    await pay.openToss()
    expect((await pay.control('/reset', 'POST')).status).toBe(204)
    expect((await pay.control('/clock')).body['offsetMs']).toBe(0)
    expect((await pay.control('/book')).body).toMatchObject({
      payments: [],
      totals: { payments: 0, chargedKrw: 0 },
    })
  })
})
