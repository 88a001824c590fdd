// Answers to requests with an Idempotency-Key, kept for a day for all processes (draft-ietf-httpapi-idempotency-key-header-07).
import { sql } from 'kysely'
import type { PersonalData } from './crypto.ts'
import type { Database, Db, Tx } from './db.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { repeat } from './repeat.ts'
import type { Worker } from './worker.ts'

interface KeyedRequest {
  userId: number
  /** Method and path pattern. */
  route: string
  key: string
  /** Everything that the answer depends on. */
  content: string
}

interface KeptAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** What a flow is given of a request that has a key. */
export interface Once {
  /**
   * Binds the key to what `tx` does: should the process die between the commit and the answer, a repeat is told so instead of
   * doing it again. Throws IDEMPOTENCY_IN_FLIGHT where a repeat took the key over meanwhile.
   */
  bind(tx: Tx): Promise<void>
}

export interface Claimed extends Once {
  /** Keeps a good answer. */
  keep(answer: KeptAnswer): Promise<void>
  /** Nothing was done: the key is free again. */
  release(): Promise<void>
}

type KeyOutcome =
  | { outcome: 'claimed'; claim: Claimed }
  | { outcome: 'kept'; answer: KeptAnswer }
  | { outcome: 'in_flight' | 'reused' | 'answer_lost' }

export interface KeptAnswers {
  claim(request: KeyedRequest): Promise<KeyOutcome>
}

/** Longer than any request takes. */
const LEASE_SECONDS = 60
const KEEP_HOURS = 24
const PLACE = { table: 'platform.kept_answer', column: 'answer' }

interface Row {
  id: number
  leaseUntil: string
  fingerprint: Buffer
  state: 'RUNNING' | 'DONE'
  answer: Buffer | null
  isMine: boolean
  /** Whoever claimed it has had all the time to keep its answer. */
  isOver: boolean
}

export function createKeptAnswers(deps: { database: Database; pii: PersonalData }): KeptAnswers {
  const { pii } = deps
  const { db } = deps.database
  return {
    async claim({ userId, route, key, content }) {
      const fingerprint = pii.index('idempotency', content)
      const row = await takeOrFind(db, { userId, route, key, fingerprint })
      if (row === undefined) return { outcome: 'in_flight' }
      if (row.isMine) return { outcome: 'claimed', claim: claimOf(db, pii, row) }
      if (!row.fingerprint.equals(fingerprint)) return { outcome: 'reused' }
      if (row.answer !== null) {
        const answer = JSON.parse(pii.open({ ...PLACE, rowId: row.id }, row.answer)) as KeptAnswer
        return { outcome: 'kept', answer }
      }
      return { outcome: row.state === 'DONE' && row.isOver ? 'answer_lost' : 'in_flight' }
    },
  }
}

/** The row, made or taken over by us (`isMine`), or as somebody else left it. */
async function takeOrFind(
  db: Db,
  request: { userId: number; route: string; key: string; fingerprint: Buffer },
): Promise<Row | undefined> {
  const { userId, route, key, fingerprint } = request
  const lease = sql`statement_timestamp() + make_interval(secs => ${LEASE_SECONDS})`
  const end = sql`statement_timestamp() + make_interval(hours => ${KEEP_HOURS})`
  // A day later the key is as good as new; a claim whose lease is over was left by a process that died before it did anything.
  const { rows } = await sql<Row>`
    INSERT INTO platform.kept_answer AS kept (user_id, route, idem_key, fingerprint, state, lease_until, expires_at)
    VALUES (${userId}, ${route}, ${key}, ${fingerprint}, 'RUNNING', ${lease}, ${end})
    ON CONFLICT (user_id, route, idem_key) DO UPDATE
       SET fingerprint = excluded.fingerprint, state = 'RUNNING', lease_until = excluded.lease_until, answer = NULL,
           expires_at = excluded.expires_at
     WHERE kept.expires_at < statement_timestamp() OR (kept.state = 'RUNNING' AND kept.lease_until < statement_timestamp())
    RETURNING id, lease_until::text AS "leaseUntil", fingerprint, state, answer, true AS "isMine", false AS "isOver"`.execute(
    db,
  )
  if (rows[0] !== undefined) return rows[0]
  const found = await sql<Row>`
    SELECT id, lease_until::text AS "leaseUntil", fingerprint, state, answer, false AS "isMine",
           lease_until < statement_timestamp() AS "isOver"
      FROM platform.kept_answer WHERE user_id = ${userId} AND route = ${route} AND idem_key = ${key}`.execute(
    db,
  )
  return found.rows[0]
}

function claimOf(db: Db, pii: PersonalData, { id, leaseUntil }: Row): Claimed {
  // The lease tells our claim from that of somebody who took it over.
  const mine = sql`id = ${id} AND lease_until = ${leaseUntil}::timestamptz`
  return {
    async bind(tx) {
      const { numAffectedRows } = await sql`
        UPDATE platform.kept_answer SET state = 'DONE' WHERE ${mine} AND state = 'RUNNING'`.execute(tx)
      if (numAffectedRows !== 1n) throw new AppError('IDEMPOTENCY_IN_FLIGHT')
    },
    async keep(answer) {
      const sealed = pii.seal({ ...PLACE, rowId: id }, JSON.stringify(answer))
      await sql`UPDATE platform.kept_answer SET state = 'DONE', answer = ${sealed} WHERE ${mine}`.execute(db)
    },
    async release() {
      await sql`DELETE FROM platform.kept_answer WHERE ${mine} AND state = 'RUNNING'`.execute(db)
    },
  }
}

/** Of one person, who is going. */
export async function forgetKeptAnswers(tx: Tx, userId: number): Promise<void> {
  await sql`DELETE FROM platform.kept_answer WHERE user_id = ${userId}`.execute(tx)
}

/** At most `rowsMax` that are over; how many. */
export async function forgetOldAnswers(db: Db, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM platform.kept_answer WHERE id IN (
      SELECT id FROM platform.kept_answer WHERE expires_at < statement_timestamp()
       ORDER BY expires_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

const FORGET_EVERY_MS = 60_000
/** Where a batch was full there is more. */
const FORGET_AGAIN_MS = 100
const FORGET_ROWS_MAX = 5_000

export function createForgetAnswersWorker({ database, log }: { database: Database; log: Log }): Worker {
  return repeat('forget kept answers', FORGET_EVERY_MS, log, async () => {
    const forgotten = await forgetOldAnswers(database.db, FORGET_ROWS_MAX)
    return forgotten === FORGET_ROWS_MAX ? FORGET_AGAIN_MS : undefined
  })
}
