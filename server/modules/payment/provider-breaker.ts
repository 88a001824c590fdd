// While a provider does not answer, nobody waits for it: its breaker is open, and one call at a time tries whether it is back.
import { circuitBreaker, CircuitState, handleWhenResult } from 'cockatiel'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { ProviderName } from './contract.ts'
import { createFailureWindow } from './failure-window.ts'
import type { Reply } from './provider-line.ts'

export interface BreakerSettings {
  windowMs: number
  callsMin: number
  shareMin: number
  openMs: number
}

const DEFAULTS: BreakerSettings = { windowMs: 10_000, callsMin: 5, shareMin: 0.5, openMs: 10_000 }

export interface ProviderBreaker {
  /** True where a call would be sent now. */
  isPassable(): boolean
  /** To be called only where it is passable. */
  run(call: () => Promise<Reply>): Promise<Reply>
}

export function createProviderBreaker(options: {
  provider: ProviderName
  clock: Clock
  log: Log
  breaker?: Partial<BreakerSettings> | undefined
}): ProviderBreaker {
  const { provider, clock, log } = options
  const { openMs, ...window } = { ...DEFAULTS, ...options.breaker }
  const policy = circuitBreaker(
    handleWhenResult((reply) => isFault(reply as Reply)),
    { halfOpenAfter: openMs, breaker: createFailureWindow({ ...window, clock }) },
  )
  let openedAt = 0
  policy.onBreak(() => {
    // The machine's clock, as the policy's own.
    openedAt = Date.now()
    log.error({ provider }, 'a payment provider does not answer: it is not called for a while')
  })
  policy.onReset(() => log.info({ provider }, 'a payment provider answers again'))

  return {
    isPassable() {
      // Half open is a call on its way that decides; the others do not wait for it.
      if (policy.state === CircuitState.Closed) return true
      return policy.state === CircuitState.Open && Date.now() - openedAt >= openMs
    },
    run: (call) => policy.execute(call),
  }
}

/** No answer, or one that says that the provider fails. A refusal is an answer. */
const isFault = (reply: Reply): boolean => reply.kind !== 'answer' || reply.status >= 500
