// What payment reads and writes of orders. Orders are locked in the order of their ids.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { StockChange } from '../stock/contract.ts'
import type { OrderStatus, PayableOrder } from './contract.ts'

export async function lockOrders(tx: Tx, orderIds: readonly number[]): Promise<void> {
  await sql`SELECT 1 FROM orders.orders WHERE id = ANY (${orderIds}) ORDER BY id FOR NO KEY UPDATE`.execute(
    tx,
  )
}

const whole = sql`id, buyer_id, status, total_price, pay_by, paying, hidden_at, sale_item_id`
/** Of the columns above. */
const payable = sql`o.id AS "orderId", o.buyer_id AS "buyerId", o.status, o.total_price AS "totalPriceKrw", o.pay_by AS "payBy",
  extract(epoch FROM o.pay_by - clock_timestamp())::float8 AS "secondsLeft", o.pay_by <= clock_timestamp() AS "isLate",
  o.paying IS NOT DISTINCT FROM 'CHECKING' AS "isChecking", o.hidden_at IS NOT NULL AS "isHidden",
  o.sale_item_id > 0 AS "isLimited", l.first AS "firstItemId", l.count AS "lineCount"`
const lines = sql`JOIN LATERAL (SELECT min(item_id) AS first, count(*)::integer AS count FROM orders.line
                WHERE order_id = o.id AND quantity > 0) l ON true`

/**
 * A locked row is read as it is after the wait for its lock. Its lines are as old as the statement: they only name the order to its buyer.
 */
export async function lockPayable(tx: Tx, orderIds: readonly number[]): Promise<PayableOrder[]> {
  const { rows } = await sql<PayableOrder>`
    WITH locked AS MATERIALIZED (
      SELECT ${whole} FROM orders.orders WHERE id = ANY (${orderIds}) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT ${payable} FROM locked o ${lines}`.execute(tx)
  return rows
}

export async function readPayable(db: Db, orderIds: readonly number[]): Promise<PayableOrder[]> {
  const { rows } = await sql<PayableOrder>`
    SELECT ${payable} FROM orders.orders o ${lines} WHERE o.id = ANY (${orderIds})`.execute(db)
  return rows
}

/**
 * A condition on the state beside the ids, kept from the planner: it would read the whole index of unpaid orders for it, with all that were
 * paid since the last vacuum, for each batch.
 */
const state = sql`status || ''`

/** Where less than half of `seconds` is left, once for each order. */
export async function extendHolds(
  tx: Tx,
  orderIds: readonly number[],
  seconds: number,
): Promise<{ orderId: number; payBy: Date }[]> {
  const { rows } = await sql<{ orderId: number; payBy: Date }>`
    UPDATE orders.orders SET pay_by = clock_timestamp() + make_interval(secs => ${seconds}), hold_extended = true
     WHERE id = ANY (${orderIds}) AND ${state} = 'CREATED' AND NOT hold_extended
       AND pay_by < clock_timestamp() + make_interval(secs => ${seconds} / 2.0)
    RETURNING id AS "orderId", pay_by AS "payBy"`.execute(tx)
  return rows
}

/** How many were unpaid, and are marked now. */
export async function updatePaying(
  tx: Tx,
  orderIds: readonly number[],
  paying: 'CHECKING' | 'REFUSED',
): Promise<number> {
  const { numAffectedRows } = await sql`
    UPDATE orders.orders SET paying = ${paying} WHERE id = ANY (${orderIds}) AND ${state} = 'CREATED'`.execute(
    tx,
  )
  return Number(numAffectedRows ?? 0)
}

/** Those that were in one of the states `from`, with their buyers. Their history has the move. */
export async function moveOrders(
  tx: Tx,
  move: {
    orderIds: readonly number[]
    from: readonly OrderStatus[]
    to: OrderStatus
    actorId: number | null
  },
): Promise<{ orderId: number; buyerId: number }[]> {
  const { rows } = await sql<{ orderId: number; buyerId: number }>`
    WITH moved AS (
      UPDATE orders.orders SET status = ${move.to}, paying = NULL
       WHERE id = ANY (${move.orderIds}) AND ${state} = ANY (${move.from}::text[])
      RETURNING id, buyer_id
    ), kept AS (
      INSERT INTO orders.history (order_id, status, actor_id)
      SELECT id, ${move.to}, ${move.actorId}::bigint FROM moved
    )
    SELECT id AS "orderId", buyer_id AS "buyerId" FROM moved`.execute(tx)
  return rows
}

/** Units of a locked order that has lost its own; none where there are not enough, or its buyer has others by now. */
export async function takeUnitsAgain(tx: Tx, orderId: number): Promise<StockChange[]> {
  const { rows } = await sql<StockChange>`
    SELECT item_id AS "itemId", version, available FROM orders.take_units_again(${orderId})`.execute(tx)
  return rows
}
