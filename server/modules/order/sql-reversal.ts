// What is taken back of paid orders: requests, their lines, and what becomes of the order.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { StockChange } from '../stock/contract.ts'
import type { LineStatus, OrderStatus } from './contract.ts'

export type ReversalKind = 'CANCEL' | 'RETURN'

export interface Reversal {
  reversalId: number
  orderId: number
  kind: ReversalKind
  status: 'REQUESTED' | 'REFUNDING' | 'DONE'
  amountKrw: number
  actorId: number
  reason: string | null
  createdAt: Date
  doneAt: Date | null
  lines: { itemId: number; quantity: number }[]
}

const whole = sql`r.id AS "reversalId", r.order_id AS "orderId", r.kind, r.status, r.amount AS "amountKrw",
  r.actor_id AS "actorId", r.reason, r.created_at AS "createdAt", r.done_at AS "doneAt",
  (SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity) ORDER BY l.item_id)
     FROM orders.reversal_line l WHERE l.reversal_id = r.id) AS lines`

/** Of orders, oldest first. */
export async function listReversals(db: Db, orderIds: readonly number[]): Promise<Reversal[]> {
  const { rows } = await sql<Reversal>`
    SELECT ${whole} FROM orders.reversal r WHERE r.order_id = ANY (${orderIds}) ORDER BY r.id`.execute(db)
  return rows
}

export async function findReversal(db: Db, reversalId: number): Promise<Reversal | undefined> {
  const { rows } =
    await sql<Reversal>`SELECT ${whole} FROM orders.reversal r WHERE r.id = ${reversalId}`.execute(db)
  return rows[0]
}

export async function insertReversal(
  tx: Tx,
  reversal: Pick<Reversal, 'orderId' | 'kind' | 'status' | 'amountKrw' | 'actorId' | 'lines'> & {
    reason: string | undefined
  },
): Promise<number> {
  const { orderId, kind, status, amountKrw, actorId, reason = null } = reversal
  const itemIds = reversal.lines.map((line) => line.itemId)
  const quantities = reversal.lines.map((line) => line.quantity)
  const { rows } = await sql<{ id: number }>`
    WITH fresh AS (
      INSERT INTO orders.reversal (order_id, kind, status, amount, actor_id, reason)
      VALUES (${orderId}, ${kind}, ${status}, ${amountKrw}, ${actorId}, ${reason}) RETURNING id
    ), fresh_line AS (
      INSERT INTO orders.reversal_line (reversal_id, item_id, quantity)
      SELECT fresh.id, t.item_id, t.quantity
        FROM fresh, unnest(${itemIds}::bigint[], ${quantities}::integer[]) AS t(item_id, quantity)
    )
    SELECT id FROM fresh`.execute(tx)
  return rows[0]!.id
}

export async function moveReversal(tx: Tx, reversalId: number, status: 'REFUNDING' | 'DONE'): Promise<void> {
  await sql`
    UPDATE orders.reversal
       SET status = ${status}, done_at = CASE WHEN ${status} = 'DONE' THEN clock_timestamp() END
     WHERE id = ${reversalId}`.execute(tx)
}

/** Of locked orders. The time of the move is that of the database. */
export async function updateLineStatuses(
  tx: Tx,
  lines: readonly { orderId: number; itemId: number; status: LineStatus }[],
): Promise<void> {
  const orderIds = lines.map((line) => line.orderId)
  const itemIds = lines.map((line) => line.itemId)
  const statuses = lines.map((line) => line.status)
  await sql`
    UPDATE orders.line l SET status = t.status, status_since = clock_timestamp()
      FROM unnest(${orderIds}::bigint[], ${itemIds}::bigint[], ${statuses}::text[]) AS t(order_id, item_id, status)
     WHERE l.order_id = t.order_id AND l.item_id = t.item_id`.execute(tx)
}

/** Of locked orders, each with its history's entry. */
export async function updateOrderStatuses(
  tx: Tx,
  moves: readonly { orderId: number; status: OrderStatus }[],
  actorId: number | null,
): Promise<void> {
  const orderIds = moves.map((move) => move.orderId)
  const statuses = moves.map((move) => move.status)
  await sql`
    WITH moved AS (
      UPDATE orders.orders o SET status = t.status
        FROM unnest(${orderIds}::bigint[], ${statuses}::text[]) AS t(id, status) WHERE o.id = t.id
      RETURNING o.id, o.status
    )
    INSERT INTO orders.history (order_id, status, actor_id)
    SELECT id, status, ${actorId}::bigint FROM moved`.execute(tx)
}

/** Units of an order that stays. Its lines are lowered by `updateQuantities`. Stock rows are locked last. */
export async function giveBackSome(
  tx: Tx,
  lines: readonly { itemId: number; quantity: number }[],
  entry: { reason: 'CANCELED' | 'RETURNED'; actorId: number },
): Promise<StockChange[]> {
  const itemIds = lines.map((line) => line.itemId)
  const units = lines.map((line) => line.quantity)
  const { rows } = await sql<StockChange>`
    SELECT item_id AS "itemId", version, available
      FROM orders.give_back_some(${itemIds}::bigint[], ${units}::integer[], ${entry.reason}, ${entry.actorId})`.execute(
    tx,
  )
  return rows
}

export interface HistoryEntry {
  orderId: number
  status: OrderStatus
  actorId: number | null
  at: Date
}

/** Oldest first, without the placing. */
export async function listHistory(db: Db, orderIds: readonly number[]): Promise<HistoryEntry[]> {
  const { rows } = await sql<HistoryEntry>`
    SELECT order_id AS "orderId", status, actor_id AS "actorId", at
      FROM orders.history WHERE order_id = ANY (${orderIds}) ORDER BY id`.execute(db)
  return rows
}
