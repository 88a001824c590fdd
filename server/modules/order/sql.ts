// Statements of the sale: its batch, which runs on the writer's own connection, and what goes on beside it, on the pool.
import { sql } from 'kysely'
import type pg from 'pg'
import type { Db } from '../../platform/db.ts'
import type { Claim, SaleFlag, StockChange } from '../stock/contract.ts'
import type { PlaceOutcome, PlaceRefusal } from './contract.ts'

/** In the order of the constants in orders.place_limited_orders. */
const PLACE_OUTCOMES = [
  'placed',
  'replay',
  'key_reused',
  'no_item',
  'not_limited',
  'not_open',
  'closed',
  'paused',
  'sold_out',
  'limit_reached',
  'price_changed',
] as const

export interface NumberedClaim {
  claim: Claim
  /** 0: no gate numbered it. */
  sequence: number
}

interface PlaceRow {
  outcome: number[]
  order_id: number[]
  sale_sequence: number[]
  unit_price: number[]
  created_ms: number[]
  hold: number[]
  stock_item: number[] | null
  stock_version: number[] | null
  stock_available: number[] | null
}

const PLACE_COLUMNS =
  'outcome, order_id, sale_sequence, unit_price, created_ms, hold, stock_item, stock_version, stock_available'

export interface Placed {
  /** In the order of the batch. */
  outcomes: PlaceOutcome[]
  changes: StockChange[]
}

/** Decides and writes a batch in gate order: one call, one round trip, one commit. Outcomes stand in the order of `batch`. */
export async function placeLimitedOrders(
  client: pg.Client,
  batch: readonly NumberedClaim[],
): Promise<Placed> {
  const { rows } = await client.query<PlaceRow>({
    name: 'place_limited_orders',
    text: `SELECT ${PLACE_COLUMNS} FROM orders.place_limited_orders($1, $2, $3, $4, $5, $6)`,
    values: [
      literal(batch, (row) => row.claim.itemId),
      literal(batch, (row) => row.claim.buyerId),
      literal(batch, (row) => quoted(row.claim.key)),
      literal(batch, (row) => row.claim.quantity),
      literal(batch, (row) => row.claim.priceKrw ?? 'NULL'),
      literal(batch, (row) => row.sequence),
    ],
  })
  const row = rows[0]
  if (row?.outcome.length !== batch.length)
    throw new Error('place_limited_orders did not answer for every request')
  return { outcomes: row.outcome.map((_, i) => toOutcome(row, i)), changes: toChanges(row) }
}

/** Array literals are made by hand: the driver's general way costs more than the rest of the call. */
function literal(batch: readonly NumberedClaim[], element: (row: NumberedClaim) => string | number): string {
  let text = '{'
  for (let i = 0; i < batch.length; i++) text += (i === 0 ? '' : ',') + element(batch[i]!)
  return text + '}'
}

function quoted(key: string): string {
  return `"${/["\\]/.test(key) ? key.replaceAll(/["\\]/g, String.raw`\$&`) : key}"`
}

function toOutcome(row: PlaceRow, i: number): PlaceOutcome {
  const outcome = PLACE_OUTCOMES[row.outcome[i]!]!
  if (outcome !== 'placed' && outcome !== 'replay') return refusals[outcome]
  return {
    outcome,
    order: {
      orderId: row.order_id[i]!,
      saleSequence: row.sale_sequence[i]!,
      unitPriceKrw: row.unit_price[i]!,
      createdMs: row.created_ms[i]!,
      holdSeconds: row.hold[i]!,
    },
  }
}

const refusals = Object.fromEntries(
  PLACE_OUTCOMES.slice(2).map((outcome) => [outcome, { outcome }]),
) as Record<PlaceRefusal, { outcome: PlaceRefusal }>

function toChanges(row: PlaceRow): StockChange[] {
  return (row.stock_item ?? []).map((itemId, i) => ({
    itemId,
    version: row.stock_version![i]!,
    available: row.stock_available![i]!,
  }))
}

/** A backend of PostgreSQL, told apart from a later one with the same process id. */
export interface Backend {
  pid: number
  /** Microseconds since the epoch. */
  startedAt: number
}

const startedAt = '(extract(epoch FROM backend_start) * 1000000)::bigint'

export async function readBackend(client: pg.Client): Promise<Backend> {
  const { rows } = await client.query<Backend>(
    `SELECT pid, ${startedAt} AS "startedAt" FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  )
  return rows[0]!
}

/** Ends the backend where it still is. True once it is known to be gone: whatever it did not commit, it never will. */
export async function endBackend(db: Db, backend: Backend): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
     WHERE pid = ${backend.pid} AND ${sql.raw(startedAt)} = ${backend.startedAt}`.execute(db)
  return rows.length === 0
}

/** True where it has ended by itself. */
export async function isBackendGone(db: Db, backend: Backend): Promise<boolean> {
  const { rows } = await sql<{ pid: number }>`SELECT pid FROM pg_stat_activity
     WHERE pid = ${backend.pid} AND ${sql.raw(startedAt)} = ${backend.startedAt}`.execute(db)
  return rows.length === 0
}

const FLAG_BUYERS_MAX = 200_000

/** In one statement, thus as of one version: what is left, and who has an order of the item in any state. */
export async function readSaleFlag(db: Db, itemId: number): Promise<SaleFlag | undefined> {
  const { rows } = await sql<{ version: number; available: number; buyers: number[] | null }>`
    SELECT version, available, buyers FROM orders.read_sale_flag(${itemId}, ${FLAG_BUYERS_MAX + 1})`.execute(
    db,
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const buyers = row.buyers ?? []
  return {
    version: row.version,
    available: row.available,
    buyers: buyers.length > FLAG_BUYERS_MAX ? undefined : new Set(buyers),
  }
}

/** Units in unpaid orders of limited items. Items without any are left out. */
export async function sumHeldUnits(
  db: Db,
  itemIds: readonly number[],
): Promise<{ itemId: number; units: number }[]> {
  const { rows } = await sql<{ itemId: number; units: number }>`
    SELECT sale_item_id AS "itemId", sum(quantity)::bigint AS units FROM orders.orders
     WHERE status = 'CREATED' AND sale_item_id = ANY (${itemIds}) GROUP BY sale_item_id`.execute(db)
  return rows
}

interface Expired {
  expired: number
  changes: StockChange[]
}

/** Fails with 55P03 where a stock row is held locked by someone else. */
export async function expireDueOrders(db: Db, rowsMax: number): Promise<Expired> {
  const { rows } = await sql<StockChange & { expired: number }>`
    SELECT expired, item_id AS "itemId", version, available FROM orders.expire_due_orders(${rowsMax})`.execute(
    db,
  )
  return toExpired(rows)
}

/** The same for the orders of one sale; 0: normal orders. */
export async function expireDueOrdersOf(db: Db, saleItemId: number, rowsMax: number): Promise<Expired> {
  const { rows } = await sql<StockChange & { expired: number }>`
    SELECT expired, item_id AS "itemId", version, available
      FROM orders.expire_due_orders_of(${saleItemId}, ${rowsMax})`.execute(db)
  return toExpired(rows)
}

function toExpired(rows: readonly (StockChange & { expired: number })[]): Expired {
  return {
    expired: rows[0]?.expired ?? 0,
    changes: rows.map(({ itemId, version, available }) => ({ itemId, version, available })),
  }
}

/** Sales with unpaid orders whose time is over. */
export async function listDueSales(db: Db, limit: number): Promise<number[]> {
  const { rows } = await sql<{ saleItemId: number }>`
    SELECT DISTINCT sale_item_id AS "saleItemId" FROM orders.orders
     WHERE status = 'CREATED' AND pay_by <= clock_timestamp() LIMIT ${limit}`.execute(db)
  return rows.map(({ saleItemId }) => saleItemId)
}
