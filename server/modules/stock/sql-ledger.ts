// Units that come or go for good, each with its entry in the ledger; and what the ledger tells.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { StockChange } from './contract.ts'

export interface UnitMove {
  itemId: number
  /** Units that are in no order, before and after. */
  delta: number
}

export interface MoveEntry {
  reason: 'RESTOCKED' | 'REDUCED' | 'REMOVED'
  actorId: number
  note: string | undefined
}

/** Of rows that are locked already. Raises their versions. */
export async function moveUnits(
  tx: Tx,
  moves: readonly UnitMove[],
  entry: MoveEntry,
): Promise<StockChange[]> {
  const itemIds = moves.map((move) => move.itemId)
  const deltas = moves.map((move) => move.delta)
  const { rows } = await sql<StockChange>`
    WITH moved AS (
      UPDATE stock.stock k
         SET total = k.total + m.delta, available = k.available + m.delta, version = k.version + 1
        FROM unnest(${itemIds}::bigint[], ${deltas}::integer[]) AS m(item_id, delta)
       WHERE k.item_id = m.item_id
      RETURNING k.item_id, k.version, k.available, m.delta
    ), entry AS (
      INSERT INTO stock.ledger (item_id, reason, delta, available, version, actor_id, note, at)
      SELECT item_id, ${entry.reason}, delta, available, version, ${entry.actorId}::bigint,
             ${entry.note ?? null}::text, clock_timestamp()
        FROM moved
    )
    SELECT item_id AS "itemId", version, available FROM moved`.execute(tx)
  return rows
}

export interface LedgerRow {
  id: number
  reason: 'OPENED' | 'PLACED' | 'EXPIRED' | 'CANCELED' | 'RETURNED' | MoveEntry['reason']
  delta: number
  orders: number
  available: number
  version: number
  actorId: number | null
  note: string | null
  at: Date
}

/** Newest first. `beforeId`: older than this entry. */
export async function findLedger(
  db: Db,
  query: { itemId: number; beforeId?: number | undefined; offset?: number; limit: number },
): Promise<LedgerRow[]> {
  const { itemId, beforeId = Number.MAX_SAFE_INTEGER, offset = 0, limit } = query
  const { rows } = await sql<LedgerRow>`
    SELECT id, reason, delta, orders, available, version, actor_id AS "actorId", note, at
      FROM stock.ledger WHERE item_id = ${itemId} AND id < ${beforeId}
     ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`.execute(db)
  return rows
}

/** From the index alone. */
export async function countLedger(db: Db, itemId: number): Promise<number> {
  const { rows } = await sql<{ entries: number }>`
    SELECT count(*) AS entries FROM stock.ledger WHERE item_id = ${itemId}`.execute(db)
  return rows[0]!.entries
}
