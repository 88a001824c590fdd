// New orders, and those whose time is nearly over, for mails: read beside the sale, a slice of time after the other, and told of once.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

/** A stretch of time, in microseconds since the epoch: PostgreSQL's own grain, so that no two orders fall into one. */
interface Slice {
  fromMicros: number
  untilMicros: number
}

export interface Follow {
  name: string
  /** How far before (-) or after now it reads, and how far back what is news ends. */
  untilSeconds: number
  newsSeconds: number
  sliceSeconds: number
}

const micros = (at: ReturnType<typeof sql>) => sql`(extract(epoch FROM ${at}) * 1000000)::bigint`
const instant = (atMicros: number) =>
  sql`('epoch'::timestamptz + ${atMicros}::bigint * interval '1 microsecond')`
const fromNow = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds})`

/** What is to be read next; held by one process at a time: undefined while another one has it. */
export async function lockFollow(tx: Tx, follow: Follow): Promise<(Slice & { isLast: boolean }) | undefined> {
  const { name, untilSeconds, newsSeconds, sliceSeconds } = follow
  await sql`
    INSERT INTO orders.follow (name, at) VALUES (${name}, ${fromNow(untilSeconds)}) ON CONFLICT DO NOTHING`.execute(
    tx,
  )
  const { rows } = await sql<Slice & { isLast: boolean }>`
    SELECT ${micros(sql`s.since`)} AS "fromMicros", ${micros(sql`least(s.since + s.length, s.until)`)} AS "untilMicros",
           s.since + s.length >= s.until AS "isLast"
      FROM (SELECT greatest(f.at, ${fromNow(newsSeconds)}) AS since, ${fromNow(untilSeconds)} AS until,
                   make_interval(secs => ${sliceSeconds}) AS length
              FROM orders.follow f WHERE f.name = ${name} FOR UPDATE SKIP LOCKED) s`.execute(tx)
  return rows[0]
}

export async function updateFollow(tx: Tx, name: string, atMicros: number): Promise<void> {
  await sql`UPDATE orders.follow SET at = ${instant(atMicros)} WHERE name = ${name}`.execute(tx)
}

export interface NoticedOrder {
  orderId: number
  buyerId: number
  payBy: Date
}

const READ = {
  placed: { by: sql`o.created_at`, those: sql`true` },
  // Who has had little time anyway was told by the order itself.
  hold_ending: {
    by: sql`o.pay_by`,
    those: sql`o.status = 'CREATED' AND o.hold_seconds > 120 AND o.paying IS DISTINCT FROM 'CHECKING'`,
  },
} as const

/**
 * Orders of the slice in its order, about `rowsMax`: those that nobody was told of, noted as told. `read`: all that it looked at;
 * `readMicros`: how far it has come where there are more. Those who share the last one's time are read with it.
 */
export async function noteOrders(
  tx: Tx,
  kind: keyof typeof READ,
  { fromMicros, untilMicros, rowsMax }: Slice & { rowsMax: number },
): Promise<{ orders: NoticedOrder[]; read: number; readMicros: number | undefined }> {
  const { by, those } = READ[kind]
  const { rows } = await sql<
    { count: number; readMicros: number } & (NoticedOrder | { [column in keyof NoticedOrder]: null })
  >`
    WITH found AS (
      SELECT o.id, o.buyer_id, o.pay_by, ${by} AS at FROM orders.orders o
       WHERE ${by} > ${instant(fromMicros)} AND ${by} <= ${instant(untilMicros)} AND ${those}
       ORDER BY ${by} FETCH FIRST ${rowsMax} ROWS WITH TIES
    ), noted AS (
      INSERT INTO orders.notice (order_id, kind) SELECT id, ${kind} FROM found ON CONFLICT DO NOTHING RETURNING order_id
    ), told AS (SELECT f.id, f.buyer_id, f.pay_by, f.at FROM found f JOIN noted n ON n.order_id = f.id)
    SELECT r.count, r.micros AS "readMicros", t.id AS "orderId", t.buyer_id AS "buyerId", t.pay_by AS "payBy"
      FROM (SELECT count(*) AS count, ${micros(sql`max(at)`)} AS micros FROM found) r
      LEFT JOIN told t ON true ORDER BY t.at`.execute(tx)
  const orders = rows.flatMap(({ orderId, buyerId, payBy }) =>
    orderId === null ? [] : [{ orderId, buyerId, payBy }],
  )
  const { count, readMicros } = rows[0]!
  return { orders, read: count, readMicros: count >= rowsMax ? readMicros : undefined }
}

/** Long after nobody would look at these orders again; at most `rowsMax`. */
export async function forgetNotices(db: Db, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM orders.notice WHERE (order_id, kind) IN (
      SELECT order_id, kind FROM orders.notice WHERE at < clock_timestamp() - interval '2 days'
       LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
