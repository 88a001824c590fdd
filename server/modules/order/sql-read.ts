// Orders as they are read by those they concern. What the sale reads and writes is in sql.ts.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import { LISTED_LINES_MAX } from './bodies.ts'
import { type LimitedUnits, type LineStatus, type OrderStatus } from './contract.ts'

export interface LineRow {
  itemId: number
  /** Units that count. */
  quantity: number
  /** What was asked for first, where that has changed. */
  askedQuantity: number | null
  unitPrice: number
  /** Null: as the order. */
  status: LineStatus | null
}

export interface OrderRow {
  orderId: number
  buyerId: number
  saleItemId: number
  quantity: number
  totalPriceKrw: number
  status: OrderStatus
  saleSequence: number
  createdAt: Date
  payBy: Date
  isHidden: boolean
  /** CHECKING: an attempt to pay is on its way; REFUSED: the last one was refused. */
  paying: 'CHECKING' | 'REFUSED' | null
  /** In item order. */
  lines: LineRow[]
}

export interface SealedRecipient {
  name: Buffer
  phoneNumber: Buffer
  address: Buffer
}

const head = sql`o.id AS "orderId", o.buyer_id AS "buyerId", o.sale_item_id AS "saleItemId", o.quantity,
  o.total_price AS "totalPriceKrw", o.status, o.sale_sequence AS "saleSequence", o.created_at AS "createdAt",
  o.pay_by AS "payBy", o.hidden_at IS NOT NULL AS "isHidden", o.paying`

const lines = sql`json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity, 'askedQuantity', l.asked_quantity,
  'unitPrice', l.unit_price, 'status', l.status) ORDER BY l.item_id)`

const whole = sql`${head}, (SELECT ${lines} FROM orders.line l WHERE l.order_id = o.id) AS lines`

/** The first lines of each, and how many there are. */
const listed = sql`${head},
  (SELECT ${lines} FROM (SELECT l.item_id, l.quantity, l.asked_quantity, l.unit_price, l.status
                      FROM orders.line l WHERE l.order_id = o.id ORDER BY l.item_id LIMIT ${LISTED_LINES_MAX}) l) AS lines,
  (SELECT count(*)::integer FROM orders.line l WHERE l.order_id = o.id) AS "linesCount",
  (extract(epoch FROM o.created_at) * 1000000)::bigint AS "createdMicros"`

/** Also one that its buyer has hidden. */
export async function findOrder(db: Db, orderId: number): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`SELECT ${whole} FROM orders.orders o WHERE o.id = ${orderId}`.execute(
    db,
  )
  return rows[0]
}

/** The normal order that holds this key of the buyer. */
export async function findNormalOrderByKey(
  db: Db,
  buyerId: number,
  key: string,
): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`SELECT ${whole} FROM orders.orders o
     WHERE o.buyer_id = ${buyerId} AND o.sale_item_id = 0 AND o.idem_key = ${key}`.execute(db)
  return rows[0]
}

export async function findRecipient(db: Db, orderId: number): Promise<SealedRecipient | undefined> {
  const { rows } = await sql<SealedRecipient>`
    SELECT name, phone_number AS "phoneNumber", address FROM orders.recipient WHERE order_id = ${orderId}`.execute(
    db,
  )
  return rows[0]
}

export interface ListedRow extends OrderRow {
  linesCount: number
  /** Microseconds since the epoch. */
  createdMicros: number
}

export interface OrdersQuery {
  buyerId: number
  status: OrderStatus | undefined
  /** Of this limited item. */
  saleItemId: number | undefined
}

const shown = ({ buyerId, status, saleItemId }: OrdersQuery) =>
  sql`o.buyer_id = ${buyerId} AND o.hidden_at IS NULL${status === undefined ? sql`` : sql` AND o.status = ${status}`}${
    saleItemId === undefined ? sql`` : sql` AND o.sale_item_id = ${saleItemId}`
  }`

/**
 * Newest first, without those that their buyer has hidden. `after`: older than this one. Found through orders_one_per_key and
 * sorted: 10,000 orders of one buyer take 2 ms, and no index of its own makes every order of a sale dearer.
 */
export async function listOrders(
  db: Db,
  query: OrdersQuery & {
    after?: { createdMicros: number; orderId: number } | undefined
    offset?: number
    limit: number
  },
): Promise<ListedRow[]> {
  const { after, offset = 0, limit } = query
  const older =
    after === undefined
      ? sql``
      : sql` AND (o.created_at, o.id) < ('epoch'::timestamptz + ${after.createdMicros}::bigint * interval '1 microsecond', ${after.orderId})`
  // The page is cut out first: lines are read for what is on it alone.
  const { rows } = await sql<ListedRow>`
    SELECT ${listed}
      FROM (SELECT o.id, o.buyer_id, o.sale_item_id, o.quantity, o.total_price, o.status, o.sale_sequence, o.created_at,
                   o.pay_by, o.hidden_at, o.paying
              FROM orders.orders o WHERE ${shown(query)}${older}
             ORDER BY o.created_at DESC, o.id DESC LIMIT ${limit} OFFSET ${offset}) o
     ORDER BY o.created_at DESC, o.id DESC`.execute(db)
  return rows
}

export async function countOrders(db: Db, query: OrdersQuery): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    SELECT count(*)::bigint AS total FROM orders.orders o WHERE ${shown(query)}`.execute(db)
  return rows[0]?.total ?? 0
}

/** Of a member, oldest first; also those that they have hidden. */
export async function listWholeOrders(
  db: Db,
  buyerId: number,
): Promise<(OrderRow & { hiddenAt: Date | null; recipient: SealedRecipient | null })[]> {
  const { rows } = await sql<
    OrderRow & { hiddenAt: Date | null } & Partial<Record<keyof SealedRecipient, Buffer>>
  >`SELECT ${whole}, o.hidden_at AS "hiddenAt", r.name, r.phone_number AS "phoneNumber", r.address
      FROM orders.orders o LEFT JOIN orders.recipient r ON r.order_id = o.id
     WHERE o.buyer_id = ${buyerId} ORDER BY o.created_at, o.id`.execute(db)
  return rows.map(({ name, phoneNumber, address, ...order }) => ({
    ...order,
    recipient: name && phoneNumber && address ? { name, phoneNumber, address } : null,
  }))
}

export async function hasOrdersInProgress(db: Db, buyerId: number): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM orders.orders WHERE buyer_id = ${buyerId}
       AND status IN ('CREATED', 'PAID', 'READY', 'SHIPPING', 'CANCEL_REQUESTED', 'RETURN_REQUESTED', 'PARTIALLY_READY',
                      'PARTIALLY_SHIPPING', 'PARTIALLY_SHIPPED', 'PARTIALLY_CANCELED')) AS found`.execute(db)
  return rows[0]?.found === true
}

/** What counts for the member's limits in sales that are not closed. */
export async function readOpenUnits(db: Db, buyerId: number): Promise<LimitedUnits[]> {
  const { rows } = await sql<LimitedUnits>`
    SELECT item_id AS "itemId", units FROM orders.read_open_units(${buyerId})`.execute(db)
  return rows
}

/** Adds to what was carried before. */
export async function insertCarriedUnits(
  tx: Tx,
  buyerId: number,
  units: readonly LimitedUnits[],
): Promise<void> {
  const itemIds = units.map((entry) => entry.itemId)
  const counts = units.map((entry) => entry.units)
  await sql`
    INSERT INTO orders.carried_units AS c (buyer_id, item_id, units)
    SELECT ${buyerId}, u.item_id, sum(u.units)
      FROM unnest(${itemIds}::bigint[], ${counts}::integer[]) AS u(item_id, units) GROUP BY u.item_id
    ON CONFLICT (buyer_id, item_id) DO UPDATE SET units = c.units + excluded.units`.execute(tx)
}
