// NICEPAY behind the port: against the simulator always, against the real sandbox where its keys are in the environment.
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkNiceAuth, createNiceProvider } from '../../server/modules/payment/nice.ts'
import { systemClock } from '../../server/platform/clock.ts'
import {
  bookOf,
  confirmAsk,
  describeProvider,
  describeSandbox,
  setTheStage,
} from '../support/provider-contract.ts'
import { createHeardLog } from '../support/scripted-provider.ts'

const side = { name: 'nice', create: createNiceProvider, repeats: false } as const

describe('NICEPAY at the simulator', () => {
  describeProvider(side)
})

describe('NICEPAY at the simulator, in particular', () => {
  const stage = setTheStage(side)

  it('7.C.11: takes back what was charged without our hearing of it, as often as it is asked', async () => {
    const opened = await stage.open()
    const ask = confirmAsk(opened)
    await stage.simulator.chaos({
      loseAnswerAfterApproval: { times: 1 },
      loseAnswerAfterCancel: { times: 1 },
    })
    expect(await stage.provider.confirm(ask)).toMatchObject({ result: 'unknown' })
    for (let i = 0; i < 2; i++)
      expect(await stage.provider.resolve(ask)).toEqual({ result: 'refused', code: 'NET_CANCELED' })
    expect(await bookOf(stage, opened)).toEqual({ charges: 1, chargedKrw: 15_000, refundedKrw: 15_000 })
  })

  it('takes it back in the ordinary way after the hour of netcancels', async () => {
    const opened = await stage.open()
    const ask = confirmAsk(opened)
    await stage.simulator.chaos({ loseAnswerAfterApproval: { times: 1 } })
    expect(await stage.provider.confirm(ask)).toMatchObject({ result: 'unknown' })
    await stage.simulator.advance(2 * 3_600_000)
    expect(await stage.provider.resolve(ask)).toEqual({ result: 'refused', code: 'NET_CANCELED' })
    expect(await bookOf(stage, opened)).toEqual({ charges: 1, chargedKrw: 15_000, refundedKrw: 15_000 })
  })

  it('7.C.9: believes the form of the window by its signature', async () => {
    const { url, nice } = stage.simulator
    const answer = await fetch(`${url}/nice/window/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        clientId: nice.clientKey,
        orderId: `order-${randomUUID()}`,
        goodsName: '상품',
        amount: 15_000,
      }),
    })
    const form = (await answer.json()) as Record<string, string>
    expect(checkNiceAuth(form, nice)).toBe(true)
    expect(checkNiceAuth({ ...form, amount: '1000' }, nice)).toBe(false)
    expect(checkNiceAuth(form, { ...nice, secretKey: 'another' })).toBe(false)
  })
})

const { NICE_TEST_CLIENT_KEY: clientKey, NICE_TEST_SECRET_KEY: secretKey } = process.env

describe.runIf(clientKey !== undefined && secretKey !== undefined)('NICEPAY at its sandbox', () => {
  describeSandbox(() =>
    createNiceProvider({
      url: 'https://sandbox-api.nicepay.co.kr',
      clientKey: clientKey ?? '',
      secretKey: secretKey ?? '',
      windowUrl: undefined,
      clock: systemClock,
      log: createHeardLog().log,
    }),
  )
})
