// The check behind every run: each 201 is an order, each order was answered, and the units add up.
import { readFileSync } from 'node:fs'
import type { Client } from './database.ts'
import type { Run } from './sample.ts'

const CHUNK = 50_000

interface Checked {
  itemId: number
  /** What placed orders of it, apart from `others`. */
  runs: readonly Pick<Run, 'answered'>[]
  /** Orders that were there before, or were placed by other means. */
  others?: number
  /** Requests that were told neither yes nor no, while PostgreSQL was away: their orders may be there. */
  unsure?: number
}

/** What is wrong with an item's orders. Empty: all is well. */
export async function findFaults(
  client: Client,
  { itemId, runs, others = 0, unsure = 0 }: Checked,
): Promise<string[]> {
  const faults: string[] = []
  let count = 0
  const answered = runs.flatMap((run) => run.answered.filter((one) => one.itemId === itemId))
  for (const { keyPrefix, placedFile } of answered) {
    const pairs = readPairs(placedFile)
    count += pairs.length / 2
    const missing = await countMissing(client, { itemId, keyPrefix, pairs })
    if (missing > 0) faults.push(`${missing} answers of ${keyPrefix} say 201, but their orders are not there`)
  }
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT k.total, k.available, k.commit_no, o.orders, o.live_units,
            (SELECT sum(delta) FROM stock.ledger g WHERE g.item_id = $1) AS ledger,
            (SELECT coalesce(sum(g.orders), 0) FROM stock.ledger g WHERE g.item_id = $1 AND reason = 'PLACED') AS ledger_orders,
            (SELECT coalesce(sum(l.quantity), 0) FROM orders.line l JOIN orders.orders p ON p.id = l.order_id
              WHERE p.sale_item_id = $1) - o.units AS line_difference
       FROM stock.stock k,
            (SELECT count(*) AS orders, coalesce(sum(quantity), 0) AS units,
                    coalesce(sum(quantity) FILTER (WHERE status NOT IN
                      ('EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED')), 0) AS live_units
               FROM orders.orders WHERE sale_item_id = $1) o
      WHERE k.item_id = $1`,
    [itemId],
  )
  const row = Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]))
  const expect = (name: string, is: number | undefined, should: number | undefined): void => {
    if (is !== should) faults.push(`item ${itemId}: ${name} is ${is}, but should be ${should}`)
  }
  const orders = row['orders'] ?? Number.NaN
  expect('the number of orders', orders, Math.min(Math.max(orders, count + others), count + others + unsure))
  expect('total', row['total'], row['available']! + row['live_units']!)
  expect('the sum of the ledger', row['ledger'], row['available'])
  expect('the orders of the ledger', row['ledger_orders'], orders)
  expect('the commit number', row['commit_no'], orders)
  expect('the difference of lines and orders', row['line_difference'], 0)
  if (!(row['available']! >= 0)) faults.push(`item ${itemId} is oversold`)
  return faults
}

function readPairs(file: string): Float64Array {
  const bytes = readFileSync(file)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** Order ids that came twice count as missing. */
async function countMissing(
  client: Client,
  answered: { itemId: number; keyPrefix: string; pairs: Float64Array },
): Promise<number> {
  const { itemId, keyPrefix, pairs } = answered
  const total = pairs.length / 2
  const ids = new Set<number>()
  let found = 0
  for (let first = 0; first < total; first += CHUNK) {
    const chunk = pairs.subarray(first * 2, Math.min(total, first + CHUNK) * 2)
    const orderIds = [...chunk].filter((_, i) => i % 2 === 0)
    const keys = [...chunk].filter((_, i) => i % 2 === 1)
    for (const id of orderIds) ids.add(id)
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) AS count FROM unnest($1::bigint[], $2::bigint[]) AS a(id, key)
         JOIN orders.orders o ON o.id = a.id AND o.sale_item_id = $3 AND o.idem_key = $4 || a.key`,
      [orderIds, keys, itemId, keyPrefix],
    )
    found += Number(rows[0]!.count)
  }
  return total - Math.min(found, ids.size)
}
