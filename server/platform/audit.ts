// The audit trail: who changed what, when and why. Rows are added in the transaction of the change and never changed.
import { sql } from 'kysely'
import type { Db, Tx } from './db.ts'

export interface AuditEntry {
  /** 0: nobody who is signed in. */
  actorId: number
  subject: 'account' | 'item' | 'sale' | 'stock' | 'order' | 'payment' | 'shipment' | 'job'
  subjectId: number
  /** In capitals: `PAUSE`, `PRICE`. */
  action: string
  /** Nothing personal in either. */
  before: object | null
  after: object | null
  reason?: string | null | undefined
}

export async function writeAudit(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = JSON.stringify(entries.map((entry) => ({ ...entry, reason: entry.reason ?? null })))
  await sql`
    INSERT INTO platform.audit (actor_id, subject, subject_id, action, before, after, reason)
    SELECT "actorId", subject, "subjectId", action, nullif(before, 'null'), nullif(after, 'null'), reason
      FROM jsonb_to_recordset(${rows}::jsonb) AS entry("actorId" bigint, subject text, "subjectId" bigint, action text,
                                                       before jsonb, after jsonb, reason text)`.execute(tx)
}

interface AuditRow extends AuditEntry {
  id: number
  at: Date
}

interface AuditQuery {
  subject?: AuditEntry['subject'] | undefined
  subjectId?: number | undefined
  actorId?: number | undefined
  /** Older than this entry. */
  beforeId?: number | undefined
  limit: number
}

/** Newest first. */
export async function listAudit(db: Db, query: AuditQuery): Promise<AuditRow[]> {
  const { subject, subjectId, actorId, beforeId, limit } = query
  const conditions = [
    ...(subject === undefined ? [] : [sql`subject = ${subject}`]),
    ...(subjectId === undefined ? [] : [sql`subject_id = ${subjectId}`]),
    ...(actorId === undefined ? [] : [sql`actor_id = ${actorId}`]),
    ...(beforeId === undefined ? [] : [sql`id < ${beforeId}`]),
    sql`true`,
  ]
  const { rows } = await sql<AuditRow>`
    SELECT id, at, actor_id AS "actorId", subject, subject_id AS "subjectId", action, before, after, reason
      FROM platform.audit WHERE ${sql.join(conditions, sql` AND `)} ORDER BY id DESC LIMIT ${limit}`.execute(
    db,
  )
  return rows
}
