// Limited items for tests, and the checks that must hold whatever happened to their sales.
import pg from 'pg'
import { expect } from 'vitest'
import { tokenOf, type Answer, type Client } from './buyers.ts'

export const SELLER_ID = 900_000_001

export interface SaleTerms {
  quantity: number
  limitPerBuyer?: number
  holdSeconds?: number
  openInMs?: number
}

/** Puts up a limited item as a seller would, over HTTP. */
export async function openSale(client: Client, terms: SaleTerms): Promise<number> {
  const { quantity, limitPerBuyer = 1, holdSeconds = 300, openInMs = -1_000 } = terms
  const answer = await client.send('POST', '/item-service/api/v1/items', {
    token: tokenOf(SELLER_ID, 'SELLER'),
    body: {
      name: 'Limited drop',
      description: 'A limited item of the tests',
      price: 1_000,
      quantity,
      isReserved: true,
      openTime: new Date(Date.now() + openInMs).toISOString(),
      limitPerBuyer,
      holdSeconds,
    },
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.id as number
}

interface OrderFacts {
  id: number
  buyer_id: number
  idem_key: string
  quantity: number
  line_quantity: number
  status: string
  sale_sequence: number
  commit_no: number
  total_price: number
  line_price: number
  /** Of the first answer, whatever became of the order since. */
  first_price: number
  early: boolean
}

export interface SaleFacts {
  total: number
  available: number
  ledgerSum: number
  ledgerAvailable: number
  commitNo: number
  limit: number
  orders: OrderFacts[]
  /** By buyer: units that count for the limit, bought under an account before. */
  carried: Map<number, number>
}

const DEAD = new Set(['EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED'])

/** As of one moment: expiry may go on between two statements, so both read one snapshot. */
export async function readSale(database: pg.Pool, itemId: number): Promise<SaleFacts> {
  const client = await database.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await readFacts(client, itemId)
  } finally {
    await client.query('COMMIT')
    client.release()
  }
}

async function readFacts(database: pg.PoolClient, itemId: number): Promise<SaleFacts> {
  const stock = await database.query(
    `SELECT total, available, commit_no::float8 AS commit_no, limit_per_buyer,
            (SELECT sum(delta)::float8 FROM stock.ledger l WHERE l.item_id = k.item_id) AS ledger_sum,
            (SELECT available FROM stock.ledger l WHERE l.item_id = k.item_id ORDER BY version DESC LIMIT 1) AS ledger_available
       FROM stock.stock k WHERE item_id = $1`,
    [itemId],
  )
  const orders = await database.query<OrderFacts>(
    `SELECT o.id::float8 AS id, o.buyer_id::float8 AS buyer_id, o.idem_key, o.quantity, l.quantity AS line_quantity, o.status,
            o.sale_sequence::float8 AS sale_sequence, o.commit_no::float8 AS commit_no, o.total_price::float8 AS total_price,
            (l.quantity::bigint * l.unit_price)::float8 AS line_price,
            (coalesce(o.asked_quantity, o.quantity)::bigint * l.unit_price)::float8 AS first_price,
            o.created_at < k.open_time AS early
       FROM orders.orders o
       JOIN stock.stock k ON k.item_id = o.sale_item_id
       LEFT JOIN orders.line l ON l.order_id = o.id AND l.item_id = o.sale_item_id
      WHERE o.sale_item_id = $1 ORDER BY o.commit_no`,
    [itemId],
  )
  const carried = await database.query<{ buyer: number; units: number }>(
    'SELECT buyer_id::float8 AS buyer, units FROM orders.carried_units WHERE item_id = $1',
    [itemId],
  )
  const row = stock.rows[0]
  return {
    carried: new Map(carried.rows.map(({ buyer, units }) => [buyer, units])),
    total: row.total,
    available: row.available,
    commitNo: row.commit_no,
    limit: row.limit_per_buyer,
    ledgerSum: row.ledger_sum,
    ledgerAvailable: row.ledger_available,
    orders: orders.rows,
  }
}

/** Bank, ledger, limit, keys, numbers, and that every 201 has its row. Returns the facts for what a test adds. */
export async function expectExact(
  database: pg.Pool,
  itemId: number,
  answers: readonly Answer[],
): Promise<SaleFacts> {
  const sale = await readSale(database, itemId)
  const live = sale.orders.filter((order) => !DEAD.has(order.status))
  const units = live.reduce((sum, order) => sum + order.line_quantity, 0)
  expect(sale.available + units, 'bank: total = available + units of live orders').toBe(sale.total)
  expect(sale.available).toBeGreaterThanOrEqual(0)
  expect(sale.ledgerSum, 'ledger sums up to what is available').toBe(sale.available)
  expect(sale.ledgerAvailable).toBe(sale.available)
  for (const order of sale.orders)
    expect([order.line_quantity, order.line_price]).toEqual([order.quantity, order.total_price])
  expect(sale.orders.filter((order) => order.early)).toEqual([])
  const perBuyer = new Map<number, number>()
  for (const order of live) perBuyer.set(order.buyer_id, (perBuyer.get(order.buyer_id) ?? 0) + order.quantity)
  const counted = [...perBuyer].map(([buyer, bought]) => bought + (sale.carried.get(buyer) ?? 0))
  expect(
    counted.reduce((most, bought) => Math.max(most, bought), 0),
    'limit',
  ).toBeLessThanOrEqual(sale.limit)
  expect(sale.orders.map((order) => order.commit_no)).toEqual(sale.orders.map((_, i) => i + 1))
  expect(sale.commitNo).toBe(sale.orders.length)
  expect(new Set(sale.orders.map((order) => order.sale_sequence)).size, 'sale sequences are unique').toBe(
    sale.orders.length,
  )
  expect(new Set(sale.orders.map((order) => `${order.buyer_id} ${order.idem_key}`)).size).toBe(
    sale.orders.length,
  )
  const byId = new Map(sale.orders.map((order) => [order.id, order]))
  for (const { body } of answers.filter((answer) => answer.status === 201)) {
    const order = byId.get(body.orderId)
    expect(order, `201 without a row: ${JSON.stringify(body)}`).toBeDefined()
    expect({ buyer: order!.buyer_id, sequence: order!.sale_sequence, price: order!.first_price }).toEqual({
      buyer: body.userId,
      sequence: body.saleSequence,
      price: body.totalSum,
    })
  }
  return sale
}

/** The gate's own view, from /metrics: nothing in flight, and as many units left as the database has. */
export async function expectGateAgrees(
  client: Client,
  database: pg.Pool,
  itemIds: readonly number[],
): Promise<void> {
  const { rows } = await database.query(
    'SELECT sum(available)::float8 AS units FROM stock.stock WHERE item_id = ANY ($1)',
    [itemIds],
  )
  const metric = async (name: string): Promise<number> => {
    const { body } = await client.send('GET', '/metrics')
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(body)?.[1])
  }
  await expect.poll(() => metric('sale_gate_claims_in_flight'), { timeout: 5_000 }).toBe(0)
  expect(await metric('sale_gate_items'), 'every item has its gate').toBe(itemIds.length)
  await expect.poll(() => metric('sale_gate_units_left'), { timeout: 5_000 }).toBe(rows[0].units)
}
