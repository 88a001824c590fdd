// What shipping reads of orders.
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { LineStatus, OrderStatus } from './contract.ts'
import type { SealedRecipient } from './sql-read.ts'

export interface ShippableRow {
  orderId: number
  buyerId: number
  status: OrderStatus
  /** Some of it was taken back before. */
  canceled: boolean
  returned: boolean
  /** Of which something is left, in item order. */
  lines: {
    itemId: number
    quantity: number
    unitPrice: number
    status: LineStatus | null
    /** Units in cancels or returns that are not done. */
    openUnits: number
    /** Seconds since the line's last move; null where it has none of its own. */
    sinceSeconds: number | null
  }[]
}

/** In the order of their ids. */
export async function readShippable(db: Db, orderIds: readonly number[]): Promise<ShippableRow[]> {
  const { rows } = await sql<ShippableRow>`
    SELECT o.id AS "orderId", o.buyer_id AS "buyerId", o.status,
           EXISTS (SELECT 1 FROM orders.reversal r WHERE r.order_id = o.id AND r.kind = 'CANCEL' AND r.status = 'DONE') AS canceled,
           EXISTS (SELECT 1 FROM orders.reversal r WHERE r.order_id = o.id AND r.kind = 'RETURN' AND r.status = 'DONE') AS returned,
           coalesce((SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity, 'unitPrice', l.unit_price,
                       'status', l.status, 'openUnits', coalesce(t.units, 0),
                       'sinceSeconds', extract(epoch FROM clock_timestamp() - l.status_since)) ORDER BY l.item_id)
              FROM orders.line l
              LEFT JOIN (SELECT rl.item_id, sum(rl.quantity)::integer AS units
                           FROM orders.reversal r JOIN orders.reversal_line rl ON rl.reversal_id = r.id
                          WHERE r.order_id = o.id AND r.status <> 'DONE' GROUP BY rl.item_id) t ON t.item_id = l.item_id
             WHERE l.order_id = o.id AND l.quantity > 0), '[]') AS lines
      FROM orders.orders o WHERE o.id = ANY (${orderIds}) ORDER BY o.id`.execute(db)
  return rows
}

export async function listRecipients(
  db: Db,
  orderIds: readonly number[],
): Promise<(SealedRecipient & { orderId: number })[]> {
  const { rows } = await sql<SealedRecipient & { orderId: number }>`
    SELECT order_id AS "orderId", name, phone_number AS "phoneNumber", address
      FROM orders.recipient WHERE order_id = ANY (${orderIds})`.execute(db)
  return rows
}
