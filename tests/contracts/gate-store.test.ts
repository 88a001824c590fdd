// The two places where a gate counts must follow one set of rules: whatever is asked of both, they answer alike.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createMemoryStore } from '../../server/modules/stock/gate-memory.ts'
import { createRedisStore } from '../../server/modules/stock/gate-redis.ts'
import type { GateStore, StoreNews, TakeReply } from '../../server/modules/stock/gate-store.ts'
import type { GateRow } from '../../server/modules/stock/sql-gate.ts'
import { createRedisLink, type RedisLink } from '../../server/platform/redis.ts'
import { runSeed } from '../support/buyers.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, startRedisCluster, type RedisProcess } from '../support/redis.ts'
import { readRedisGate } from '../support/redis-gate.ts'

const log = pino({ level: 'silent' })
const OWNER = '7@1764032812345678'
const EPOCH = 2 ** 32
const HISTORIES = 400
const STILL_MS_MAX = 900

const rowOf = (changes: Partial<GateRow> = {}): GateRow => ({
  itemId: 1,
  version: 1,
  available: 5,
  epoch: 1,
  isGateActive: true,
  isLimited: true,
  saleState: 'RUNNING',
  openMs: 0,
  closeMs: 9e15,
  databaseMs: 0,
  ...changes,
})

const asked = (id: string, quantity = 1, changes: { isPassed?: boolean; waited?: number } = {}) => ({
  id,
  quantity,
  owner: OWNER,
  isPassed: false,
  waited: 0,
  ...changes,
})

/** The tests' own view of a process: its store, and what it was told. */
interface Seller {
  store: GateStore
  link: RedisLink
  news: StoreNews[]
  missed: number
}

/** One node that has all slots: what crosses slots fails there as in any cluster. */
async function startClusterNode(): Promise<Pick<RedisProcess, 'url' | 'command' | 'stop'>> {
  const cluster = await startRedisCluster()
  return {
    url: cluster.url.replace('redis:', 'cluster:'),
    command: cluster.nodes[0]!.command,
    stop: cluster.stop,
  }
}

const targets = [
  { target: 'one server', start: startRedis },
  { target: 'a node in cluster mode', start: startClusterNode },
] as const

describe.skipIf(needsProgram('redis-server')).each(targets)('the gate in Redis, $target', ({ start }) => {
  let redis: Pick<RedisProcess, 'url' | 'command' | 'stop'>
  let items = 0
  const sellers: Seller[] = []

  const newSeller = async (): Promise<Seller> => {
    const link = createRedisLink({ url: redis.url, prefix: 'hurry', log, commandMsMax: 10_000 })
    const store = createRedisStore({ redis: link, prefix: 'hurry' })
    const seller: Seller = { store, link, news: [], missed: 0 }
    store.listen(
      (news) => void seller.news.push(news),
      () => void seller.missed++,
    )
    await link.start()
    expect(link.isHere()).toBe(true)
    await vi.waitUntil(() => seller.missed > 1)
    sellers.push(seller)
    return seller
  }
  beforeAll(async () => {
    redis = await start()
    await newSeller()
    await newSeller()
  })
  afterAll(async () => {
    await Promise.all(sellers.map(({ link }) => link.stop()))
    await redis?.stop()
  })
  const newItem = (): number => ++items
  const seller = (n = 0): Seller => sellers[n]!
  const taken = async (reply: TakeReply | Promise<TakeReply>): Promise<string> => {
    const answer = await reply
    return typeof answer === 'string' ? answer : `${answer.taken} ${answer.sequence % EPOCH}`
  }

  it('answers like the gate in memory, whatever is asked', async () => {
    const id = fc.integer({ min: 1, max: 6 }).map((n) => `${n} key`)
    const quantity = fc.integer({ min: 1, max: 3 })
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('take' as const), id, quantity, isPassed: fc.boolean() }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('settle' as const),
          ids: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
          sold: fc.integer({ min: 0, max: 2 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('learn' as const),
          available: fc.integer({ min: 0, max: 6 }),
          step: fc.integer({ min: -1, max: 2 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('load' as const), step: fc.integer({ min: 0, max: 1 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), nth: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('giveUp' as const), nth: fc.nat(5) }) },
    )
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const itemId = newItem()
      const memory = createMemoryStore()
      const heard: StoreNews[] = []
      memory.listen(
        (news) => void heard.push(news),
        () => undefined,
      )
      const { store, news } = seller()
      const both = [memory, store]
      let version = 1
      let available = 5
      let epoch = 1
      const waits: { id: string; quantity: number; sequence: number }[] = []
      const load = async (): Promise<void> => {
        for (const one of both) await one.load(rowOf({ itemId, version, available, epoch }), false)
      }
      const take = async (request: ReturnType<typeof asked>): Promise<void> => {
        const [should, is] = await Promise.all(both.map(async (one) => one.take(itemId, request)))
        if (performance.now() - startedMs < STILL_MS_MAX) expect(is).toEqual(plain(should!))
        if (typeof should !== 'string' && should!.taken === 'waits')
          waits.push({ id: request.id, quantity: request.quantity, sequence: should!.sequence })
      }
      const startedMs = performance.now()
      await load()
      for (const one of steps) {
        if (one.do === 'take') await take(asked(one.id, one.quantity, { isPassed: one.isPassed }))
        else if (one.do === 'settle') {
          available = Math.max(0, available - one.sold)
          version += 1
          for (const to of both) to.settle(itemId, one.ids, { itemId, version, available })
        } else if (one.do === 'learn') {
          if (one.step > 0) available = one.available
          version += Math.max(0, one.step)
          const change = { itemId, version: version + Math.min(0, one.step), available }
          for (const to of both) to.learn(change)
        } else if (one.do === 'load') {
          epoch += one.step
          await load()
        } else {
          const waiting = waits[one.nth % Math.max(1, waits.length)]
          if (waiting === undefined) continue
          if (one.do === 'leave') for (const to of both) to.leave(itemId, [waiting.sequence])
          else await take(asked(waiting.id, waiting.quantity, { isPassed: true, waited: waiting.sequence }))
        }
      }
      // A machine that stood still: Redis lets those go who have waited for a second, memory does not look at the time.
      if (performance.now() - startedMs > STILL_MS_MAX) return
      // Everything was answered: both end with the same numbers, and told the same people to go on.
      await take(asked('99 last', 1))
      const grantsOf = (all: StoreNews[]): string[] =>
        all
          .filter((some) => some.itemId === itemId)
          .flatMap(({ grants }) => grants.map((grant) => `${grant.id} ${grant.sequence}`))
      await expect.poll(() => grantsOf(news), { interval: 2, timeout: 5_000 }).toEqual(grantsOf(heard))
      news.length = 0
    })
    await fc.assert(property, { numRuns: HISTORIES, seed: runSeed() })
  }, 60_000)

  it('does not know what was never loaded, and after a flush what was', async () => {
    const itemId = newItem()
    expect(await seller().store.take(itemId, asked('1 a'))).toBe('unknown')
    await seller().store.load(rowOf({ itemId }), false)
    expect(await taken(seller().store.take(itemId, asked('1 a')))).toBe('granted 1')
    await redis.command('FLUSHALL')
    expect(await seller(1).store.take(itemId, asked('2 a'))).toBe('unknown')
    await seller(1).store.load(rowOf({ itemId, epoch: 2 }), false)
    expect(await taken(seller().store.take(itemId, asked('2 a')))).toBe('granted 1')
    expect(await readRedisGate(redis, itemId)).toMatchObject({ epoch: 2, units: 1, claims: 1 })
  })

  it('numbers the claims of all processes in one order', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, available: 1_000, epoch: 3 }), false)
    for (let i = 1; i <= 50; i++)
      expect(await taken(seller(i % 2).store.take(itemId, asked(`${i} k`)))).toBe(`granted ${i}`)
    // The highest epoch counts, whoever comes late.
    await seller().store.load(rowOf({ itemId, epoch: 5 }), false)
    await seller(1).store.load(rowOf({ itemId, epoch: 4 }), false)
    expect(await seller().store.take(itemId, asked('51 k'))).toMatchObject({ sequence: 5 * EPOCH + 1 })
  })

  it('joins equal claims of several processes, and counts their units once', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, available: 3 }), false)
    expect(await taken(seller(0).store.take(itemId, asked('1 k', 2)))).toBe('granted 1')
    expect(await taken(seller(1).store.take(itemId, asked('1 k', 2)))).toBe('granted 1')
    expect(await readRedisGate(redis, itemId)).toMatchObject({ units: 2, claims: 1 })
  })

  it('serves those who wait in the order of their arrival, across processes, each told where it waits', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, available: 2 }), false)
    for (const id of ['1 k', '2 k']) await seller().store.take(itemId, asked(id))
    for (const [n, id] of ['3 k', '4 k', '5 k', '6 k'].entries())
      expect(await taken(seller(n % 2).store.take(itemId, asked(id)))).toBe(`waits ${n + 3}`)
    for (const one of sellers) one.news.length = 0
    seller(1).store.settle(itemId, ['1 k', '2 k'], undefined)
    for (const one of sellers)
      await expect
        .poll(() => one.news.flatMap(({ grants }) => grants.map(({ id }) => id)))
        .toEqual(['3 k', '4 k'])
    // Units that come back while people wait are theirs: whoever comes now is behind them.
    expect(await taken(seller().store.take(itemId, asked('7 k')))).toBe('waits 7')
    seller().store.learn({ itemId, version: 2, available: 3 })
    await expect
      .poll(() =>
        seller(1)
          .news.flatMap(({ grants }) => grants.map(({ id }) => id))
          .at(-1),
      )
      .toBe('5 k')
    expect(await readRedisGate(redis, itemId)).toMatchObject({ units: 3, claims: 3, waiting: 2 })
  })

  it('lets everybody go at a committed zero, and tells all processes', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, available: 1 }), false)
    await seller().store.take(itemId, asked('1 k'))
    for (const id of ['2 k', '3 k']) await seller(1).store.take(itemId, asked(id))
    seller().store.settle(itemId, ['1 k'], { itemId, version: 2, available: 0 })
    await expect
      .poll(() => seller(1).news.at(-1)?.numbers)
      .toEqual({ version: 2, available: 0, epoch: 1, units: 0 })
    expect(await readRedisGate(redis, itemId)).toMatchObject({ waiting: 0, claims: 0 })
  })

  it('takes a number only with a higher version', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, version: 9, available: 4 }), false)
    seller().store.learn({ itemId, version: 8, available: 70 })
    seller(1).store.learn({ itemId, version: 9, available: 70 })
    await seller(1).store.load(rowOf({ itemId, version: 7, available: 70 }), false)
    expect(await seller().store.take(itemId, asked('1 k'))).toMatchObject({
      numbers: { version: 9, available: 4 },
    })
  })

  it('forgets everything where the database went back in time', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId, version: 50, available: 1, epoch: 9 }), false)
    await seller().store.take(itemId, asked('1 k'))
    await seller(1).store.load(rowOf({ itemId, version: 7, available: 3, epoch: 2 }), true)
    expect(await readRedisGate(redis, itemId)).toEqual({
      version: 7,
      available: 3,
      epoch: 2,
      units: 0,
      claims: 0,
      waiting: 0,
    })
  })

  it('shows claims in flight for long, with who writes them, whoever took them', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId }), false)
    await seller().store.take(itemId, asked('1 k'))
    expect(await seller(1).store.look([itemId], 1_000)).toEqual([])
    await sleep(60)
    expect(await seller(1).store.look([itemId], 50)).toMatchObject([{ itemId, id: '1 k', owner: OWNER }])
  })

  it('loads again where one of its keys is lost alone, as by eviction', async () => {
    const itemId = newItem()
    await seller().store.load(rowOf({ itemId }), false)
    await seller().store.take(itemId, asked('1 k'))
    await redis.command('DEL', `hurry:gate1:{item:${itemId}}:claims`)
    expect(await seller().store.take(itemId, asked('2 k'))).toBe('unknown')
  })

  it('does not see keys of another version of the script, or of another system', async () => {
    const itemId = newItem()
    const foreign = `hurry:gate0:{item:${itemId}}:gate`
    await redis.command(
      'HSET',
      foreign,
      'version',
      '99',
      'available',
      '1',
      'epoch',
      '9',
      'units',
      '0',
      'given',
      'x',
    )
    expect(await seller().store.take(itemId, asked('1 k'))).toBe('unknown')
    await seller().store.load(rowOf({ itemId }), false)
    expect(await taken(seller().store.take(itemId, asked('1 k')))).toBe('granted 1')
    expect(await redis.command('HGET', foreign, 'version')).toBe('99')
  })
})

/** What memory keeps as one live object is compared as it is now. */
function plain(reply: TakeReply): TakeReply {
  if (typeof reply === 'string') return reply
  const { version, available, epoch, units } = reply.numbers
  return { ...reply, numbers: { version, available, epoch, units } }
}
