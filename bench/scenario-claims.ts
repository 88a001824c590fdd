// Scenario 14: a million claims that wait for their orders, in ten gates; what Redis keeps for them.
import { createRedisStore } from '../server/modules/stock/gate-redis.ts'
import { CLAIMS_MAX, type GateStore } from '../server/modules/stock/gate-store.ts'
import { createLog } from '../server/platform/log.ts'
import { createRedisLink } from '../server/platform/redis.ts'
import { show, toFigure } from './figures.ts'
import { openRedis, type RedisProcess } from './redis.ts'
import type { Rig } from './rig.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const claimsScenario: Scenario = {
  numbers: [14],
  name: 'a million waiting claims',
  needsRedis: true,
  run,
}

const MILLION = 1_000_000
const PREFIX = 'bench'
/** Of a writer: backend and its start, as claims in flight carry it. */
const OWNER = '12345@1764032812345678'
const AT_ONCE = 1_000
const FIRST_BUYER = 1_000_000

async function run(rig: Rig): Promise<Outcome> {
  const { claimItems } = rig.scale
  const redis = await openRedis(rig)
  const link = createRedisLink({ url: redis.url, prefix: PREFIX, log: createLog('silent') })
  const store = createRedisStore({ redis: link, prefix: PREFIX })
  store.listen(
    () => undefined,
    () => undefined,
  )
  await link.start()
  const before = await readMemoryMb(redis)
  const faults: string[] = []
  const startMs = performance.now()
  for (let itemId = 1; itemId <= claimItems; itemId++) faults.push(...(await fill(store, itemId)))
  const perSecond = (claimItems * CLAIMS_MAX) / ((performance.now() - startMs) / 1000)
  const used = (await readMemoryMb(redis)) - before
  await link.stop()
  await redis.stop()
  const claims = claimItems * CLAIMS_MAX
  const detail = `${show(used)} MB for ${show(claims)} claims of ${show(claimItems)} items, taken at ${show(perSecond)}/s; each item full at ${show(CLAIMS_MAX)}`
  return { figures: [toFigure('claims', (used / claims) * MILLION, detail)], samples: [], faults }
}

/** Takes claims of an item until the gate keeps no more; says where it was not full exactly at its bound. */
async function fill(store: GateStore, itemId: number): Promise<string[]> {
  const row = {
    itemId,
    version: 1,
    available: 2 * CLAIMS_MAX,
    epoch: 1,
    isGateActive: true,
    isLimited: true,
    saleState: 'RUNNING' as const,
    openMs: 0,
    closeMs: Number.MAX_SAFE_INTEGER,
    databaseMs: 0,
  }
  await store.load(row, true)
  const take = async (n: number): Promise<string> => {
    const id = `${FIRST_BUYER + n} 01939d1e-0000-7000-8000-${String(n).padStart(12, '0')}`
    const reply = await store.take(itemId, { id, quantity: 1, owner: OWNER, isPassed: false, waited: 0 })
    return typeof reply === 'string' ? reply : reply.taken
  }
  let granted = 0
  for (let first = 0; first < CLAIMS_MAX; first += AT_ONCE) {
    const replies = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => take(first + i)))
    granted += replies.filter((reply) => reply === 'granted').length
  }
  const past = await take(CLAIMS_MAX)
  return [
    ...(granted === CLAIMS_MAX ? [] : [`gate ${itemId}: ${granted} of ${CLAIMS_MAX} claims were granted`]),
    ...(past === 'full' ? [] : [`gate ${itemId}: one claim more than it keeps is ${past}`]),
  ]
}

async function readMemoryMb(redis: RedisProcess): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))?.[1]) / 1e6
}
