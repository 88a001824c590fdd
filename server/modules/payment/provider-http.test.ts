import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createHeardLog,
  startScriptedProvider,
  type ScriptedProvider,
} from '../../../tests/support/scripted-provider.ts'
import { systemClock } from '../../platform/clock.ts'
import { createProviderHttp, type ProviderHttp, type ProviderHttpOptions } from './provider-http.ts'

const ANSWER_MS_MAX = 200
const OPEN_MS = 150
const ok = { status: 200, body: { fine: true } }
const failing = { status: 500, body: { code: 'FAILED' } }
const post = { name: 'test', method: 'POST', path: '/v1/x', body: { amount: 1 } } as const

describe('calls of a provider', () => {
  let there: ScriptedProvider
  let http: ProviderHttp
  let lines: string[]
  beforeAll(async () => {
    there = await startScriptedProvider()
  })
  afterAll(() => there.stop())
  const open = (options: Partial<ProviderHttpOptions> = {}): ProviderHttp => {
    const heard = createHeardLog()
    lines = heard.lines
    http = createProviderHttp({
      provider: 'TOSS',
      url: `${there.url}/toss/`,
      authorization: 'Basic c2VjcmV0Og==',
      answerMsMax: ANSWER_MS_MAX,
      clock: systemClock,
      log: heard.log,
      // Most tests fail on purpose.
      breaker: { callsMin: 1_000, openMs: OPEN_MS },
      ...options,
    })
    return http
  }
  afterEach(() => http.close())

  it('go below the path of the address, with the key and in JSON', async () => {
    there.answer(ok)
    expect(await open().send(post, { retry: 'unsent' })).toEqual({
      kind: 'answer',
      status: 200,
      body: { fine: true },
      isDoubtful: false,
    })
    expect(there.seen).toHaveLength(1)
    expect(there.seen[0]).toMatchObject({
      method: 'POST',
      path: '/toss/v1/x',
      body: { amount: 1 },
      headers: { authorization: 'Basic c2VjcmV0Og==', 'content-type': 'application/json;charset=utf-8' },
    })
  })

  it('7.C.12: have a timeout that counts, be it for headers or for a body that never ends', async () => {
    for (const silence of ['hang', 'drip'] as const) {
      there.answer(silence)
      const begin = performance.now()
      expect(await open().send(post, { retry: 'unsent' })).toEqual({
        kind: 'unclear',
        code: 'ANSWER_TIMEOUT',
      })
      expect(performance.now() - begin).toBeLessThan(ANSWER_MS_MAX + 500)
      expect(there.seen).toHaveLength(1)
      await http.close()
    }
  })

  it('7.C.12: are tried a second time after a cut connection, a timeout or an answer that is no JSON, and not a third time', async () => {
    for (const trouble of ['cut', 'hang', { status: 502, body: '<html>bad gateway</html>' }] as const) {
      there.answer(trouble, ok)
      const reply = await open().send(post, { retry: 'unanswered' })
      expect(reply).toMatchObject({ kind: 'answer', status: 200, isDoubtful: true })
      there.answer(trouble)
      expect(await http.send(post, { retry: 'unanswered' })).toMatchObject({ kind: 'unclear' })
      expect(there.seen).toHaveLength(2)
      await http.close()
    }
  })

  it('are never sent again where a repeat is not known as one', async () => {
    for (const trouble of ['cut', 'hang', failing, { status: 200, body: 'no json' }] as const) {
      there.answer(trouble)
      await open().send(post, { retry: 'unsent' })
      expect(there.seen).toHaveLength(1)
      await http.close()
    }
  })

  it('are tried again after an error of the provider only where that may help', async () => {
    there.answer(failing, ok)
    expect(await open().send(post, { retry: 'unanswered' })).toMatchObject({ status: 500 })
    expect(there.seen).toHaveLength(1)
    there.answer(failing, ok)
    expect(await http.send(post, { retry: 'failed' })).toMatchObject({ status: 200, isDoubtful: true })
  })

  it('know when nothing has left this machine', async () => {
    const away = await startScriptedProvider()
    const { url } = away
    await away.stop()
    expect(await open({ url }).send(post, { retry: 'unsent' })).toEqual({
      kind: 'not_sent',
      code: 'ECONNREFUSED',
      isUnreachable: true,
    })
  })

  it('ask before every send whether they may, and send nothing when not', async () => {
    there.answer(ok)
    expect(await open().send(post, { retry: 'unanswered', maySend: () => false })).toMatchObject({
      kind: 'not_sent',
      code: 'LEASE_OVER',
    })
    expect(there.seen).toHaveLength(0)
  })

  it('are not repeated after the lease, and what was sent within it stays unclear', async () => {
    there.answer('cut', ok)
    let asked = 0
    const maySend = () => ++asked === 1
    expect(await open().send(post, { retry: 'unanswered', maySend })).toEqual({
      kind: 'unclear',
      code: 'UND_ERR_SOCKET',
    })
    expect(asked).toBe(2)
    expect(there.seen).toHaveLength(1)
  })

  it('take no answer without end', async () => {
    there.answer({ status: 200, body: JSON.stringify({ long: 'x'.repeat(300_000) }) })
    expect(await open().send(post, { retry: 'unsent' })).toMatchObject({ kind: 'unclear' })
  })

  it('follow no redirect', async () => {
    there.answer({ status: 302, body: '' })
    expect(await open().send(post, { retry: 'unsent' })).toEqual({ kind: 'unclear', code: 'NO_JSON_302' })
    expect(there.seen).toHaveLength(1)
  })

  it('log neither keys nor bodies', async () => {
    there.answer('cut')
    await open().send({ ...post, body: { card: '4330123412341234' } }, { retry: 'unanswered' })
    expect(lines.join()).toContain('UND_ERR_SOCKET')
    expect(lines.join()).not.toMatch(/c2VjcmV0|4330|\/v1\/x/)
  })

  it('end when the provider is closed, and nothing is sent after it', async () => {
    there.answer(ok)
    await open().close()
    expect(await http.send(post, { retry: 'unsent' })).toMatchObject({ kind: 'not_sent' })
    expect(there.seen).toHaveLength(0)
    open()
  })

  describe('with a breaker', () => {
    const fail = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await http.send(post, { retry: 'unsent' })
    }

    it('7.C.12: stop for a while when the provider fails, and say so before anything is sent', async () => {
      open({ breaker: { openMs: 60_000 } })
      there.answer(failing)
      await fail(4)
      expect(http.isUsable()).toBe(true)
      await fail(1)
      expect(http.isUsable()).toBe(false)
      expect(await http.send(post, { retry: 'unanswered' })).toMatchObject({
        kind: 'not_sent',
        code: 'BREAKER_OPEN',
      })
      expect(there.seen).toHaveLength(5)
    })

    it('count silence, cut connections and unreadable answers as failures', async () => {
      for (const trouble of ['hang', 'cut', { status: 200, body: '<html>' }] as const) {
        open({ breaker: { openMs: 60_000 }, answerMsMax: 30 })
        there.answer(trouble)
        await fail(5)
        expect(http.isUsable()).toBe(false)
        await http.close()
      }
    })

    it('7.C.3: never open for refusals, however many', async () => {
      open()
      for (const status of [400, 401, 403, 404, 409, 429]) {
        there.answer({ status, body: { code: 'REJECT_CARD_COMPANY' } })
        await fail(10)
      }
      expect(http.isUsable()).toBe(true)
    })

    it('let one call through after a while; the others do not wait for it', async () => {
      open({ breaker: { openMs: OPEN_MS } })
      there.answer(failing)
      await fail(5)
      await new Promise((resolve) => setTimeout(resolve, OPEN_MS + 20))
      expect(http.isUsable()).toBe(true)
      there.answer('hang', ok)
      const trial = http.send(post, { retry: 'unsent' })
      expect(await http.send(post, { retry: 'unsent' })).toMatchObject({ code: 'BREAKER_OPEN' })
      expect(http.isUsable()).toBe(false)
      await trial
      expect(await http.send(post, { retry: 'unsent' })).toMatchObject({ code: 'BREAKER_OPEN' })
      await new Promise((resolve) => setTimeout(resolve, OPEN_MS + 20))
      expect(await http.send(post, { retry: 'unsent' })).toMatchObject({ status: 200 })
      expect(http.isUsable()).toBe(true)
    })

    it('do not use up the trial with a call that may not be sent any more', async () => {
      open({ breaker: { openMs: OPEN_MS } })
      there.answer(failing)
      await fail(5)
      await new Promise((resolve) => setTimeout(resolve, OPEN_MS + 20))
      expect(await http.send(post, { retry: 'unsent', maySend: () => false })).toMatchObject({
        code: 'LEASE_OVER',
      })
      there.answer(failing)
      await fail(1)
      expect(there.seen).toHaveLength(1)
      expect(http.isUsable()).toBe(false)
    })
  })
})
