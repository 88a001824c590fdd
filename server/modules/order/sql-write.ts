// What is written of orders outside the sale: normal orders, and what happens to an order that is there.
import { sql } from 'kysely'
import type { Tx } from '../../platform/db.ts'
import type { StockChange } from '../stock/contract.ts'
import type { OrderStatus } from './contract.ts'
import { findOrder, type OrderRow, type SealedRecipient } from './sql-read.ts'

export interface NewOrder {
  buyerId: number
  key: string
  lines: readonly { itemId: number; quantity: number; unitPriceKrw: number }[]
  holdSeconds: number
  createdAt: Date
}

/** Breaks orders_one_per_key where an equal request was faster. */
export async function insertNormalOrder(tx: Tx, order: NewOrder): Promise<number> {
  const itemIds = order.lines.map((line) => line.itemId)
  const quantities = order.lines.map((line) => line.quantity)
  const prices = order.lines.map((line) => line.unitPriceKrw)
  const units = quantities.reduce((sum, quantity) => sum + quantity, 0)
  const total = order.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceKrw, 0)
  const { rows } = await sql<{ id: number }>`
    WITH fresh AS (
      INSERT INTO orders.orders (id, buyer_id, sale_item_id, idem_key, quantity, total_price, status, sale_sequence,
                                 commit_no, created_at, hold_seconds, pay_by)
      VALUES (nextval('orders.order_id'), ${order.buyerId}, 0, ${order.key}, ${units}, ${total}, 'CREATED', 0, 0,
              ${order.createdAt}, ${order.holdSeconds}, ${order.createdAt}::timestamptz + make_interval(secs => ${order.holdSeconds}))
      RETURNING id
    ), fresh_line AS (
      INSERT INTO orders.line (order_id, item_id, quantity, unit_price)
      SELECT fresh.id, l.item_id, l.quantity, l.price
        FROM fresh, unnest(${itemIds}::bigint[], ${quantities}::integer[], ${prices}::integer[]) AS l(item_id, quantity, price)
    )
    SELECT id FROM fresh`.execute(tx)
  return rows[0]!.id
}

/** In place of one that is there. */
export async function saveRecipient(tx: Tx, orderId: number, sealed: SealedRecipient): Promise<void> {
  await sql`
    INSERT INTO orders.recipient AS r (order_id, name, phone_number, address)
    VALUES (${orderId}, ${sealed.name}, ${sealed.phoneNumber}, ${sealed.address})
    ON CONFLICT (order_id) DO UPDATE
       SET name = excluded.name, phone_number = excluded.phone_number, address = excluded.address`.execute(tx)
}

export interface LockedOrder extends OrderRow {
  /** Its time to be paid is over, by the database's clock. */
  isLate: boolean
}

/** Waits for whoever has the order locked, and reads it after the wait; its owner and state are checked by the caller. */
export async function lockOrder(tx: Tx, orderId: number): Promise<LockedOrder | undefined> {
  await sql`SELECT 1 FROM orders.orders WHERE id = ${orderId} FOR NO KEY UPDATE`.execute(tx)
  const order = await findOrder(tx, orderId)
  if (order === undefined) return undefined
  const { rows } = await sql<{
    isLate: boolean
  }>`SELECT ${order.payBy} <= clock_timestamp() AS "isLate"`.execute(tx)
  return { ...order, isLate: rows[0]?.isLate === true }
}

/** Ends a locked order and gives its units back; its stock rows are locked last. */
export async function endOrder(
  tx: Tx,
  end: { orderId: number; status: OrderStatus; reason: 'CANCELED' | 'RETURNED'; actorId: number },
): Promise<StockChange[]> {
  await sql`
    WITH ended AS (UPDATE orders.orders SET status = ${end.status} WHERE id = ${end.orderId} RETURNING id)
    INSERT INTO orders.history (order_id, status, actor_id)
    SELECT id, ${end.status}, ${end.actorId}::bigint FROM ended`.execute(tx)
  const { rows } = await sql<StockChange>`
    SELECT item_id AS "itemId", version, available
      FROM orders.give_back_units(ARRAY[${end.orderId}::bigint], ${end.reason}, ${end.actorId})`.execute(tx)
  return rows
}

export interface NewQuantities {
  orderId: number
  /** Of lines that change. */
  lines: readonly { itemId: number; quantity: number }[]
  /** Of the whole order then. */
  quantity: number
  totalPriceKrw: number
}

/** Of a locked order. What was asked for first is kept beside. */
export async function updateQuantities(tx: Tx, change: NewQuantities): Promise<void> {
  const itemIds = change.lines.map((line) => line.itemId)
  const quantities = change.lines.map((line) => line.quantity)
  await sql`
    WITH changed AS (
      UPDATE orders.line l
         SET quantity = t.quantity, asked_quantity = coalesce(l.asked_quantity, l.quantity)
        FROM unnest(${itemIds}::bigint[], ${quantities}::integer[]) AS t(item_id, quantity)
       WHERE l.order_id = ${change.orderId} AND l.item_id = t.item_id
    )
    UPDATE orders.orders
       SET quantity = ${change.quantity}, total_price = ${change.totalPriceKrw},
           asked_quantity = coalesce(asked_quantity, quantity)
     WHERE id = ${change.orderId}`.execute(tx)
}

/** Of a locked order. */
export async function hideOrder(tx: Tx, orderId: number): Promise<void> {
  await sql`UPDATE orders.orders SET hidden_at = clock_timestamp() WHERE id = ${orderId}`.execute(tx)
}
