// New orders, and those whose time is nearly over, for mails: read beside the sale, in slices, and once each.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

export interface NoticedOrder {
  orderId: number
  buyerId: number
  payBy: Date
  createdAt: Date
}

/** How far orders have been looked at; held by one process at a time: undefined while another one has it. */
export async function lockFollow(tx: Tx, name: string): Promise<Date | undefined> {
  await sql`
    INSERT INTO orders.follow (name, at) VALUES (${name}, clock_timestamp()) ON CONFLICT DO NOTHING`.execute(
    tx,
  )
  const { rows } = await sql<{ at: Date }>`
    SELECT at FROM orders.follow WHERE name = ${name} FOR UPDATE SKIP LOCKED`.execute(tx)
  return rows[0]?.at
}

export async function updateFollow(tx: Tx, name: string, at: Date): Promise<void> {
  await sql`UPDATE orders.follow SET at = least(${at}::timestamptz, clock_timestamp()) WHERE name = ${name}`.execute(
    tx,
  )
}

/**
 * Orders of the second after `from` that nobody was told of, oldest first, and are noted as told. An order says when it was decided and
 * is seen once it is committed: what is up to `lateSeconds` older is looked at again.
 */
export async function noteNewOrders(
  tx: Tx,
  slice: { from: Date; seconds: number; lateSeconds: number; rowsMax: number },
): Promise<NoticedOrder[]> {
  const { rows } = await sql<NoticedOrder>`
    WITH fresh AS (
      SELECT o.id, o.buyer_id, o.pay_by, o.created_at FROM orders.orders o
       WHERE o.created_at > ${slice.from}::timestamptz - make_interval(secs => ${slice.lateSeconds})
         AND o.created_at <= ${slice.from}::timestamptz + make_interval(secs => ${slice.seconds})
         AND NOT EXISTS (SELECT 1 FROM orders.notice n WHERE n.order_id = o.id AND n.kind = 'placed')
       ORDER BY o.created_at LIMIT ${slice.rowsMax}
    ), noted AS (
      INSERT INTO orders.notice (order_id, kind) SELECT id, 'placed' FROM fresh ON CONFLICT DO NOTHING RETURNING order_id
    )
    SELECT f.id AS "orderId", f.buyer_id AS "buyerId", f.pay_by AS "payBy", f.created_at AS "createdAt"
      FROM fresh f JOIN noted n ON n.order_id = f.id ORDER BY f.created_at`.execute(tx)
  return rows
}

/** Unpaid orders whose long hold ends within `seconds`, noted as told. */
export async function noteEndingHolds(
  tx: Tx,
  bounds: { seconds: number; holdSecondsMin: number; rowsMax: number },
): Promise<NoticedOrder[]> {
  const { rows } = await sql<NoticedOrder>`
    WITH ending AS (
      SELECT o.id, o.buyer_id, o.pay_by, o.created_at FROM orders.orders o
       WHERE o.status = 'CREATED' AND o.pay_by > clock_timestamp()
         AND o.pay_by <= clock_timestamp() + make_interval(secs => ${bounds.seconds})
         AND o.hold_seconds >= ${bounds.holdSecondsMin} AND o.paying IS DISTINCT FROM 'CHECKING'
         AND NOT EXISTS (SELECT 1 FROM orders.notice n WHERE n.order_id = o.id AND n.kind = 'hold_ending')
       ORDER BY o.pay_by LIMIT ${bounds.rowsMax}
    ), noted AS (
      INSERT INTO orders.notice (order_id, kind) SELECT id, 'hold_ending' FROM ending ON CONFLICT DO NOTHING RETURNING order_id
    )
    SELECT e.id AS "orderId", e.buyer_id AS "buyerId", e.pay_by AS "payBy", e.created_at AS "createdAt"
      FROM ending e JOIN noted n ON n.order_id = e.id`.execute(tx)
  return rows
}

/** Long after nobody would look at these orders again; at most `rowsMax`. */
export async function forgetNotices(db: Db, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM orders.notice WHERE (order_id, kind) IN (
      SELECT order_id, kind FROM orders.notice WHERE at < clock_timestamp() - interval '2 days'
       LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
