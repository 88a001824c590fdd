// Items as they are shown, each with its sale: one by one, and in lists that are searched, filtered and sorted.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { Sale, SaleStatus } from '../stock/contract.ts'
import { gramsOf, isExact } from './search-words.ts'

/** As of one moment of the database's clock (`serverTime`). */
export interface ShelfRow extends Sale {
  name: string
  description: string
}

export type SortName = 'newest' | 'price' | '-price' | 'openTime'

/** What a list is about; whatever is left out does not matter. */
export interface ShelfQuery {
  /** All of them are in the name or the description. */
  words: readonly string[]
  isLimited: boolean | undefined
  saleStatus: SaleStatus | undefined
  minPrice: number | undefined
  maxPrice: number | undefined
  sellerId: number | undefined
  sort: SortName
}

/** Where in a sorted list something stands: what it is sorted by, as text, and the id. */
export interface Place {
  key: string | null
  id: number
}

/** With its place in the list. */
export interface ListedRow extends ShelfRow {
  sortKey: string | null
}

type Fragment = RawBuilder<unknown>

const SHOWN = sql`s.id AS "itemId", s.seller_id AS "sellerId", s.name, s.description, s.is_limited AS "isLimited",
  s.unit_price AS "unitPriceKrw", s.total, s.available, s.version, s.sale_state AS "saleState",
  s.open_time AS "openTime", s.close_time AS "closeTime", s.limit_per_buyer AS "limitPerBuyer",
  s.hold_seconds AS "holdSeconds", statement_timestamp() AS "serverTime"`

/** In no certain order; those that are gone are left out. */
export async function findShelf(db: Db, ids: readonly number[]): Promise<ShelfRow[]> {
  const { rows } = await sql<ShelfRow>`
    SELECT ${SHOWN} FROM items.shelf s WHERE s.id = ANY (${ids}::bigint[]) AND s.deleted_at IS NULL`.execute(
    db,
  )
  return rows
}

interface Order {
  /** Whether it needs more than the item itself. */
  ofSale: boolean
  by: Fragment
  /** Text, or null. */
  key: Fragment
  after(place: Place): Fragment
}

/** Each is an index, read forwards or backwards. Ids are part of it, so that nothing stands at two places. */
const ORDERS: Readonly<Record<SortName, Order>> = {
  newest: {
    ofSale: false,
    by: sql`id DESC`,
    key: sql`NULL::text`,
    after: ({ id }) => sql`id < ${id}::bigint`,
  },
  price: {
    ofSale: true,
    by: sql`unit_price, item_id`,
    key: sql`unit_price::text`,
    after: ({ key, id }) => sql`(unit_price, item_id) > (${key}::integer, ${id}::bigint)`,
  },
  '-price': {
    ofSale: true,
    by: sql`unit_price DESC, item_id DESC`,
    key: sql`unit_price::text`,
    after: ({ key, id }) => sql`(unit_price, item_id) < (${key}::integer, ${id}::bigint)`,
  },
  openTime: {
    ofSale: true,
    by: sql`opens_at, item_id`,
    key: sql`to_char(open_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    after: ({ key, id }) =>
      sql`(opens_at, item_id) > (coalesce(${key}::timestamptz, 'infinity'), ${id}::bigint)`,
  },
}

const NOW = sql`statement_timestamp()`
const IS_OVER = sql`(sale_state = 'CLOSED' OR coalesce(close_time <= ${NOW}, false))`
const IS_RUNNING = sql`(sale_state = 'RUNNING' AND (close_time IS NULL OR close_time > ${NOW}))`

/** As `saleStatusOf` says it of one sale. */
const OF_STATUS: Readonly<Record<SaleStatus, Fragment>> = {
  SCHEDULED: sql`${IS_RUNNING} AND opens_at > ${NOW}`,
  OPEN: sql`${IS_RUNNING} AND opens_at <= ${NOW} AND available > 0`,
  PAUSED: sql`sale_state = 'PAUSED' AND NOT ${IS_OVER}`,
  SOLD_OUT: sql`${IS_RUNNING} AND opens_at <= ${NOW} AND available = 0`,
  CLOSED: IS_OVER,
}

/** The first rows after a place, or after so many others. */
export async function listShelf(
  db: Db,
  query: ShelfQuery,
  part: { after?: Place | undefined; offset: number; limit: number },
): Promise<ListedRow[]> {
  const { by, key, after } = ORDERS[query.sort]
  const conditions = [...conditionsOf(query), ...(part.after === undefined ? [] : [after(part.after)])]
  const { rows } = await sql<ListedRow>`
    WITH page AS (
      SELECT id, ${key} AS sort_key FROM ${sourceOf(query)} WHERE ${all(conditions)}
       ORDER BY ${by} LIMIT ${part.limit} OFFSET ${part.offset}
    )
    SELECT ${SHOWN}, page.sort_key AS "sortKey" FROM page JOIN items.shelf s USING (id) ORDER BY ${by}`.execute(
    db,
  )
  return rows
}

export async function countShelf(db: Db, query: ShelfQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${sourceOf(query)} WHERE ${all(conditionsOf(query))}`.execute(db)
  return rows[0]!.count
}

/** Each `every`-th place of the whole list. */
export async function markShelf(db: Db, query: ShelfQuery, every: number): Promise<Place[]> {
  const { by, key } = ORDERS[query.sort]
  const { rows } = await sql<Place>`
    SELECT key, id FROM (
      SELECT id, ${key} AS key, row_number() OVER (ORDER BY ${by}) AS number
        FROM ${sourceOf(query)} WHERE ${all(conditionsOf(query))}
    ) AS numbered WHERE number % ${every}::integer = 0 ORDER BY number`.execute(db)
  return rows
}

/** Changes with whatever decides which items a list holds, and where – but for units, states of sales and the time. */
export async function readCatalogueVersion(db: Db): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    SELECT coalesce(sum(changes), 0)::bigint AS version FROM items.catalogue`.execute(db)
  return rows[0]!.version
}

const all = (conditions: readonly Fragment[]): Fragment => sql.join([...conditions], sql` AND `)

/** Sales are looked at only where the list is about them: without, the items' own indexes tell all. */
function sourceOf({ saleStatus, minPrice, maxPrice, sort }: ShelfQuery): Fragment {
  const isOfSale =
    ORDERS[sort].ofSale || saleStatus !== undefined || minPrice !== undefined || maxPrice !== undefined
  return isOfSale ? sql`items.shelf` : sql`items.item`
}

function conditionsOf({ words, isLimited, saleStatus, ...query }: ShelfQuery): Fragment[] {
  const { minPrice, maxPrice, sellerId } = query
  const isLimitedOnly = isLimited ?? (saleStatus === undefined ? undefined : true)
  const text = sql`lower((name || E'\n' || description) COLLATE "C")`
  return [
    sql`deleted_at IS NULL`,
    ...(isLimitedOnly === undefined ? [] : [isLimitedOnly ? sql`is_limited` : sql`NOT is_limited`]),
    ...(saleStatus === undefined ? [] : [sql`is_limited`, OF_STATUS[saleStatus]]),
    ...(minPrice === undefined ? [] : [sql`unit_price >= ${minPrice}::integer`]),
    ...(maxPrice === undefined ? [] : [sql`unit_price <= ${maxPrice}::integer`]),
    ...(sellerId === undefined ? [] : [sql`seller_id = ${sellerId}::bigint`]),
    ...(words.length === 0 ? [] : [sql`grams @> ${words.flatMap(gramsOf)}::integer[]`]),
    ...words.filter((word) => !isExact(word)).map((word) => sql`strpos(${text}, ${word}) > 0`),
  ]
}
