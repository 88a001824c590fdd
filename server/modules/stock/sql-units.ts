// Units that go into orders and come back, inside the order's own transaction; and the numbers that gates are settled with.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { StockChange } from './contract.ts'

export async function readUnits(db: Db, itemIds: readonly number[]): Promise<StockChange[]> {
  const { rows } = await sql<StockChange>`
    SELECT item_id AS "itemId", version, available FROM stock.stock WHERE item_id = ANY (${itemIds})`.execute(
    db,
  )
  return rows
}

/** Locks the stock rows in item order and nothing else, so that what is read afterwards is not older than the wait. */
export async function lockStock(tx: Tx, itemIds: readonly number[]): Promise<void> {
  await sql`SELECT 1 FROM stock.stock WHERE item_id = ANY (${itemIds}) ORDER BY item_id FOR NO KEY UPDATE`.execute(
    tx,
  )
}

export interface LockedStock {
  itemId: number
  isLimited: boolean
  unitPriceKrw: number
  available: number
  holdSeconds: number
  saleState: 'RUNNING' | 'PAUSED' | 'CLOSED'
  /** The database's clock, after the locks. */
  readAt: Date
}

export async function readLockedStock(tx: Tx, itemIds: readonly number[]): Promise<LockedStock[]> {
  const { rows } = await sql<LockedStock>`
    SELECT item_id AS "itemId", is_limited AS "isLimited", unit_price AS "unitPriceKrw", available,
           hold_seconds AS "holdSeconds", sale_state AS "saleState", clock_timestamp() AS "readAt"
      FROM stock.stock WHERE item_id = ANY (${itemIds})`.execute(tx)
  return rows
}

/** Of locked rows: positive quantities go into an order, negative ones come back from it. `orders`: those that are new. */
export async function exchangeUnits(
  tx: Tx,
  lines: readonly { itemId: number; quantity: number }[],
  entry: { orders: number; actorId: number | null },
): Promise<StockChange[]> {
  const itemIds = lines.map((line) => line.itemId)
  const units = lines.map((line) => line.quantity)
  const { rows } = await sql<StockChange>`
    WITH moved AS (
      UPDATE stock.stock k SET available = k.available - t.units, version = k.version + 1
        FROM unnest(${itemIds}::bigint[], ${units}::integer[]) AS t(item_id, units)
       WHERE k.item_id = t.item_id
      RETURNING k.item_id, k.version, k.available, t.units
    ), entry AS (
      INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, actor_id, at)
      SELECT item_id, CASE WHEN units > 0 THEN 'PLACED' ELSE 'CANCELED' END, -units, ${entry.orders}::integer,
             available, version, ${entry.actorId}::bigint, clock_timestamp() FROM moved
    )
    SELECT item_id AS "itemId", version, available FROM moved`.execute(tx)
  return rows
}
