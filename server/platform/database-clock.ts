// The database's clock, estimated: it decides opening and closing, whatever this machine's clock says.
import { sql } from 'kysely'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'

export interface DatabaseClock {
  /** The database's time is certainly not before this. */
  earliestMs(): number
  /** The database said `databaseMs`, and this machine has just heard it. */
  learn(databaseMs: number): void
}

/** Without a reading yet, nothing is certain: the beginning of time. */
export function createDatabaseClock(clock: Clock): DatabaseClock {
  // What it says was so at the latest when it arrived: the way back can only make the database's clock later than this.
  let offsetMs = Number.NEGATIVE_INFINITY
  return {
    earliestMs: () => clock.now() + offsetMs,
    learn(databaseMs) {
      offsetMs = databaseMs - clock.now()
    },
  }
}

export interface ClockReading {
  /** The database's time less this machine's, at the middle of the round trip … */
  offsetMs: number
  /** … give or take this. */
  errorMs: number
  atMs: number
}

export async function readClock(db: Db, clock: Clock): Promise<ClockReading> {
  const before = clock.now()
  const { rows } = await sql<{ ms: number }>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`.execute(db)
  const after = clock.now()
  // Our clock shows whole milliseconds.
  const errorMs = (after - before) / 2 + 1
  return { offsetMs: rows[0]!.ms - (before + after) / 2, errorMs, atMs: after }
}
