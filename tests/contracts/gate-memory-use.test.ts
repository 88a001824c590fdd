// What claims in flight cost Redis, and where the gate says that it keeps no more of them.
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createRedisStore } from '../../server/modules/stock/gate-redis.ts'
import { CLAIMS_MAX } from '../../server/modules/stock/gate-store.ts'
import { createRedisLink } from '../../server/platform/redis.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis } from '../support/redis.ts'
import { readRedisGate } from '../support/redis-gate.ts'

const ITEMS = 10
const AT_ONCE = 1_000
const MEGABYTES_MAX = 300

describe.skipIf(needsProgram('redis-server'))('the gate in Redis', () => {
  it('keeps so many claims of an item and no more; a million of them take less than 300 MB', async () => {
    const redis = await startRedis()
    const usedMb = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))?.[1]) / 1e6
    const log = pino({ level: 'silent' })
    const link = createRedisLink({ url: redis.url, prefix: 'hurry', log, commandMsMax: 10_000 })
    const store = createRedisStore({ redis: link, prefix: 'hurry' })
    await link.start()
    const take = async (itemId: number, n: number) =>
      store.take(itemId, {
        id: `${1_000_000 + n} 01939d1e-0000-7000-8000-${n}`,
        quantity: 1,
        owner: '12345@1764032812345678',
        isPassed: false,
        waited: 0,
      })
    const before = await usedMb()
    for (let itemId = 1; itemId <= ITEMS; itemId++) {
      const row = { itemId, version: 1, available: 1_000_000, epoch: 1, isGateActive: true } as const
      await store.load(
        { ...row, isLimited: true, saleState: 'RUNNING', openMs: 0, closeMs: 9e15, databaseMs: 0 },
        false,
      )
      for (let first = 0; first < CLAIMS_MAX; first += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => take(itemId, first + i)))
      expect(await readRedisGate(redis, itemId)).toMatchObject({ claims: CLAIMS_MAX, units: CLAIMS_MAX })
      expect(await take(itemId, CLAIMS_MAX)).toMatchObject({ taken: 'full' })
    }
    const used = (await usedMb()) - before
    console.log(`${ITEMS * CLAIMS_MAX} claims in flight take ${used.toFixed(0)} MB of Redis`)
    expect(used).toBeLessThan(MEGABYTES_MAX)
    await link.stop()
    await redis.stop()
  }, 120_000)
})
