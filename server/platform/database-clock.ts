// The database's clock, estimated: it decides opening and closing, whatever this machine's clock says.
import type { Clock } from './clock.ts'

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
