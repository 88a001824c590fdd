// Toss behind the port: against the simulator always, against the real sandbox where its key is in the environment.
import { describe, expect, it } from 'vitest'
import { createTossProvider } from '../../server/modules/payment/toss.ts'
import { systemClock } from '../../server/platform/clock.ts'
import {
  confirmAsk,
  describeProvider,
  describeSandbox,
  setTheStage,
  bookOf,
} from '../support/provider-contract.ts'
import { createHeardLog } from '../support/scripted-provider.ts'

const side = { name: 'toss', create: createTossProvider, repeats: true } as const

describe('Toss at the simulator', () => {
  describeProvider(side)
})

describe('Toss at the simulator, in particular', () => {
  const stage = setTheStage(side)

  it('7.C.11: hears by the same key what became of a confirm, though its answer was lost', async () => {
    const opened = await stage.open()
    await stage.simulator.chaos({ loseAnswerAfterApproval: { times: 1 } })
    expect(await stage.provider.confirm(confirmAsk(opened))).toMatchObject({ result: 'paid' })
    expect(await bookOf(stage, opened)).toMatchObject({ charges: 1 })
  })

  it('goes on under another key after an error that Toss keeps for the first', async () => {
    const opened = await stage.open()
    const ask = confirmAsk(opened)
    await stage.simulator.chaos({ http500: { times: 1 } })
    expect(await stage.provider.confirm(ask)).toMatchObject({ result: 'unknown' })
    expect(await stage.provider.resolve(ask)).toEqual({ result: 'unknown', code: 'REPLAYED_ERROR' })
    expect(await stage.provider.resolve({ ...ask, tryNo: 2 })).toMatchObject({ result: 'paid' })
  })

  it('does not sell what was cancelled at Toss while its payment was unknown', async () => {
    const opened = await stage.open()
    const ask = confirmAsk(opened)
    await stage.simulator.chaos({ http500AfterApproval: { times: 1 } })
    expect(await stage.provider.confirm(ask)).toMatchObject({ result: 'unknown' })
    const cancelled = await fetch(`${stage.simulator.toss.url}/v1/payments/${opened.providerKey}/cancel`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${stage.simulator.toss.secretKey}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ cancelReason: 'by hand' }),
    })
    expect(cancelled.status).toBe(200)
    expect(await stage.provider.resolve(ask)).toMatchObject({ result: 'refused' })
  })
})

const { TOSS_TEST_CLIENT_KEY: clientKey = '', TOSS_TEST_SECRET_KEY: secretKey } = process.env

describe.runIf(secretKey !== undefined)('Toss at its sandbox', () => {
  describeSandbox(() =>
    createTossProvider({
      url: 'https://api.tosspayments.com',
      clientKey,
      secretKey: secretKey ?? '',
      windowUrl: undefined,
      clock: systemClock,
      log: createHeardLog().log,
    }),
  )
})
