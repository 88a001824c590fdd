// Races for limited items, over HTTP, against real server processes and a real PostgreSQL; each in three modes.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  buy,
  createClient,
  randomOf,
  runSeed,
  tally,
  tokenOf,
  type Answer,
  type Client,
} from '../support/buyers.ts'
import { newDatabase } from '../support/postgres.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { expectRedisAgrees } from '../support/redis-gate.ts'
import { expectExact, expectGateAgrees, openSale, SELLER_ID } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const MODES = [
  { mode: 'with the gate', gate: 'memory', processes: 1 },
  { mode: 'with no gate', gate: 'none', processes: 1 },
  { mode: 'with no gate and two processes', gate: 'none', processes: 2 },
  { mode: 'with the gate in Redis', gate: 'redis', processes: 1 },
  { mode: 'with the gate in Redis and three processes', gate: 'redis', processes: 3 },
] as const

const modes = MODES.filter(({ gate }) => gate !== 'redis' || !needsProgram('redis-server'))

describe.each(modes)('a limited sale $mode', ({ gate, processes }) => {
  let database: pg.Pool
  let drop: () => Promise<void>
  let servers: ServerProcess[]
  let clients: Client[]
  let redis: RedisProcess | undefined
  const itemIds: number[] = []
  const random = randomOf(runSeed())

  beforeAll(async () => {
    const made = await newDatabase()
    drop = made.drop
    database = new pg.Pool({ connectionString: made.url, max: 4 })
    servers = []
    redis = gate === 'redis' ? await startRedis() : undefined
    for (let i = 0; i < processes; i++) {
      servers.push(
        await startServer({
          databaseUrl: made.url,
          env: {
            SALE_GATE: gate,
            RATE_LIMIT_FACTOR: '100000',
            ...(redis !== undefined && { REDIS_URL: redis.url }),
          },
        }),
      )
    }
    clients = servers.map((server) => createClient(server.url))
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await Promise.all(servers.map((server) => server.stop()))
    await redis?.stop()
    await database.end()
    await drop()
  })

  const anyClient = (n: number): Client => clients[n % clients.length]!
  const sale = async (terms: Parameters<typeof openSale>[1]): Promise<number> => {
    const itemId = await openSale(clients[0]!, terms)
    itemIds.push(itemId)
    return itemId
  }
  const seller = (path: string, body: object): Promise<Answer> =>
    clients[0]!.send('POST', path, { token: tokenOf(SELLER_ID, 'SELLER'), body })

  it('sells 10 units to exactly 10 of 10,000 buyers', async () => {
    const itemId = await sale({ quantity: 10 })
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, i) => buy(anyClient(i), i + 1, { itemId })),
    )
    expect(tally(answers)).toEqual({ '201': 10, '409 NOT_ENOUGH_STOCK': 9_990 })
    const { available } = await expectExact(database, itemId, answers)
    expect(available).toBe(0)
  })

  it('sells 2,000 units to all of 2,000 buyers', async () => {
    const itemId = await sale({ quantity: 2_000 })
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, (_, i) => buy(anyClient(i), i + 1, { itemId })),
    )
    expect(tally(answers)).toEqual({ '201': 2_000 })
    await expectExact(database, itemId, answers)
  })

  it('gives one buyer its limit, whatever the number of parallel requests', async () => {
    const itemId = await sale({ quantity: 500, limitPerBuyer: 3 })
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => buy(anyClient(i), 7, { itemId, key: `press-${i}` })),
    )
    expect(tally(answers)).toEqual({ '201': 3, '409 PURCHASE_LIMIT_REACHED': 197 })
    await expectExact(database, itemId, answers)
  })

  it('answers one key equally, however often it is sent at once', async () => {
    const itemId = await sale({ quantity: 100, limitPerBuyer: 100 })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => buy(anyClient(i), 8, { itemId, key: 'the-one-key' })),
    )
    expect(tally(answers)).toEqual({ '201': 50 })
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
    const { orders } = await expectExact(database, itemId, answers)
    expect(orders).toHaveLength(1)
    expect(answers.filter((answer) => answer.headers['idempotency-replayed'] !== 'true')).toHaveLength(1)
  })

  it("answers the winner's key again after the sale is sold out, and nobody else", async () => {
    const itemId = await sale({ quantity: 5, limitPerBuyer: 1 })
    const first = await Promise.all(
      Array.from({ length: 200 }, (_, i) => buy(anyClient(i), i + 1, { itemId, key: `key-${i}` })),
    )
    const winners = first.filter((answer) => answer.status === 201)
    expect(winners).toHaveLength(5)
    const again = await Promise.all(
      Array.from({ length: 200 }, (_, i) => buy(anyClient(i + 1), i + 1, { itemId, key: `key-${i}` })),
    )
    expect(tally(again)).toEqual({ '201': 5, '409 NOT_ENOUGH_STOCK': 195 })
    const bodies = (answers: Answer[]): unknown[] =>
      answers.filter(({ status }) => status === 201).map(({ body }) => body)
    expect(bodies(again)).toEqual(bodies(first))
    const winner = winners[0]!.body
    const otherQuantity = await buy(anyClient(0), winner.userId, {
      itemId,
      key: `key-${winner.userId - 1}`,
      quantity: 2,
    })
    expect(tally([otherQuantity])).toEqual({ '422 IDEMPOTENCY_KEY_REUSED': 1 })
    await expectExact(database, itemId, [...first, ...again])
  })

  it('sells nothing early, tried from 100 ms before to 100 ms after the opening', async () => {
    const openInMs = 700
    const itemId = await sale({ quantity: 50, openInMs })
    const opensAt = Date.now() + openInMs
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const at = opensAt - 100 + random() * 200
        await new Promise((resolve) => setTimeout(resolve, at - Date.now()))
        return buy(anyClient(i), i + 1, { itemId })
      }),
    )
    const { orders, available } = await expectExact(database, itemId, answers)
    expect(orders.filter((order) => order.early)).toEqual([])
    expect(Object.keys(tally(answers)).toSorted()).toEqual(
      expect.arrayContaining(['201', '400 NOT_REACHED_OPEN_TIME']),
    )
    expect(available).toBe(0)
  })

  it('stays exact while expiry, cancels, restocks, reductions and pauses race with claims', async () => {
    const itemId = await sale({ quantity: 60, limitPerBuyer: 2, holdSeconds: 1 })
    const answers: Answer[] = []
    const until = Date.now() + 4_000
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
    const claiming = async (n: number): Promise<void> => {
      while (Date.now() < until) {
        const buyerId = 1 + Math.floor(random() * 300)
        const answer = await buy(anyClient(n), buyerId, { itemId, quantity: random() < 0.3 ? 2 : 1 })
        answers.push(answer)
        if (answer.status === 201 && random() < 0.4) {
          const path = `/order-service/api/v1/orders/${answer.body.orderId}/cancel`
          await anyClient(n + 1).send('PUT', path, { token: tokenOf(buyerId) })
        }
      }
    }
    const steering = async (): Promise<void> => {
      while (Date.now() < until) {
        const pick = random()
        const stocks = '/item-service/api/v1/stocks'
        const body = { itemId, quantity: 1 + Math.floor(random() * 5) }
        if (pick < 0.4) expect((await seller(stocks, body)).status).toBe(204)
        else if (pick < 0.7)
          await clients[0]!.send('PUT', stocks, { token: tokenOf(SELLER_ID, 'SELLER'), body })
        else {
          expect((await seller(`/item-service/api/v1/items/${itemId}/sale/pause`, {})).status).toBe(200)
          await pause(random() * 60)
          expect((await seller(`/item-service/api/v1/items/${itemId}/sale/resume`, {})).status).toBe(200)
        }
        await pause(random() * 80)
      }
    }
    await Promise.all([...Array.from({ length: 32 }, (_, n) => claiming(n)), steering()])
    const unexpected = answers.filter(({ status }) => ![201, 409].includes(status))
    expect(tally(unexpected)).toEqual({})
    const { orders } = await expectExact(database, itemId, answers)
    expect(orders.some((order) => order.status === 'EXPIRED')).toBe(true)
    expect(orders.some((order) => order.status === 'CANCELED')).toBe(true)
    // Liveness: once the last holds have run out, everything is for sale again and sells out.
    await expect
      .poll(async () => (await expectExact(database, itemId, [])).available, { timeout: 10_000 })
      .toBe((await expectExact(database, itemId, [])).total)
    const rest = (await expectExact(database, itemId, [])).available
    const last = await Promise.all(
      Array.from({ length: rest + 20 }, (_, i) => buy(anyClient(i), 10_000 + i, { itemId })),
    )
    // More where a hold of this last round ran out meanwhile.
    expect(last.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(rest)
    await expectExact(database, itemId, last)
  })

  it('leaves the gate in step with the database', async () => {
    if (gate === 'memory') await expectGateAgrees(clients[0]!, database, itemIds)
    if (redis !== undefined) await expectRedisAgrees(redis, database, itemIds)
  })
})
