// What the gate reads of stock rows.
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { Sale } from './contract.ts'

export interface GateRow {
  itemId: number
  version: number
  available: number
  epoch: number
  /** False: PostgreSQL has numbered claims itself since the last load. */
  isGateActive: boolean
  isLimited: boolean
  saleState: Sale['saleState']
  openMs: number
  closeMs: number
  /** The database's clock when it answered. */
  databaseMs: number
}

const columns = sql`item_id AS "itemId", version, available, gate_epoch AS epoch,
  gate_active AS "isGateActive", is_limited AS "isLimited",
  sale_state AS "saleState",
  coalesce(floor(extract(epoch FROM open_time) * 1000), 0)::bigint AS "openMs",
  coalesce(ceil(extract(epoch FROM close_time) * 1000), 9007199254740991)::bigint AS "closeMs",
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS "databaseMs"`

/** Raises the epoch under the row's lock: numbers of the gate that was there before are told apart from the new one's. */
export async function loadGateRow(db: Db, itemId: number): Promise<GateRow | undefined> {
  const { rows } = await sql<GateRow>`
    UPDATE stock.stock SET gate_epoch = gate_epoch + 1, gate_active = true, gate_loaded_at = clock_timestamp()
     WHERE item_id = ${itemId} RETURNING ${columns}`.execute(db)
  return rows[0]
}

export async function readGateRows(db: Db, itemIds: readonly number[]): Promise<GateRow[]> {
  const { rows } =
    await sql<GateRow>`SELECT ${columns} FROM stock.stock WHERE item_id = ANY (${itemIds})`.execute(db)
  return rows
}
