// What somebody may do only so often is counted in PostgreSQL: the limits are those of all processes together.
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import { createSharedCounters, type SharedCounters } from '../../platform/shared-counters.ts'
import { addToCount } from './sql-limits.ts'

export const FREE_LOG_IN_TRIES = 10
export const RESEND_GAP_MS = 30_000

/** An address is personal data: what is stored is a keyed hash of it. */
export function createUserCounters(deps: {
  database: Database
  pii: PersonalData
  clock: Clock
  log: Log
}): SharedCounters {
  const { database, pii, clock, log } = deps
  return createSharedCounters({
    add: (key, add, windowMs) => addToCount(database.db, pii.index('request count', key), add, windowMs),
    clock,
    log,
  })
}

export const scaled = (limit: number, rateFactor: number): number =>
  Math.max(1, Math.round(limit * rateFactor))
