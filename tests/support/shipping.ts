// Shipments in the test's own process: PostgreSQL and the order module's own functions are real, the clock is the test's, and what
// is published, and asked of payment, goes into a table in the same transaction.
import { sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { createPersonalData } from '../../server/platform/crypto.ts'
import { openDatabase, pgTypes, type Database } from '../../server/platform/db.ts'
import type { Event, Events } from '../../server/platform/events.ts'
import { createFinishReversal } from '../../server/modules/order/finish-reversal.ts'
import type { OrderEvent, OrderShipping } from '../../server/modules/order/contract.ts'
import { createOrderShipping } from '../../server/modules/order/ship-orders.ts'
import type { ShipmentApi } from '../../server/modules/shipment/contract.ts'
import { createShipmentModule } from '../../server/modules/shipment/module.ts'
import { moveDue } from '../../server/modules/shipment/schedule.ts'
import { readSales } from '../../server/modules/stock/read-sales.ts'
import { newDatabase } from './postgres.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const TIMES = { readyAfterMs: 30 * MINUTE, shipAfterMs: DAY, deliverAfterMs: DAY, returnAfterMs: DAY }

interface Told {
  name: string
  data: Record<string, unknown>
}

interface NewOrder {
  buyerId?: number
  status?: string
  lines: { itemId: number; quantity: number }[]
}

export interface Shipping {
  database: Database
  pool: pg.Pool
  api: ShipmentApi
  orders: OrderShipping
  /** The test's time. */
  now(): number
  advance(ms: number): void
  /** Ids of new items, one for each of the sellers. */
  items(...sellerIds: number[]): Promise<number[]>
  /** Ids of new orders, past the shop. */
  place(orders: readonly NewOrder[]): Promise<number[]>
  /** ORDER_PAID, once for each id that is named. */
  hearPaid(orderIds: readonly number[]): Promise<void>
  /** One turn of the schedule: true where there may be more. */
  turn(orders?: Partial<OrderShipping>): Promise<boolean>
  told(): Promise<Told[]>
  rows(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

export async function startShipping(label: string, times: Partial<typeof TIMES> = {}): Promise<Shipping> {
  const made = await newDatabase(label)
  const log = pino({ level: 'silent' })
  const database = openDatabase({ url: made.url, poolMax: 8, log })
  const pool = new pg.Pool({ connectionString: made.url, max: 4, types: pgTypes })
  pool.on('error', () => undefined)
  await pool.query('CREATE TABLE public.told (id bigint GENERATED ALWAYS AS IDENTITY, name text, data jsonb)')
  let nowMs = Date.UTC(2026, 10, 25)
  const handlers: ((events: readonly Event<OrderEvent>[]) => Promise<void>)[] = []
  const publish: Events['publish'] = async (tx, { name }, data) => {
    await sql`
      INSERT INTO public.told (name, data)
      SELECT ${name}, d FROM jsonb_array_elements(${JSON.stringify(data)}::jsonb) d`.execute(tx)
  }
  const events: Events = {
    subscribe: (_type, _consumer, handle) => void handlers.push(handle as never),
    publish,
  }
  const orders = createOrderShipping({
    pii: createPersonalData([{ id: 'k1', key: Buffer.alloc(32, 7) }]),
    finish: createFinishReversal({ events }),
    payments: {
      async requestRefund(tx, request) {
        await publish(tx, { name: 'refund.asked' }, [request])
        return 'requested'
      },
    },
  })
  const deps = {
    database,
    clock: { now: () => nowMs },
    log,
    events,
    orders,
    stock: { readSales },
    times: { ...TIMES, ...times },
  }
  const { api } = createShipmentModule(deps)
  const rows: Shipping['rows'] = async (text, values) => (await pool.query(text, values)).rows
  let items = 0
  let placed = 0
  return {
    database,
    pool,
    api,
    orders,
    now: () => nowMs,
    advance(ms) {
      nowMs += ms
    },
    async items(...sellerIds) {
      const itemIds = sellerIds.map(() => ++items)
      await pool.query(
        `INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, hold_seconds)
         SELECT i, s, false, 500, 1000000, 0, 600 FROM unnest($1::bigint[], $2::bigint[]) t(i, s)`,
        [itemIds, sellerIds],
      )
      return itemIds
    },
    async place(news) {
      const orderIds = news.map(() => ++placed)
      await pool.query(
        `INSERT INTO orders.orders (id, buyer_id, sale_item_id, idem_key, quantity, total_price, status, sale_sequence, commit_no,
                                    created_at, hold_seconds, pay_by)
         SELECT id, buyer, 0, id::text, units, units * 500, status, 0, 0, now(), 600, now() + interval '1 hour'
           FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[]) t(id, buyer, units, status)`,
        [
          orderIds,
          news.map(({ buyerId = 7 }) => buyerId),
          news.map(({ lines }) => lines.reduce((sum, line) => sum + line.quantity, 0)),
          news.map(({ status = 'PAID' }) => status),
        ],
      )
      const lines = news.flatMap((one, i) => one.lines.map((line) => ({ orderId: orderIds[i], ...line })))
      await pool.query(
        `INSERT INTO orders.line (order_id, item_id, quantity, unit_price)
         SELECT o, i, q, 500 FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) t(o, i, q)`,
        [
          lines.map((line) => line.orderId),
          lines.map((line) => line.itemId),
          lines.map((line) => line.quantity),
        ],
      )
      return orderIds
    },
    async hearPaid(orderIds) {
      const paid = orderIds.map((orderId) => ({ eventId: `paid-${orderId}`, data: { orderId, buyerId: 7 } }))
      for (const handle of handlers) await handle(paid)
    },
    turn: (changed) => moveDue({ ...deps, orders: { ...orders, ...changed } }),
    told: async () => (await rows('SELECT name, data FROM public.told ORDER BY id')) as never,
    rows,
    async stop() {
      await database.close()
      await pool.end()
      await made.drop()
    },
  }
}
