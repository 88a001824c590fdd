// A Redis that can not be used, for whatever reason: a clear message, and the sale goes on from PostgreSQL.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buy, createClient, tally, type Client } from '../support/buyers.ts'
import { startFakeRedis } from '../support/fake-redis.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { freePort, needsProgram } from '../support/programs.ts'
import { startRedis } from '../support/redis.ts'
import { readRedisGate } from '../support/redis-gate.ts'
import { expectExact, openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

interface Unfit {
  url: string
  stop(): Promise<void>
}

const withRedis = async (
  args: readonly string[],
  urlOf: (port: number) => string = (port) => `redis://127.0.0.1:${port}`,
  prepare: (command: (...args: [string, ...string[]]) => Promise<unknown>) => Promise<unknown> = async () =>
    undefined,
): Promise<Unfit> => {
  const redis = await startRedis({ args })
  await prepare(redis.command)
  return { url: urlOf(redis.port), stop: redis.stop }
}

const CASES: readonly { what: string; says: string; start(): Promise<Unfit> }[] = [
  {
    what: 'nobody listens',
    says: 'it can not be reached',
    start: async () => ({ url: `redis://127.0.0.1:${await freePort()}`, stop: async () => undefined }),
  },
  {
    what: 'no such host',
    says: 'it can not be reached',
    start: async () => ({ url: 'redis://no-such-host.invalid:6379', stop: async () => undefined }),
  },
  {
    what: 'no sentinel knows the master',
    says: 'it can not be reached',
    start: async () => ({
      url: `sentinel://127.0.0.1:${await freePort()}/hurry`,
      stop: async () => undefined,
    }),
  },
  {
    what: 'a version that is too old',
    says: 'it is version 5.0, but 6.2 is needed',
    async start() {
      const { url, close } = await startFakeRedis()
      return { url, stop: close }
    },
  },
  {
    what: 'a password is missing',
    says: 'it wants a password: REDIS_URL has none',
    start: () =>
      withRedis([], undefined, (command) => command('CONFIG', 'SET', 'requirepass', 'open-sesame')),
  },
  {
    what: 'the password is wrong',
    says: 'it refuses the password of REDIS_URL',
    start: () =>
      withRedis(
        [],
        (port) => `redis://:wrong@127.0.0.1:${port}`,
        (command) => command('CONFIG', 'SET', 'requirepass', 'open-sesame'),
      ),
  },
  {
    what: 'it can only be read',
    says: 'it can only be read: it is a replica',
    start: () =>
      withRedis([], undefined, async (command) =>
        command('REPLICAOF', '127.0.0.1', String(await freePort())),
      ),
  },
  {
    what: 'it is full',
    says: 'it is full: maxmemory is reached',
    start: () =>
      withRedis([], undefined, async (command) => {
        await command('SET', 'ballast', 'x'.repeat(1_000_000))
        await command('CONFIG', 'SET', 'maxmemory', '1mb')
      }),
  },
  {
    what: 'its user may not run scripts',
    says: 'its user may not do what is needed',
    start: () =>
      withRedis(
        [],
        (port) => `redis://shop:secret@127.0.0.1:${port}`,
        (command) => command('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all', '-@scripting'),
      ),
  },
]

describe.skipIf(needsProgram('redis-server'))('a Redis that can not be used', () => {
  let made: TestDatabase
  let database: pg.Pool
  let server: ServerProcess | undefined
  let client: Client | undefined
  let unfit: Unfit | undefined

  beforeAll(async () => {
    made = await newDatabase('redis-unfit')
    database = new pg.Pool({ connectionString: made.url, max: 2 })
  })
  afterAll(async () => {
    await database.end()
    await made.drop()
  })
  afterEach(async () => {
    client?.close()
    await server?.stop()
    await unfit?.stop()
    unfit = undefined
  })

  it.each(CASES)('$what', async ({ says, start }) => {
    unfit = await start()
    server = await startServer({
      databaseUrl: made.url,
      env: { REDIS_URL: unfit.url, RATE_LIMIT_FACTOR: '100000' },
    })
    client = createClient(server.url)
    const itemId = await openSale(client, { quantity: 30 })
    const startedMs = performance.now()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => buy(client!, i + 1, { itemId })))
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    expect(tally(answers)).toEqual({ '201': 30, '409 NOT_ENOUGH_STOCK': 20 })
    await expectExact(database, itemId, answers)
    await expect.poll(() => server!.output()).toContain(`"reason":"${says}"`)
    // Said once, not with every try.
    expect(server.output().split(says)).toHaveLength(2)
    expect(server.output()).not.toMatch(/secret|sesame|wrong@/)
  })

  it('that is full only later is done without from then on, and used again when it has room', async () => {
    const redis = await startRedis()
    unfit = { url: redis.url, stop: redis.stop }
    server = await startServer({
      databaseUrl: made.url,
      env: { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000', LOG_LEVEL: 'info' },
    })
    client = createClient(server.url)
    const itemId = await openSale(client, { quantity: 100 })
    const buyTen = async (first: number): Promise<void> => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => buy(client!, first + i, { itemId })),
      )
      expect(tally(answers)).toEqual({ '201': 10 })
    }
    await buyTen(100)
    await redis.command('SET', 'ballast', 'x'.repeat(2_000_000))
    await redis.command('CONFIG', 'SET', 'maxmemory', '1mb')
    await buyTen(200)
    await expect.poll(() => server!.output()).toContain('"reason":"it is full: maxmemory is reached"')
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    await expect.poll(() => server!.output().split('Redis is used"').length).toBe(3)
    await buyTen(300)
    const { available } = await expectExact(database, itemId, [])
    await expect.poll(async () => (await readRedisGate(redis, itemId))?.available).toBe(available)
  })

  it('is not guessed at: what is no address of a Redis is refused at the start', async () => {
    const refused = startServer({ databaseUrl: made.url, env: { REDIS_URL: 'localhost:6379' } })
    await expect(refused).rejects.toThrow('REDIS_URL must be redis://host:port')
    const missing = startServer({ databaseUrl: made.url, env: { SALE_GATE: 'redis' } })
    await expect(missing).rejects.toThrow('SALE_GATE=redis needs REDIS_URL')
    const unreadable = startServer({ databaseUrl: made.url, env: { REDIS_URL: 'sentinel://host:1' } })
    await expect(unreadable).rejects.toThrow('REDIS_URL')
  })
})
