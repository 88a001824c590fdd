// Statements that count what somebody may do only so often. All times are the database's: machines' clocks differ.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { Counted } from '../../platform/shared-counters.ts'

/** Adds to the key's fixed window, or opens one. */
export async function addToCount(db: Db, key: Buffer, add: number, windowMs: number): Promise<Counted> {
  // A clock that was set back must not make a window longer: hence `least`.
  const { rows } = await sql<Counted>`
    INSERT INTO users.request_count AS kept (key, count, ends_at)
    VALUES (${key}, ${add}, statement_timestamp() + make_interval(secs => ${windowMs / 1000}))
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN kept.ends_at > statement_timestamp() THEN kept.count ELSE 0 END + excluded.count,
      ends_at = CASE WHEN kept.ends_at > statement_timestamp()
                     THEN least(kept.ends_at, excluded.ends_at) ELSE excluded.ends_at END
    RETURNING count, ceil(extract(epoch FROM ends_at - statement_timestamp()) * 1000)::int AS ms_left`.execute(
    db,
  )
  const [counted] = rows
  if (counted === undefined) throw new Error('counting returned no row')
  return counted
}

export interface SlowDownRule {
  freeTries: number
  waitSecondsMax: number
  forgetSeconds: number
}

/** Seconds that must pass after so many tries. The exponent has a bound: someone who goes on for days would overflow it. */
const waitSeconds = (rule: SlowDownRule): RawBuilder<number> => sql<number>`
  CASE WHEN kept.tries <= ${rule.freeTries}::int THEN 0
       ELSE least(power(2, least(kept.tries - ${rule.freeTries}::int, 30)), ${rule.waitSecondsMax}::int) END`

/**
 * Takes one try, unless the wait after the last one is not over: then undefined. Else the milliseconds to wait after this one.
 * The clock is read after the row was locked, so of several that come at once each sees those before it.
 */
export async function takeLogInTry(db: Db, key: Buffer, rule: SlowDownRule): Promise<number | undefined> {
  const wait = waitSeconds(rule)
  const { rows } = await sql<{ waitMs: number }>`
    INSERT INTO users.log_in_try AS kept (key, tries, tried_at) VALUES (${key}, 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
      tries = 1 + CASE WHEN kept.tried_at < clock_timestamp() - make_interval(secs => ${rule.forgetSeconds})
                       THEN 0 ELSE kept.tries END,
      tried_at = clock_timestamp()
    WHERE kept.tries <= ${rule.freeTries}::int
       OR kept.tried_at + make_interval(secs => ${wait}) <= clock_timestamp()
    RETURNING (${wait} * 1000)::int AS wait_ms`.execute(db)
  return rows[0]?.waitMs
}

/** Milliseconds until the next try may be made. */
export async function readLogInWait(db: Db, key: Buffer, rule: SlowDownRule): Promise<number> {
  const { rows } = await sql<{ waitMs: number }>`
    SELECT ceil(extract(epoch FROM kept.tried_at + make_interval(secs => ${waitSeconds(rule)}) - clock_timestamp())
                * 1000)::int AS wait_ms
      FROM users.log_in_try AS kept WHERE kept.key = ${key}`.execute(db)
  return Math.max(0, rows[0]?.waitMs ?? 0)
}

export const forgetLogInTries = (db: Db, key: Buffer): Promise<unknown> =>
  sql`DELETE FROM users.log_in_try WHERE key = ${key}`.execute(db)

/**
 * Deletes at most `rowsMax` counts of each kind that mean nothing any more; the larger number deleted. Skips what is being
 * counted: its row may come to life again.
 */
export async function forgetEndedCounts(db: Db, forgetSeconds: number, rowsMax: number): Promise<number> {
  const { rows } = await sql<{ requests: number; tries: number }>`
    WITH requests AS (
      DELETE FROM users.request_count WHERE key IN (
        SELECT key FROM users.request_count WHERE ends_at < statement_timestamp()
         ORDER BY ends_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)
      RETURNING 1),
    tries AS (
      DELETE FROM users.log_in_try WHERE key IN (
        SELECT key FROM users.log_in_try
         WHERE tried_at < statement_timestamp() - make_interval(secs => ${forgetSeconds})
         ORDER BY tried_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)
      RETURNING 1)
    SELECT (SELECT count(*) FROM requests) AS requests, (SELECT count(*) FROM tries) AS tries`.execute(db)
  return Math.max(rows[0]?.requests ?? 0, rows[0]?.tries ?? 0)
}
