// What waits in the queue of jobs and what failed for good, read from pg-boss's table.
import type { Db as BossDb } from 'pg-boss'

export const DEAD_LETTERS = 'dead-letters'

interface DeadCursor {
  /** Microseconds since the epoch. */
  micros: number
  id: string
}

export interface DeadQuery {
  queue?: string | undefined
  after?: DeadCursor | undefined
  limit: number
}

export interface DeadLetter {
  id: string
  /** Null where it came of no event. */
  eventId: string | null
  /** Where it failed. */
  queue: string
  at: Date
  micros: number
  tries: number
  /** Of what it failed at last. */
  code: string
}

export interface Backlog {
  queue: string
  /** Since its oldest job waits that is not done; 0 where none waits. */
  seconds: number
}

const MICROS = '(extract(epoch FROM created_on) * 1000000)::float8'

export async function listDead(boss: BossDb, { queue, after, limit }: DeadQuery): Promise<DeadLetter[]> {
  const { rows } = await boss.executeSql(
    `SELECT id, data->>'eventId' AS "eventId", source_name AS queue, created_on AS at, ${MICROS} AS micros,
            coalesce(source_retry_count, 0) AS tries, coalesce(source_output->>'code', 'FAILED') AS code
       FROM pgboss.job
      WHERE name = $1 AND state < 'active' AND source_name IS NOT NULL
        AND ($2::float8 IS NULL OR (${MICROS}, id) < ($2::float8, $3::uuid))
        AND ($5::text IS NULL OR source_name = $5)
      ORDER BY created_on DESC, id DESC LIMIT $4`,
    [DEAD_LETTERS, after?.micros ?? null, after?.id ?? null, limit, queue ?? null],
  )
  return rows as DeadLetter[]
}

/** One step down the index by which jobs are fetched, for each queue: however many are done, or wait. */
export async function readBacklog(boss: BossDb, queues: readonly string[]): Promise<Backlog[]> {
  const { rows } = await boss.executeSql(
    `SELECT q.name AS queue, coalesce(extract(epoch FROM clock_timestamp() - oldest.created_on), 0)::float8 AS seconds
       FROM unnest($1::text[]) AS q (name)
       LEFT JOIN LATERAL (
         SELECT j.created_on FROM pgboss.job j WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked
          ORDER BY j.priority DESC, j.created_on LIMIT 1) oldest ON true`,
    [queues],
  )
  return rows as Backlog[]
}
