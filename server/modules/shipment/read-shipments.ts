// What sellers, buyers and administrators see of shipments.
import type { Caller } from '../../platform/auth.ts'
import { toSeoulIso } from '../../platform/clock.ts'
import { decodeCursor, limitOf, toCursorPage, type CursorPage } from '../../platform/cursor.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { requireOwner } from '../../platform/ownership.ts'
import type { OrderShipping, Recipient } from '../order/contract.ts'
import type { BuyerShipment, Direction, SellerShipment, ShipmentDetail, ShipmentStatus } from './contract.ts'
import {
  findShipment,
  listHistory,
  listOfBuyer,
  listOfOrder,
  listOfSeller,
  type ShipmentRow,
} from './sql-read.ts'

export interface ReadDeps {
  database: Database
  orders: Pick<OrderShipping, 'lockShippable' | 'readRecipients'>
}

/** A seller's own, newest first. */
export async function listOwn(
  deps: ReadDeps,
  { userId }: Caller,
  query: { status?: ShipmentStatus; direction?: Direction; cursor?: string; limit?: number },
): Promise<CursorPage<SellerShipment>> {
  const { status, direction, cursor } = query
  const limit = limitOf(query)
  const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, ['integer'])
  const wanted = { sellerId: userId, status, direction, beforeId, limit: limit + 1 }
  const rows = await listOfSeller(deps.database.db, wanted)
  const { content, next } = toCursorPage(rows, limit, ({ shipmentId }) => [shipmentId])
  const recipients = await readRecipients(deps, userId, content)
  return { content: content.map((row) => forSeller(row, recipients)), next }
}

/** For its seller and administrators. */
export async function readOne(deps: ReadDeps, caller: Caller, shipmentId: number): Promise<ShipmentDetail> {
  const { db } = deps.database
  const row = await findShipment(db, shipmentId)
  if (row === undefined) throw new AppError('NOT_FOUND_SHIPMENT')
  requireOwner(caller, row.sellerId)
  const [recipients, history] = await Promise.all([
    readRecipients(deps, caller.userId, [row]),
    listHistory(db, shipmentId),
  ])
  return {
    ...forSeller(row, recipients),
    history: history.map((entry) => ({ ...entry, at: toSeoulIso(entry.at) })),
  }
}

/** A thousand sellers may send one order, and much of it may come back. */
const OF_ORDER_MAX = 2_000

/** For its buyer and administrators, newest first. */
export async function listForOrder(
  deps: ReadDeps,
  caller: Caller,
  orderId: number,
): Promise<BuyerShipment[]> {
  const rows = await listOfOrder(deps.database.db, orderId, OF_ORDER_MAX)
  const buyerId = rows[0]?.buyerId ?? (await findBuyer(deps, orderId))
  if (buyerId === undefined) throw new AppError('NOT_FOUND_ORDER')
  requireOwner(caller, buyerId)
  return rows.map(whereItIs)
}

/** Of an order that has no shipment, or none yet. */
async function findBuyer({ database, orders }: ReadDeps, orderId: number): Promise<number | undefined> {
  const [order] = await database.transaction((tx) => orders.lockShippable(tx, [orderId]))
  return order?.buyerId
}

export async function exportOf({ database }: Pick<ReadDeps, 'database'>, userId: number): Promise<unknown> {
  const rows = await listOfBuyer(database.db, userId)
  return rows.map((row) => ({
    orderId: row.orderId,
    ...whereItIs(row),
    createdAt: toSeoulIso(row.createdAt),
  }))
}

/** Who gets the goods is for the one who sends them, and as long as they are sent. */
async function readRecipients(
  { database, orders }: ReadDeps,
  userId: number,
  rows: readonly ShipmentRow[],
): Promise<Map<number, Recipient>> {
  const sent = rows.filter(
    (row) => row.sellerId === userId && row.direction === 'OUT' && row.status !== 'CANCELED',
  )
  if (sent.length === 0) return new Map()
  const byOrder = await orders.readRecipients(database.db, [...new Set(sent.map(({ orderId }) => orderId))])
  return new Map(
    sent.flatMap(({ shipmentId, orderId }) => {
      const recipient = byOrder.get(orderId)
      return recipient === undefined ? [] : [[shipmentId, recipient]]
    }),
  )
}

function forSeller(row: ShipmentRow, recipients: ReadonlyMap<number, Recipient>): SellerShipment {
  const recipient = recipients.get(row.shipmentId)
  return {
    ...whereItIs(row),
    orderId: row.orderId,
    createdAt: toSeoulIso(row.createdAt),
    dueAt: row.dueAt === null ? null : toSeoulIso(row.dueAt),
    ...(recipient !== undefined && { recipient }),
  }
}

function whereItIs(row: ShipmentRow): BuyerShipment {
  const { shipmentId, direction, status, since, carrier, trackingNumber, lines } = row
  return { shipmentId, direction, status, since: toSeoulIso(since), carrier, trackingNumber, lines }
}
