// Two processes sell through one gate in Redis while one of them, or the database, fails.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../server/compose.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'
import { buy, createClient, randomOf, runSeed, tally, type Answer, type Client } from '../support/buyers.ts'
import { expectNothingLost, startCrowd, type Crowd } from '../support/crowd.ts'
import { linkTo } from '../support/database-link.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { expectRedisAgrees, readRedisGate } from '../support/redis-gate.ts'
import { expectExact, openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'

const TIMES = 3
const NOISE = 5
/** Of claims of a process that died. */
const BACK_MS_MAX = 10_000
const RESUME_MS_MAX = 2_000 * NOISE

describe.skipIf(needsProgram('redis-server'))('two processes sell', () => {
  const random = randomOf(runSeed())
  let made: TestDatabase
  let database: pg.Pool
  let redis: RedisProcess
  let proxy: TcpProxy | undefined
  let crowd: Crowd | undefined
  let servers: ServerProcess[] = []
  let clients: Client[] = []

  beforeEach(async () => {
    made = await newDatabase('two-processes')
    database = new pg.Pool({ connectionString: made.url, max: 4 })
    database.on('error', () => undefined)
    redis = await startRedis()
  })
  afterEach(async () => {
    await crowd?.stop()
    for (const client of clients.splice(0)) client.close()
    await Promise.all(servers.splice(0).map((server) => server.stop()))
    await proxy?.close()
    await redis.stop()
    await database.end()
    await made.drop()
  })
  const startProcess = async (url = made.url, env: Record<string, string> = {}): Promise<ServerProcess> => {
    const server = await startServer({
      databaseUrl: url,
      env: { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000', ...env },
    })
    servers.push(server)
    clients.push(createClient(server.url))
    return server
  }
  /** `work`, while nobody can write an order of the item. */
  const whileLocked = async <T>(itemId: number, work: () => Promise<T>): Promise<T> => {
    const blocker = await database.connect()
    try {
      await blocker.query('BEGIN')
      await blocker.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [itemId])
      return await work()
    } finally {
      await blocker.query('ROLLBACK')
      blocker.release()
    }
  }
  it('and one is killed with all units in its hands: they are for sale again within 10 s', async () => {
    const units = 40
    await startProcess()
    for (let time = 0; time < TIMES; time++) {
      const doomed = await startProcess()
      const [well, unwell] = [clients[0]!, clients.at(-1)!]
      const itemId = await openSale(well, { quantity: units + 1 })
      const answers = [await buy(well, 1, { itemId })]
      const lost = await whileLocked(itemId, async () => {
        const buying = Array.from({ length: units }, (_, i) => buy(unwell, 100 + i, { itemId, key: 'lost' }))
        await expect.poll(async () => (await readRedisGate(redis, itemId))?.units).toBe(units)
        await sleep(random() * 100)
        doomed.kill('SIGKILL')
        await doomed.exited
        return Promise.all(buying)
      })
      expect(lost.every(({ status }) => status === 0)).toBe(true)

      const startedMs = performance.now()
      // Its backend may have placed some before it noticed: the rest is what is for sale.
      for (let buyer = 1_000; answers.at(-1)!.status === 201; buyer++)
        answers.push(await buy(well, buyer, { itemId }))
      const soldMs = performance.now() - startedMs
      expect(tally(answers.slice(-1))).toEqual({ '409 NOT_ENOUGH_STOCK': 1 })
      const { orders, available } = await expectExact(database, itemId, answers)
      expect([available, orders.length]).toEqual([0, units + 1])
      await expectRedisAgrees(redis, database, [itemId])
      const backMs = performance.now() - startedMs
      console.log(
        `killed with ${units} units in hand: all sold after ${soldMs.toFixed(0)} ms, its claims gone after ${backMs.toFixed(0)} ms`,
      )
      expect(backMs).toBeLessThan(BACK_MS_MAX)
    }
  })

  it('and answers of COMMIT are lost: nobody is told anything wrong, and the same key finds the order', async () => {
    const link = await linkTo(made.url)
    proxy = link.proxy
    await startProcess(link.url)
    await startProcess()
    const itemId = await openSale(clients[0]!, { quantity: 100_000 })
    crowd = startCrowd(clients, { itemId })
    await crowd.untilAllSell()
    let cuts = 0
    for (let time = 0; time < TIMES * 2; time++) {
      await sleep(200 + random() * 300)
      await link.proxy.cutAnswers((request) => request.includes('place_limited_orders'))
      await expect.poll(() => link.proxy.cuts, { timeout: 10_000, interval: 5 }).toBeGreaterThan(cuts)
      cuts = link.proxy.cuts
      await link.proxy.pass()
      const soldAgainMs = await crowd.untilAllSell()
      console.log(`an answer of a commit was lost: sold again after ${soldAgainMs.toFixed(0)} ms`)
      expect(soldAgainMs).toBeLessThan(RESUME_MS_MAX)
    }
    await crowd.stop()
    expect(crowd.unanswered.length).toBeGreaterThan(0)
    await expectNothingLost(crowd, { clients, database, itemId })
    await expectRedisAgrees(redis, database, [itemId])
  })

  it('and one is stalled for 15 s with claims in hand: the other sells on, and what wakes up does no harm', async () => {
    const stalled = await startProcess()
    await startProcess()
    const itemId = await openSale(clients[0]!, { quantity: 200_000 })
    crowd = startCrowd(clients, { itemId })
    await crowd.untilAllSell()
    await sleep(100 + random() * 300)
    stalled.kill('SIGSTOP')
    const wentOnMs = await crowd.untilAllSell([1])
    await sleep(15_000)
    expect(await crowd.untilAllSell([1])).toBeLessThan(RESUME_MS_MAX)
    stalled.kill('SIGCONT')
    const wokeUpMs = await crowd.untilAllSell([0])
    console.log(
      `stalled: the other sold on after ${wentOnMs.toFixed(0)} ms, the woken one after ${wokeUpMs.toFixed(0)} ms`,
    )
    expect(wentOnMs).toBeLessThan(RESUME_MS_MAX)
    await crowd.stop()
    await expectNothingLost(crowd, { clients, database, itemId })
    await expectRedisAgrees(redis, database, [itemId])
  })

  it('and the clock of one is 5 s ahead: the clock of the database opens, closes and expires', async () => {
    await startProcess(made.url, {
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '..', 'support', 'clock-ahead.mjs')}`,
      CLOCK_AHEAD_MS: '5000',
    })
    await startProcess()
    const openInMs = 1_500
    const itemId = await openSale(clients[1]!, { quantity: 60, openInMs, holdSeconds: 2 })
    const opensAt = Date.now() + openInMs
    const answers: Answer[] = []
    for (let n = 0; Date.now() < opensAt + 700; n++) {
      answers.push(await buy(clients[n % 2]!, n + 1, { itemId }))
      await sleep(10)
    }
    const counts = tally(answers)
    expect(Object.keys(counts).toSorted()).toEqual(
      expect.arrayContaining(['201', '400 NOT_REACHED_OPEN_TIME']),
    )
    // `expectExact` finds orders from before the opening by the database's clock.
    const before = await expectExact(database, itemId, answers)
    const placedAt = Date.now()
    expect(before.orders.some((order) => order.status === 'EXPIRED')).toBe(false)
    await expect
      .poll(async () => (await expectExact(database, itemId, answers)).available, { timeout: 10_000 })
      .toBe(60)
    expect(Date.now() - placedAt).toBeGreaterThan(1_000)
    await expectRedisAgrees(redis, database, [itemId])
  })
})

describe.skipIf(needsProgram('redis-server'))('two processes sell, and PostgreSQL is killed', () => {
  const log = createLog('silent')
  let dir: string
  let postgres: EmbeddedPostgres
  let redis: RedisProcess
  let crowd: Crowd | undefined
  const servers: ServerProcess[] = []
  const clients: Client[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hurry-up-fault-'))
    postgres = await startEmbeddedPostgres({ dir, log })
    await migrateDatabase(postgres.url)
    redis = await startRedis()
    for (let n = 0; n < 2; n++) {
      const env = { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000' }
      servers.push(await startServer({ databaseUrl: postgres.url, env }))
      clients.push(createClient(servers[n]!.url))
    }
  })
  afterEach(async () => {
    await crowd?.stop()
    for (const client of clients) client.close()
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  })

  it('in the middle of commits: the sale goes on by itself within 2 s of its return', async () => {
    const random = randomOf(runSeed())
    const itemId = await openSale(clients[0]!, { quantity: 200_000 })
    crowd = startCrowd(clients, { itemId })
    for (let time = 0; time < TIMES; time++) {
      await crowd.untilAllSell()
      await sleep(200 + random() * 400)
      await postgres.stop('immediate')
      await sleep(200 + random() * 400)
      postgres = await startEmbeddedPostgres({ dir, log })
      const soldAgainMs = await crowd.untilAllSell()
      console.log(`sold again ${soldAgainMs.toFixed(0)} ms after PostgreSQL was back`)
      expect(soldAgainMs).toBeLessThan(RESUME_MS_MAX)
    }
    await crowd.stop()
    const database = new pg.Pool({ connectionString: postgres.url, max: 2 })
    await expectNothingLost(crowd, { clients, database, itemId })
    await expectRedisAgrees(redis, database, [itemId])
    await database.end()
  })
})
