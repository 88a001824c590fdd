// Slows guessing at one account down, whatever addresses and processes it comes through; the same for accounts that do not exist.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createShortMemory } from '../../platform/short-memory.ts'
import { forgetLogInTries, readLogInWait, takeLogInTry, type SlowDownRule } from './sql-limits.ts'

export interface SlowDown {
  /** Counts a try. Seconds to wait where it may not be made now, else 0. */
  enter(key: Buffer): Promise<number>
  /** The try was a success. */
  forgive(key: Buffer): Promise<void>
}

const WAIT_SECONDS_MAX = 60
/** Tries that are older than this are forgotten. */
export const FORGET_TRIES_SECONDS = 15 * 60

/**
 * The first `freeTries` cost nothing; each further one must wait twice as long as the one before, at most a minute. Counted in
 * PostgreSQL for all processes. Waits that this process knows of are refused from memory; one that is forgiven through another
 * process in the same moment may be remembered here until it ends by itself.
 */
export function createSlowDown(deps: { database: Database; clock: Clock; freeTries: number }): SlowDown {
  const { db } = deps.database
  const rule: SlowDownRule = {
    freeTries: deps.freeTries,
    waitSecondsMax: WAIT_SECONDS_MAX,
    forgetSeconds: FORGET_TRIES_SECONDS,
  }
  const waits = createShortMemory<true>(deps.clock)
  return {
    async enter(key) {
      const name = key.toString('base64')
      const known = waits.find(name)
      if (known !== undefined) return Math.ceil(known.msLeft / 1000)
      const waitMsAfter = await takeLogInTry(db, key, rule)
      // A statement of its own, because only it sees the try of somebody else that the first one waited for.
      const waitMs = waitMsAfter ?? (await readLogInWait(db, key, rule))
      if (waitMs > 0) waits.set(name, true, waitMs)
      return waitMsAfter === undefined ? Math.max(1, Math.ceil(waitMs / 1000)) : 0
    },
    async forgive(key) {
      waits.forget(key.toString('base64'))
      await forgetLogInTries(db, key)
    },
  }
}
