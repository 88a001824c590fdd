// Every statement that changes shipments. Their order is locked by the caller, so what is read here does not change meanwhile.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { Direction, Parcel, ShipmentLine, ShipmentStatus } from './contract.ts'

export interface LockedShipment {
  shipmentId: number
  orderId: number
  sellerId: number
  buyerId: number
  direction: Direction
  reversalId: number | null
  status: ShipmentStatus
  carrier: string | null
  trackingNumber: string | null
  /** Of which something is left, in item order. */
  lines: ShipmentLine[]
}

const lockable = sql`s.id AS "shipmentId", s.order_id AS "orderId", s.seller_id AS "sellerId", s.buyer_id AS "buyerId",
  s.direction, s.reversal_id AS "reversalId", s.status, s.carrier, s.tracking_number AS "trackingNumber",
  coalesce((SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity) ORDER BY l.item_id)
     FROM shipments.line l WHERE l.shipment_id = s.id AND l.quantity > 0), '[]') AS lines`

async function lock(
  tx: Tx,
  which: RawBuilder<unknown>,
  held: RawBuilder<unknown>,
): Promise<LockedShipment[]> {
  const { rows } = await sql<LockedShipment>`
    SELECT ${lockable} FROM shipments.shipment s WHERE ${which} ORDER BY s.id FOR NO KEY UPDATE OF s ${held}`.execute(
    tx,
  )
  return rows
}

export async function lockShipment(tx: Tx, shipmentId: number): Promise<LockedShipment | undefined> {
  return (await lock(tx, sql`s.id = ${shipmentId}`, sql``))[0]
}

/** What goes out for an order. */
export function lockOutOf(tx: Tx, orderId: number): Promise<LockedShipment[]> {
  return lock(tx, sql`s.order_id = ${orderId} AND s.direction = 'OUT'`, sql``)
}

/** Those that are still due, and that nobody else has in hand. */
export function lockDue(tx: Tx, shipmentIds: readonly number[], at: Date): Promise<LockedShipment[]> {
  return lock(tx, sql`s.id = ANY (${shipmentIds}::bigint[]) AND s.due_at <= ${at}`, sql`SKIP LOCKED`)
}

/** For what follows in `tx`: who waits longer for a lock fails, so that one order that is held does not stop the rest. */
export async function boundWaits(tx: Tx, ms: number): Promise<void> {
  await sql`SELECT set_config('lock_timeout', ${String(ms)}, true)`.execute(tx)
}

export interface DueShipment {
  shipmentId: number
  orderId: number
}

/** The longest due first. Not locked. */
export async function listDue(db: Db, { at, limit }: { at: Date; limit: number }): Promise<DueShipment[]> {
  const { rows } = await sql<DueShipment>`
    SELECT id AS "shipmentId", order_id AS "orderId" FROM shipments.shipment
     WHERE due_at <= ${at} ORDER BY due_at LIMIT ${limit}`.execute(db)
  return rows
}

/** Only those that are still due at `at`. */
export async function postpone(
  db: Db,
  shipmentIds: readonly number[],
  { at, until }: { at: Date; until: Date },
): Promise<void> {
  await sql`
    UPDATE shipments.shipment SET due_at = ${until}
     WHERE id = ANY (${shipmentIds}::bigint[]) AND due_at <= ${at}`.execute(db)
}

export interface ShipmentMove {
  shipmentId: number
  to: ShipmentStatus
  dueAt: Date | null
  parcel: Parcel | undefined
}

export async function updateShipments(tx: Tx, moves: readonly ShipmentMove[], at: Date): Promise<void> {
  const ids = moves.map((move) => move.shipmentId)
  const statuses = moves.map((move) => move.to)
  const dues = moves.map((move) => move.dueAt)
  const carriers = moves.map((move) => move.parcel?.carrier ?? null)
  const numbers = moves.map((move) => move.parcel?.trackingNumber ?? null)
  await sql`
    UPDATE shipments.shipment s
       SET status = t.status, since = ${at}, due_at = t.due_at, carrier = coalesce(t.carrier, s.carrier),
           tracking_number = coalesce(t.tracking_number, s.tracking_number)
      FROM unnest(${ids}::bigint[], ${statuses}::text[], ${dues}::timestamptz[], ${carriers}::text[], ${numbers}::text[])
             AS t(id, status, due_at, carrier, tracking_number)
     WHERE s.id = t.id`.execute(tx)
}

export async function updateParcel(
  tx: Tx,
  shipmentId: number,
  { carrier, trackingNumber }: Parcel,
): Promise<void> {
  await sql`
    UPDATE shipments.shipment SET carrier = ${carrier}, tracking_number = ${trackingNumber}
     WHERE id = ${shipmentId}`.execute(tx)
}

export interface HistoryMove {
  shipmentId: number
  from: ShipmentStatus
  to: ShipmentStatus
}

/** In the order given. */
export async function insertHistory(
  tx: Tx,
  moves: readonly HistoryMove[],
  { at, actorId }: { at: Date; actorId: number | null },
): Promise<void> {
  const ids = moves.map((move) => move.shipmentId)
  const from = moves.map((move) => move.from)
  const to = moves.map((move) => move.to)
  await sql`
    INSERT INTO shipments.history (shipment_id, at, from_status, to_status, actor_id)
    SELECT shipment_id, ${at}, from_status, to_status, ${actorId}::bigint
      FROM unnest(${ids}::bigint[], ${from}::text[], ${to}::text[]) WITH ORDINALITY
             AS t(shipment_id, from_status, to_status, n) ORDER BY n`.execute(tx)
}

/** Takes units out. Fewer than none is a fault that the table refuses. */
export async function lowerLines(
  tx: Tx,
  lines: readonly (ShipmentLine & { shipmentId: number })[],
): Promise<void> {
  const ids = lines.map((line) => line.shipmentId)
  const itemIds = lines.map((line) => line.itemId)
  const quantities = lines.map((line) => line.quantity)
  await sql`
    UPDATE shipments.line l SET quantity = l.quantity - t.quantity
      FROM unnest(${ids}::bigint[], ${itemIds}::bigint[], ${quantities}::integer[]) AS t(shipment_id, item_id, quantity)
     WHERE l.shipment_id = t.shipment_id AND l.item_id = t.item_id`.execute(tx)
}
