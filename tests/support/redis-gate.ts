// The gate's keys in Redis, read past the service.
import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import { expect } from 'vitest'
import type { RedisProcess } from './redis.ts'

export interface RedisGate {
  version: number
  available: number
  epoch: number
  units: number
  claims: number
  waiting: number
}

export async function readRedisGate(
  redis: Pick<RedisProcess, 'command'>,
  itemId: number,
): Promise<RedisGate | undefined> {
  const root = `hurry:gate1:{item:${itemId}}`
  const fields = ['version', 'available', 'epoch', 'units']
  const values = (await redis.command('HMGET', `${root}:gate`, ...fields)) as (string | null)[]
  if (values[0] === null) return undefined
  const [version, available, epoch, units] = values.map(Number)
  return {
    version: version!,
    available: available!,
    epoch: epoch!,
    units: units!,
    claims: Number(await redis.command('HLEN', `${root}:claims`)),
    waiting: Number(await redis.command('ZCARD', `${root}:waiting`)),
  }
}

/** Nothing in flight, nobody waiting, and the numbers of the stock row, for every item. */
export async function expectRedisAgrees(
  redis: Pick<RedisProcess, 'command'>,
  database: pg.Pool,
  itemIds: readonly number[],
): Promise<void> {
  const difference = async (itemId: number): Promise<unknown> => {
    const before = await readRedisGate(redis, itemId)
    const { rows } = await database.query<{ available: number; version: number }>(
      'SELECT available, version::float8 AS version FROM stock.stock WHERE item_id = $1',
      [itemId],
    )
    const should = { ...rows[0], epoch: before?.epoch, units: 0, claims: 0, waiting: 0 }
    return isDeepStrictEqual(before, should) ? undefined : { before, should }
  }
  // Expiry may go on meanwhile, and a gate may be behind for a second.
  for (const itemId of itemIds)
    await expect.poll(() => difference(itemId), { timeout: 15_000 }).toBe(undefined)
}
