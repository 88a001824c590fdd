// What shipments tell.
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { Direction, ShipmentLine, ShipmentStatus } from './contract.ts'

export interface ShipmentRow {
  shipmentId: number
  orderId: number
  sellerId: number
  buyerId: number
  direction: Direction
  status: ShipmentStatus
  since: Date
  dueAt: Date | null
  carrier: string | null
  trackingNumber: string | null
  createdAt: Date
  /** In item order. */
  lines: ShipmentLine[]
}

const whole = sql`s.id AS "shipmentId", s.order_id AS "orderId", s.seller_id AS "sellerId", s.buyer_id AS "buyerId",
  s.direction, s.status, s.since, s.due_at AS "dueAt", s.carrier, s.tracking_number AS "trackingNumber",
  s.created_at AS "createdAt",
  (SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity) ORDER BY l.item_id)
     FROM shipments.line l WHERE l.shipment_id = s.id) AS lines`

export async function findShipment(db: Db, shipmentId: number): Promise<ShipmentRow | undefined> {
  const { rows } =
    await sql<ShipmentRow>`SELECT ${whole} FROM shipments.shipment s WHERE s.id = ${shipmentId}`.execute(db)
  return rows[0]
}

export interface SellerQuery {
  sellerId: number
  status?: ShipmentStatus | undefined
  direction?: Direction | undefined
  /** Older than this one. */
  beforeId?: number | undefined
  limit: number
}

/** Newest first. */
export async function listOfSeller(db: Db, query: SellerQuery): Promise<ShipmentRow[]> {
  const { sellerId, status, direction, beforeId, limit } = query
  const conditions = [
    sql`s.seller_id = ${sellerId}`,
    ...(status === undefined ? [] : [sql`s.status = ${status}`]),
    // In the text, so that what comes back is found through the index of its own.
    ...(direction === undefined
      ? []
      : [direction === 'BACK' ? sql`s.direction = 'BACK'` : sql`s.direction = 'OUT'`]),
    ...(beforeId === undefined ? [] : [sql`s.id < ${beforeId}`]),
  ]
  const { rows } = await sql<ShipmentRow>`
    SELECT ${whole} FROM shipments.shipment s WHERE ${sql.join(conditions, sql` AND `)}
     ORDER BY s.id DESC LIMIT ${limit}`.execute(db)
  return rows
}

/** Newest first. */
export async function listOfOrder(db: Db, orderId: number, limit: number): Promise<ShipmentRow[]> {
  const { rows } = await sql<ShipmentRow>`
    SELECT ${whole} FROM shipments.shipment s WHERE s.order_id = ${orderId} ORDER BY s.id DESC LIMIT ${limit}`.execute(
    db,
  )
  return rows
}

/** Oldest first. */
export async function listOfBuyer(db: Db, buyerId: number): Promise<ShipmentRow[]> {
  const { rows } = await sql<ShipmentRow>`
    SELECT ${whole} FROM shipments.shipment s WHERE s.buyer_id = ${buyerId} ORDER BY s.id`.execute(db)
  return rows
}

export interface HistoryRow {
  status: ShipmentStatus
  at: Date
  actorId: number | null
}

/** Oldest first. */
export async function listHistory(db: Db, shipmentId: number): Promise<HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    SELECT to_status AS status, at, actor_id AS "actorId"
      FROM shipments.history WHERE shipment_id = ${shipmentId} ORDER BY id`.execute(db)
  return rows
}
