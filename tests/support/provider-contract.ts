// What every payment provider behind the port must keep to, against the simulator.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ProviderOptions } from '../../server/modules/payment/toss.ts'
import type {
  ConfirmAsk,
  Provider,
  RefundAsk,
  WebhookReading,
} from '../../server/modules/payment/provider.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { createHeardLog } from './scripted-provider.ts'
import { startTestSimulator, type OpenedPayment, type OpenOptions, type TestSimulator } from './simulator.ts'

export interface Side {
  name: 'toss' | 'nice'
  create(options: ProviderOptions): Provider
  /** Its confirm repeats itself safely; the other one takes back what is unclear. */
  repeats: boolean
}

export interface Stage {
  simulator: TestSimulator
  provider: Provider
  open(options?: Partial<OpenOptions>): Promise<OpenedPayment>
  /** As `provider`, less patient. */
  hasty: Provider
}

let numbers = 0
export const confirmAsk = (opened: OpenedPayment, other: Partial<ConfirmAsk> = {}): ConfirmAsk => ({
  paymentId: ++numbers,
  tryNo: 1,
  ...opened,
  maySend: () => true,
  ...other,
})
const refundAsk = (opened: OpenedPayment, other: Partial<RefundAsk> = {}): RefundAsk => ({
  refundId: ++numbers,
  tryNo: 1,
  ...opened,
  balanceKrw: opened.amountKrw,
  reason: '단순 변심',
  maySend: () => true,
  ...other,
})

const DAY_MS = 86_400_000

export function setTheStage(side: Side): Stage {
  const stage = {} as Stage
  beforeAll(async () => {
    const simulator = await startTestSimulator()
    const create = (answerMsMax?: number): Provider =>
      side.create({
        ...simulator[side.name],
        windowUrl: undefined,
        clock: systemClock,
        log: createHeardLog().log,
        // Chaos is not to open it; there are tests for that.
        breaker: { callsMin: 1_000 },
        answerMsMax,
      })
    const openIt = side.name === 'toss' ? simulator.openToss : simulator.openNice
    Object.assign(stage, {
      simulator,
      provider: create(),
      hasty: create(150),
      open: (options: Partial<OpenOptions> = {}) =>
        openIt({ providerOrderId: `order-${randomUUID()}`, amountKrw: 15_000, ...options }),
    } satisfies Stage)
  })
  afterEach(() => stage.simulator.calm())
  afterAll(async () => {
    await Promise.all([stage.provider.close(), stage.hasty.close()])
    await stage.simulator.stop()
  })
  return stage
}

/** What is in the provider's book of an order: charged and given back, all in all. */
export async function bookOf({ simulator }: Stage, { providerOrderId }: OpenedPayment): Promise<object> {
  const rows = await simulator.bookOf(providerOrderId)
  const sum = (name: 'chargedKrw' | 'refundedKrw' | 'charges') =>
    rows.reduce((all, row) => all + row[name], 0)
  return { charges: sum('charges'), chargedKrw: sum('chargedKrw'), refundedKrw: sum('refundedKrw') }
}

export function describeProvider(side: Side): void {
  const stage = setTheStage(side)
  const nothing = { charges: 0, chargedKrw: 0, refundedKrw: 0 }
  const once = { charges: 1, chargedKrw: 15_000, refundedKrw: 0 }

  describe('confirm', () => {
    it('charges once, and shows what it has charged', async () => {
      const opened = await stage.open()
      expect(await stage.provider.confirm(confirmAsk(opened))).toMatchObject({
        result: 'paid',
        payment: { ...opened, status: 'paid', balanceKrw: 15_000, currency: 'KRW' },
      })
      expect(await bookOf(stage, opened)).toEqual(once)
    })

    it('is paid once, however often it is asked', async () => {
      const opened = await stage.open()
      const ask = confirmAsk(opened)
      const results = []
      for (const tryNo of [1, 1, 2]) results.push(await stage.provider.confirm({ ...ask, tryNo }))
      expect(results.map(({ result }) => result)).toEqual(['paid', 'paid', 'paid'])
      expect(await bookOf(stage, opened)).toEqual(once)
    })

    it('7.C.9: is refused where the issuer refuses, and nothing is charged', async () => {
      for (const orderName of ['refuse', 'badcard']) {
        const opened = await stage.open({ orderName })
        expect(await stage.provider.confirm(confirmAsk(opened))).toMatchObject({ result: 'refused' })
        expect(await bookOf(stage, opened)).toEqual(nothing)
      }
    })

    it('is refused with another amount than the buyer has agreed to', async () => {
      const opened = await stage.open()
      expect(await stage.provider.confirm(confirmAsk(opened, { amountKrw: 1_500 }))).toMatchObject({
        result: 'refused',
      })
      expect(await bookOf(stage, opened)).toEqual(nothing)
    })

    it('finds no payment under a key that is none', async () => {
      const opened = await stage.open()
      expect(await stage.provider.confirm(confirmAsk(opened, { providerKey: 'none' }))).toMatchObject({
        result: 'not_found',
      })
    })

    it('never pays an order with the payment of another one', async () => {
      const [mine, other] = [await stage.open(), await stage.open()]
      await stage.provider.confirm(confirmAsk(other))
      const stolen = confirmAsk(mine, { providerKey: other.providerKey })
      expect(await stage.provider.confirm(stolen)).toMatchObject({ result: 'refused' })
      expect(await stage.provider.lookUp({ ...stolen, requestedAt: new Date() })).toMatchObject({
        result: 'other_order',
        payment: { providerOrderId: other.providerOrderId, status: 'paid' },
      })
      expect(await bookOf(stage, mine)).toEqual(nothing)
      expect(await bookOf(stage, other)).toEqual(once)
    })

    it('refuses a virtual account, and leaves none open', async () => {
      const opened = await stage.open({ isVirtualAccount: true })
      expect(await stage.provider.confirm(confirmAsk(opened))).toEqual({
        result: 'refused',
        code: 'VIRTUAL_ACCOUNT_NOT_ALLOWED',
      })
      await expect(stage.simulator.deposit(opened.providerOrderId)).rejects.toThrow('NOT_WAITING')
      expect(await bookOf(stage, opened)).toEqual(nothing)
    })

    it('7.C.11: is known in the end when its answer was lost, and charges at most once', async () => {
      for (const loss of [
        'loseAnswerBeforeApproval',
        'loseAnswerAfterApproval',
        'http500',
        'http500AfterApproval',
      ]) {
        const opened = await stage.open()
        const ask = confirmAsk(opened)
        await stage.simulator.chaos({ [loss]: { times: 1 } })
        let last = await stage.provider.confirm(ask)
        for (let tryNo = 1; last.result === 'unknown' && tryNo < 4;) {
          if (last.code === 'REPLAYED_ERROR') tryNo += 1
          last = await stage.provider.resolve({ ...ask, tryNo })
        }
        const wasCharged = loss.endsWith('AfterApproval')
        if (side.repeats) {
          expect([loss, last.result]).toEqual([loss, 'paid'])
          expect(await bookOf(stage, opened)).toEqual(once)
        } else {
          expect([loss, last.result]).toEqual([loss, wasCharged ? 'refused' : 'not_found'])
          expect(await bookOf(stage, opened)).toEqual(wasCharged ? { ...once, refundedKrw: 15_000 } : nothing)
        }
      }
    })

    it('7.C.11: that is late is unknown, and is charged at most once whatever comes after it', async () => {
      const opened = await stage.open()
      const ask = confirmAsk(opened)
      // Long after a hasty client has asked, asked again and looked, also on a slow machine.
      await stage.simulator.chaos({ lateMs: 1_500 })
      expect(await stage.hasty.confirm(ask)).toMatchObject({ result: 'unknown' })
      await stage.simulator.calm()
      const soon = await stage.hasty.resolve(ask)
      // Toss may have come to it meanwhile.
      expect(side.repeats ? ['unknown', 'paid'] : ['not_found']).toContain(soon.result)
      await new Promise((resolve) => setTimeout(resolve, 1_800))
      const later = await stage.provider.resolve(ask)
      expect(later.result).toBe(side.repeats ? 'paid' : 'not_found')
      expect(await bookOf(stage, opened)).toEqual(side.repeats ? once : nothing)
    })

    it('shows another amount where another one was charged: the caller compares', async () => {
      const opened = await stage.open()
      await stage.simulator.chaos({ wrongAmount: { times: 1 } })
      expect(await stage.provider.confirm(confirmAsk(opened))).toMatchObject({
        result: 'paid',
        payment: { amountKrw: 15_010 },
      })
    })

    it('comes too late after ten minutes, and nothing is charged', async () => {
      const opened = await stage.open()
      await stage.simulator.advance(11 * 60_000)
      const { result } = await stage.provider.confirm(confirmAsk(opened))
      expect(['refused', 'not_found']).toContain(result)
      expect(await bookOf(stage, opened)).toEqual(nothing)
    })
  })

  describe('refund', () => {
    const pay = async (): Promise<OpenedPayment> => {
      const opened = await stage.open()
      expect(await stage.provider.confirm(confirmAsk(opened))).toMatchObject({ result: 'paid' })
      return opened
    }

    it('7.C.10: gives back the whole', async () => {
      const opened = await pay()
      expect(await stage.provider.refund(refundAsk(opened))).toMatchObject({
        result: 'refunded',
        payment: { status: 'canceled', balanceKrw: 0 },
      })
      expect(await bookOf(stage, opened)).toEqual({ ...once, refundedKrw: 15_000 })
    })

    it('gives back parts, down to nothing and no further', async () => {
      const opened = await pay()
      const part = (amountKrw: number, balanceKrw: number) =>
        stage.provider.refund(refundAsk(opened, { amountKrw, balanceKrw }))
      expect(await part(5_000, 15_000)).toMatchObject({ result: 'refunded', payment: { balanceKrw: 10_000 } })
      expect(await part(10_001, 10_000)).toMatchObject({ result: 'refused' })
      expect(await part(10_000, 10_000)).toMatchObject({
        result: 'refunded',
        payment: { status: 'canceled' },
      })
      expect(await part(1, 0)).toMatchObject({ result: 'refused' })
      expect(await bookOf(stage, opened)).toEqual({ ...once, refundedKrw: 15_000 })
    })

    it('7.C.10: gives back once, however often the same refund is asked for and under whatever try', async () => {
      const opened = await pay()
      const ask = refundAsk(opened, { amountKrw: 5_000 })
      for (const tryNo of [1, 1, 2, 3])
        expect(await stage.provider.refund({ ...ask, tryNo })).toMatchObject({ result: 'refunded' })
      expect(await bookOf(stage, opened)).toEqual({ ...once, refundedKrw: 5_000 })
    })

    it('7.C.10: gives back once when answers are lost', async () => {
      for (const loss of [
        'loseAnswerBeforeCancel',
        'loseAnswerAfterCancel',
        'http500',
        'http500AfterCancel',
      ]) {
        const opened = await pay()
        const ask = refundAsk(opened, { amountKrw: 5_000 })
        await stage.simulator.chaos({ [loss]: { times: 1 } })
        let last = await stage.provider.refund(ask)
        for (let tryNo = 1; last.result !== 'refunded' && tryNo < 4;) {
          if (last.result === 'unknown' && last.code === 'REPLAYED_ERROR') tryNo += 1
          last = await stage.provider.refund({ ...ask, tryNo })
        }
        expect([loss, last.result]).toEqual([loss, 'refunded'])
        expect(await bookOf(stage, opened)).toEqual({ ...once, refundedKrw: 5_000 })
      }
    })

    it('is refused of what was never charged', async () => {
      const opened = await stage.open()
      expect(await stage.provider.refund(refundAsk(opened))).toMatchObject({ result: 'refused' })
      expect(await stage.provider.refund(refundAsk(opened, { providerKey: 'none' }))).toMatchObject({
        result: 'refused',
      })
    })
  })

  describe('query', () => {
    it('shows what was charged and what is left, by the key and by the order', async () => {
      const opened = await stage.open()
      const { providerOrderId } = opened
      await stage.provider.confirm(confirmAsk(opened))
      await stage.provider.refund(refundAsk(opened, { amountKrw: 5_000 }))
      // The simulator's clock has run ahead in these tests.
      const requestedAt = new Date((await clockOf(stage)) - 1_000)
      for (const providerKey of [opened.providerKey, undefined])
        expect(await stage.provider.lookUp({ providerKey, providerOrderId, requestedAt })).toMatchObject({
          result: 'found',
          payment: { ...opened, status: 'partially_canceled', balanceKrw: 10_000 },
        })
    })

    it('finds none where there is none', async () => {
      const requestedAt = new Date(Date.now() - DAY_MS)
      const providerOrderId = `order-${randomUUID()}`
      for (const providerKey of ['none', undefined])
        expect(await stage.provider.lookUp({ providerKey, providerOrderId, requestedAt })).toEqual({
          result: 'none',
        })
    })

    it('knows nothing with the wrong keys', async () => {
      const { simulator, open } = stage
      const stranger = side.create({
        ...simulator[side.name],
        secretKey: 'test_sk_wrong',
        windowUrl: undefined,
        clock: systemClock,
        log: createHeardLog().log,
      })
      const opened = await open()
      expect(await stranger.lookUp({ ...opened, requestedAt: new Date() })).toMatchObject({
        result: 'unknown',
      })
      expect(await stranger.confirm(confirmAsk(opened))).toMatchObject({ result: 'refused' })
      expect(await stranger.resolve(confirmAsk(opened))).toMatchObject({ result: 'unknown' })
      expect(await stranger.refund(refundAsk(opened))).toMatchObject({ result: 'not_sent' })
      await stranger.close()
      expect(await bookOf(stage, opened)).toEqual(nothing)
    })
  })

  describe('events', () => {
    it('are read as they are sent, each delivery once', async () => {
      const heard: WebhookReading[] = []
      const server = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          heard.push(
            stage.provider.readWebhook(request.headers, JSON.parse(Buffer.concat(chunks).toString())),
          )
          response.end('OK')
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
      await stage.simulator.sendWebhooksTo({ [side.name]: url })
      await stage.simulator.chaos({ webhooks: 'duplicated' })
      const opened = await stage.open()
      await stage.provider.confirm(confirmAsk(opened))
      await expect.poll(() => heard.length).toBe(2)
      await stage.provider.refund(refundAsk(opened, { amountKrw: 5_000 }))
      await expect.poll(() => heard.length).toBe(4)
      const { providerKey, providerOrderId } = opened
      const hints = heard.map((read) => (read.reading === 'hint' ? read.hint : undefined))
      for (const hint of hints) expect(hint).toMatchObject({ providerKey, providerOrderId })
      expect(new Set(hints.map((hint) => hint?.deliveryId)).size).toBe(2)
      await new Promise((resolve) => server.close(resolve))
    })
  })
}

async function clockOf({ simulator }: Stage): Promise<number> {
  const answer = await fetch(`${simulator.url}/control/clock`)
  return ((await answer.json()) as { nowMs: number }).nowMs
}

/** What can be asked of the real sandbox without a person in its window. */
export function describeSandbox(create: () => Provider): void {
  const opened = {
    providerKey: 'no_such_payment',
    providerOrderId: `hurry-${randomUUID()}`,
    amountKrw: 1_000,
  }

  it('knows no payment that was never made, by the key and by the order', async () => {
    const provider = create()
    for (const providerKey of [opened.providerKey, undefined])
      expect(await provider.lookUp({ ...opened, providerKey, requestedAt: new Date() })).toEqual({
        result: 'none',
      })
    await provider.close()
  })

  it('confirms, takes back and refunds nothing that was never made', async () => {
    const provider = create()
    expect(['not_found', 'refused']).toContain((await provider.confirm(confirmAsk(opened))).result)
    expect(['not_found', 'refused', 'unknown']).toContain((await provider.resolve(confirmAsk(opened))).result)
    expect(await provider.refund(refundAsk(opened))).toMatchObject({ result: 'refused' })
    await provider.close()
  })
}
