// A real redis-server beside the service, and what its gates say of the sale.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EPOCH_SIZE, GIVEN_MAX } from '../server/modules/stock/gate-store.ts'
import { startRedis, type RedisProcess } from '../tests/support/redis.ts'
import { readRedisGate } from '../tests/support/redis-gate.ts'
import type { Client } from './database.ts'
import { show } from './figures.ts'
import type { Rig } from './rig.ts'
import type { Run } from './sample.ts'

export type { RedisProcess }

/** Not of this project: used where it is there. */
const REDIS_SERVER: string = 'redis-server'
const AGREES_MS_MAX = 10_000
const LOOK_MS = 20
/** For so long the gate must count without a break: one process may still go past Redis when the first counts again. */
const STEADY_MS = 700

/** The version of the redis-server on the PATH, if there is one. */
export function findRedis(): string | undefined {
  const { status, stdout } = spawnSync(REDIS_SERVER, ['--version'], { encoding: 'utf8', timeout: 5_000 })
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : undefined
}

/** On a free port; keeps nothing on disk. */
export async function openRedis(rig: Rig): Promise<RedisProcess> {
  const redis = await startRedis({ dir: mkdtempSync(join(rig.dir, 'redis-')) })
  await rig.life.add({ name: 'Redis', stop: redis.stop, kill: () => redis.kill('SIGKILL'), msMax: 6_000 })
  return redis
}

/** Nobody sells any more: nothing is in flight, nobody waits, and the numbers are those of the stock row. */
export async function findDisagreement(
  client: Client,
  redis: RedisProcess,
  itemIds: readonly number[],
): Promise<string[]> {
  const faults: string[] = []
  for (const itemId of itemIds) {
    const deadline = Date.now() + AGREES_MS_MAX
    for (;;) {
      const gate = await readRedisGate(redis, itemId)
      const { rows } = await client.query<{ available: number; version: string }>(
        'SELECT available, version FROM stock.stock WHERE item_id = $1',
        [itemId],
      )
      const should = { available: rows[0]?.available, version: Number(rows[0]?.version) }
      const isSettled = gate?.units === 0 && gate.claims === 0 && gate.waiting === 0
      if (isSettled && gate.available === should.available && gate.version === should.version) break
      if (Date.now() > deadline) {
        const numbers = `Redis has ${JSON.stringify(gate)}, PostgreSQL ${JSON.stringify(should)}`
        faults.push(`item ${itemId}: ${numbers}`)
        break
      }
      await sleep(LOOK_MS)
    }
  }
  return faults
}

/** Of all orders of these items, how many PostgreSQL numbered since the gate did not answer in time; '' where none. */
export async function showPastGate(client: Client, runs: readonly Pick<Run, 'answered'>[]): Promise<string> {
  const itemIds = runs.flatMap(({ answered }) => answered.map(({ itemId }) => itemId))
  const { rows } = await client.query<{ share: number }>(
    `SELECT coalesce(avg((sale_sequence % $2 > $3)::integer), 0)::float8 AS share
       FROM orders.orders WHERE sale_item_id = ANY ($1)`,
    [itemIds, EPOCH_SIZE, GIVEN_MAX],
  )
  const share = rows[0]?.share ?? 0
  return share === 0 ? '' : `; ${show(share * 100)} % went past Redis`
}

/**
 * The moment (epoch milliseconds) from which the gate in Redis counts again: it has the epoch of the stock row, the row
 * knows of it, and orders are placed with its numbers. NaN where that is not so for long enough before `deadlineMs`.
 * Nothing else may be sold meanwhile.
 */
export async function untilCounting(
  client: Client,
  redis: RedisProcess,
  { itemId, deadlineMs }: { itemId: number; deadlineMs: number },
): Promise<number> {
  let sinceMs = Number.NaN
  while (Date.now() < deadlineMs) {
    const isCounting = await isCountingNow(client, redis, itemId)
    if (!isCounting) sinceMs = Number.NaN
    else if (Number.isNaN(sinceMs)) sinceMs = Date.now()
    else if (Date.now() - sinceMs >= STEADY_MS) return sinceMs
    await sleep(LOOK_MS)
  }
  return Number.NaN
}

async function isCountingNow(client: Client, redis: RedisProcess, itemId: number): Promise<boolean> {
  const { rows } = await client.query<{ epoch: number; active: boolean; sequence: string }>(
    `SELECT gate_epoch AS epoch, gate_active AS active,
            (SELECT sale_sequence FROM orders.orders ORDER BY id DESC LIMIT 1) AS sequence
       FROM stock.stock WHERE item_id = $1`,
    [itemId],
  )
  const { epoch, active, sequence } = rows[0]!
  const gate = await readRedisGate(redis, itemId).catch(() => undefined)
  // PostgreSQL's own numbers are in the upper half of an epoch (docs/decisions/0002).
  const isNumberedByGate = Number(sequence) % EPOCH_SIZE <= GIVEN_MAX
  return (
    active && gate?.epoch === epoch && isNumberedByGate && Math.floor(Number(sequence) / EPOCH_SIZE) === epoch
  )
}
