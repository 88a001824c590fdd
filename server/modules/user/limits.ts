// How often one address may call the routes that guess, mail or hash. Counted in PostgreSQL: the limits are those of all
// processes together.
import type { RateLimitOptions } from '@fastify/rate-limit'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import { createLimiter, type Limiter } from '../../platform/limiter.ts'
import type { Log } from '../../platform/log.ts'
import { createSharedCounters } from '../../platform/shared-counters.ts'
import { addToCount } from './sql-limits.ts'

const MINUTE_MS = 60_000

const PER_MINUTE = { signUp: 30, logIn: 30, verify: 30, resend: 10, reissue: 60, logOut: 60 } as const
export const FREE_LOG_IN_TRIES = 10
export const RESEND_GAP_MS = 30_000

export type Limited = keyof typeof PER_MINUTE

/** An address is personal data: what is stored is a keyed hash of it. */
export function createUserLimiter(deps: {
  database: Database
  pii: PersonalData
  clock: Clock
  log: Log
}): Limiter {
  const { database, pii, clock, log } = deps
  const counters = createSharedCounters({
    add: (key, add, windowMs) => addToCount(database.db, pii.index('request count', key), add, windowMs),
    clock,
    log,
  })
  return createLimiter(counters)
}

export function limitOf(what: Limited, rateFactor: number): RateLimitOptions {
  return { max: scaled(PER_MINUTE[what], rateFactor), timeWindow: MINUTE_MS }
}

export const scaled = (limit: number, rateFactor: number): number =>
  Math.max(1, Math.round(limit * rateFactor))
