// How providers are called: few connections, little time, at most two tries, and a breaker that all calls of one provider share. What
// matters about a call without an answer is whether it may have been sent.
import { randomInt } from 'node:crypto'
import { bulkhead, BulkheadRejectedError, DelegateBackoff, handleWhenResult, retry } from 'cockatiel'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { ProviderName } from './contract.ts'
import { createProviderBreaker, type BreakerSettings } from './provider-breaker.ts'
import { createProviderLine, type ProviderRequest, type Reply } from './provider-line.ts'

/** What is tried a second time: never what may have moved money twice. */
type Retry =
  /** Only what was certainly never sent. */
  | 'unsent'
  /** Also what has got no answer, where a repeat is known as one. */
  | 'unanswered'
  /** Also what the provider itself has failed at. */
  | 'failed'

/** As `Reply`; `isDoubtful`: an earlier send of the same call has got no answer, and may have been carried out. */
export type Outcome =
  { kind: 'answer'; status: number; body: unknown; isDoubtful: boolean } | Exclude<Reply, { kind: 'answer' }>

export interface ProviderHttp {
  /** Never throws. `maySend` is asked before each try. */
  send(
    request: ProviderRequest,
    options: { retry: Retry; maySend?: (() => boolean) | undefined },
  ): Promise<Outcome>
  isUsable(): boolean
  close(): Promise<void>
}

export interface ProviderHttpOptions {
  provider: ProviderName
  /** With or without a path. */
  url: string
  authorization: string
  /** For headers and body of one answer. */
  answerMsMax: number
  clock: Clock
  log: Log
  breaker?: Partial<BreakerSettings> | undefined
}

const CONNECTIONS_MAX = 100
/** Batches let attempts go a hundred at a time, so that several meet here. Three more turns of answers: they still have time to send. */
const WAITING_MAX = 300
const RETRIES_MAX = 1
const BACKOFF_MS = { min: 100, max: 300 } as const

export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { provider, log } = options
  const line = createProviderLine({ ...options, connectionsMax: CONNECTIONS_MAX })
  const breaker = createProviderBreaker(options)
  const entrance = bulkhead(CONNECTIONS_MAX, WAITING_MAX)

  async function sendOnce(request: ProviderRequest, maySend: () => boolean): Promise<Reply> {
    try {
      return await entrance.execute(() => {
        if (!breaker.isPassable()) return notSent('BREAKER_OPEN')
        if (!maySend()) return notSent('LEASE_OVER')
        return breaker.run(() => line.send(request))
      })
    } catch (error) {
      if (error instanceof BulkheadRejectedError) return notSent('TOO_MANY_CALLS')
      throw error
    }
  }

  return {
    async send(request, { retry: kind, maySend = () => true }) {
      let doubt: string | undefined
      let isDoubtful = false
      const reply = await RETRIES[kind].execute(async () => {
        isDoubtful = doubt !== undefined
        const one = await sendOnce(request, maySend)
        if (one.kind !== 'answer')
          log.warn({ provider, call: request.name, code: one.code }, 'no answer of a provider')
        if (one.kind === 'unclear') doubt ??= one.code
        else if (one.kind === 'answer' && one.status >= 500) doubt ??= `HTTP_${one.status}`
        return one
      })
      if (reply.kind === 'answer') return { ...reply, isDoubtful }
      return reply.kind === 'not_sent' && doubt !== undefined ? { kind: 'unclear', code: doubt } : reply
    },
    isUsable: () => breaker.isPassable(),
    close: () => line.close(),
  }
}

const notSent = (code: string): Reply => ({ kind: 'not_sent', code, isUnreachable: false })

const retryWhere = (isWorthIt: (reply: Reply) => boolean) =>
  retry(
    handleWhenResult((reply) => isWorthIt(reply as Reply)),
    {
      maxAttempts: RETRIES_MAX,
      backoff: new DelegateBackoff(() => randomInt(BACKOFF_MS.min, BACKOFF_MS.max + 1)),
    },
  )

const isUnsent = (reply: Reply): boolean => reply.kind === 'not_sent' && reply.isUnreachable
const isUnanswered = (reply: Reply): boolean => isUnsent(reply) || reply.kind === 'unclear'
const isFailed = (reply: Reply): boolean =>
  isUnanswered(reply) || (reply.kind === 'answer' && reply.status >= 500)

const RETRIES = {
  unsent: retryWhere(isUnsent),
  unanswered: retryWhere(isUnanswered),
  failed: retryWhere(isFailed),
} satisfies Record<Retry, unknown>
