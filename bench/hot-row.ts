// What the service is compared with: one transaction per order, as a single statement, on the same hot stock row.
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from './database.ts'
import type { Rig } from './rig.ts'

const CONNECTIONS = 10
/** Part of most PostgreSQL installations, not of this project: used where it is there. */
const PGBENCH: string = 'pgbench'

/** Order, line, stock and ledger. No limit and no repeated key is looked for: a head start for this side. */
const statement = (item: string, buyer: string, key: string): string => `
WITH s AS (
  UPDATE stock.stock SET available = available - 1, version = version + 1, commit_no = commit_no + 1
   WHERE item_id = ${item} AND available >= 1
  RETURNING available, version, commit_no, unit_price, hold_seconds, clock_timestamp() AS at
), o AS (
  INSERT INTO orders.orders (id, buyer_id, sale_item_id, idem_key, quantity, total_price, status, sale_sequence,
                             commit_no, created_at, hold_seconds, pay_by)
  SELECT nextval('orders.order_id'), ${buyer}, ${item}, ${key}, 1, unit_price, 'CREATED', commit_no, commit_no, at,
         hold_seconds, at + make_interval(secs => hold_seconds) FROM s
  RETURNING id, total_price
), l AS (
  INSERT INTO orders.line (order_id, item_id, quantity, unit_price) SELECT id, ${item}, 1, total_price FROM o
), g AS (
  INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, at)
  SELECT ${item}, 'PLACED', -1, 1, available, version, at FROM s
)
SELECT id FROM o`

export interface HotRowRun {
  perSecond: number
  orders: number
}

/** From Node with the service's own driver: named statement, ten connections. */
export async function placeOneByOne(rig: Rig, itemId: number, seconds: number): Promise<HotRowRun> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(rig.database.url)))
  let orders = 0
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  const text = statement('$1::bigint', '$2::bigint', '$3')
  const work = async (client: (typeof clients)[number]): Promise<void> => {
    while (performance.now() < endMs) {
      const buyer = rig.buyers.first + Math.floor(Math.random() * rig.buyers.count)
      await client.query({ name: 'hot-row', text, values: [itemId, buyer, randomUUID()] })
      orders++
    }
  }
  await Promise.all(clients.map(work))
  const perSecond = (orders / (performance.now() - startMs)) * 1000
  await Promise.all(clients.map((client) => client.end()))
  return { perSecond, orders }
}

/** The version of the pgbench on the PATH, if there is one. */
export function findPgbench(): string | undefined {
  const { status, stdout } = spawnSync(PGBENCH, ['--version'], { encoding: 'utf8', timeout: 5_000 })
  return status === 0 ? stdout.trim() : undefined
}

/** The same statement from pgbench: prepared, ten clients, one thread. */
export async function pgbenchOneByOne(rig: Rig, itemId: number, seconds: number): Promise<HotRowRun> {
  const file = join(rig.dir, 'hot-row.pgbench')
  const { first, count } = rig.buyers
  const sql = statement(':item', ':buyer', 'gen_random_uuid()::text')
  writeFileSync(file, `\\set buyer random(${first}, ${first + count - 1})\n${sql.trim()};\n`)
  const args = [
    '-n',
    '-M',
    'prepared',
    '-c',
    String(CONNECTIONS),
    '-j',
    '1',
    '-T',
    String(Math.ceil(seconds)),
  ]
  const child = spawn(PGBENCH, [...args, '-D', `item=${itemId}`, '-f', file, rig.database.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  process.off('exit', kill)
  const perSecond = Number(/tps = ([\d.]+)/.exec(said)?.[1])
  const orders = Number(/transactions actually processed: (\d+)/.exec(said)?.[1])
  if (!Number.isFinite(perSecond)) throw new Error(`pgbench failed: ${said.slice(-500)}`)
  return { perSecond, orders }
}
