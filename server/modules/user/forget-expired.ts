// Keeps the tables of logins, denials, counts, links and limits of people who left as small as what is alive.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Worker } from '../../platform/worker.ts'
import { FORGET_TRIES_SECONDS } from './slow-down.ts'
import { forgetDeparted } from './sql-departed.ts'
import { forgetEndedCounts } from './sql-limits.ts'
import { forgetResets } from './sql-password.ts'
import { forgetExpired } from './sql.ts'

const EVERY_MS = 5 * 60 * 1000
/** Where a batch was full there is more: a flood leaves more than one batch every five minutes would take away. */
const AGAIN_MS = 100
const BATCH_ROWS_MAX = 5_000
/** A bound there must be: a sale that stays open for longer forgets who bought before they left. */
const DEPARTED_KEPT_MS = 365 * 24 * 60 * 60 * 1000

export function createForgetWorker(deps: { database: Database; clock: Clock; log: Log }): Worker {
  const { db } = deps.database
  return repeat('user: forget what has expired', EVERY_MS, deps.log, async () => {
    const ended = await forgetEndedCounts(db, FORGET_TRIES_SECONDS, BATCH_ROWS_MAX)
    const now = deps.clock.now()
    const expired = await forgetExpired(db, new Date(now), BATCH_ROWS_MAX)
    const resets = await forgetResets(db, new Date(now), BATCH_ROWS_MAX)
    const departed = await forgetDeparted(db, new Date(now - DEPARTED_KEPT_MS), BATCH_ROWS_MAX)
    return Math.max(ended, expired, resets, departed) < BATCH_ROWS_MAX ? EVERY_MS : AGAIN_MS
  })
}
