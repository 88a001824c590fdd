// The order of arrival that `saleSequence` shows: across processes where they share a gate, whatever happens to it.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buy, createClient, randomOf, runSeed, tally, type Answer, type Client } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { expectExact, openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const PROCESSES = 3
const EPOCH = 2 ** 32

describe.skipIf(needsProgram('redis-server'))('the order of arrival at three processes', () => {
  const random = randomOf(runSeed())
  let made: TestDatabase
  let database: pg.Pool
  let redis: RedisProcess
  let servers: ServerProcess[] = []
  let clients: Client[] = []

  beforeAll(async () => {
    made = await newDatabase('arrival')
    database = new pg.Pool({ connectionString: made.url, max: 2 })
    redis = await startRedis()
    for (let n = 0; n < PROCESSES; n++) {
      const env = { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000' }
      servers.push(await startServer({ databaseUrl: made.url, env }))
    }
    clients = servers.map((server) => createClient(server.url))
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
    await database.end()
    await made.drop()
  })
  let endCrowd: () => Promise<unknown> = async () => undefined
  afterEach(() => endCrowd())

  const anyClient = (): Client => clients[Math.floor(random() * PROCESSES)]!

  /** One buyer after the other, each when the one before has its answer, at any of the processes. */
  const oneAfterTheOther = async (
    count: number,
    itemId: number,
    between: (n: number) => Promise<unknown> = async () => undefined,
  ): Promise<Answer[]> => {
    const answers: Answer[] = []
    for (let n = 0; n < count; n++) {
      await between(n)
      answers.push(await buy(anyClient(), 1_000_000 + n, { itemId }))
    }
    return answers
  }
  /** Others who press all the time, so that there are claims in flight in every process. */
  const crowd = (itemId: number): { end(): Promise<Answer[]> } => {
    let isOver = false
    const answers: Answer[] = []
    let buyer = 1
    const press = async (n: number): Promise<void> => {
      while (!isOver) answers.push(await buy(clients[n % PROCESSES]!, buyer++, { itemId }))
    }
    const all = Promise.all(Array.from({ length: 12 }, (_, n) => press(n)))
    const end = async (): Promise<Answer[]> => {
      isOver = true
      await all
      return answers
    }
    endCrowd = end
    return { end }
  }
  const sequencesOf = (answers: readonly Answer[]): number[] =>
    answers.map(({ body }) => Number(body.saleSequence))
  const expectNoInversion = (answers: readonly Answer[]): void => {
    expect(tally(answers)).toEqual({ '201': answers.length })
    const sequences = sequencesOf(answers)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
  }

  it('is that of the claims, for claims sent one after the other, while a crowd presses', async () => {
    const itemId = await openSale(clients[0]!, { quantity: 100_000 })
    const others = crowd(itemId)
    const answers = await oneAfterTheOther(300, itemId)
    expectNoInversion(answers)
    await expectExact(database, itemId, [...answers, ...(await others.end())])
    // It is the work of one gate, or of a few where the machine was slow for longer than Redis may be: not of one for each claim.
    const gates = new Set(sequencesOf(answers).map((sequence) => Math.floor(sequence / EPOCH)))
    expect(gates.size).toBeLessThan(4)
  })

  it('holds also while the gate is flushed, killed and started again', async () => {
    const itemId = await openSale(clients[0]!, { quantity: 100_000 })
    const others = crowd(itemId)
    const breakSomething = async (n: number): Promise<void> => {
      if (n % 100 === 20 || n % 100 === 90) await redis.command('FLUSHALL')
      if (n % 100 === 50) redis.kill('SIGKILL')
      if (n % 100 === 70) await redis.restart()
      if (random() < 0.1) await sleep(random() * 60)
    }
    const answers = await oneAfterTheOther(400, itemId, breakSomething)
    expectNoInversion(answers)
    await expectExact(database, itemId, [...answers, ...(await others.end())])
  })

  it('is not that of the commit: two numbers, two promises', async () => {
    const itemId = await openSale(clients[0]!, { quantity: 100_000 })
    const others = crowd(itemId)
    await sleep(1_500)
    const answers = await others.end()
    const { orders } = await expectExact(database, itemId, answers)
    // Commit numbers have no gap; the sequence follows the gate, and rows of several processes overtake one another a little.
    expect(orders.map((order) => order.commit_no)).toEqual(orders.map((_, i) => i + 1))
    const overtaken = orders.filter((order, i) => i > 0 && order.sale_sequence < orders[i - 1]!.sale_sequence)
    console.log(`${overtaken.length} of ${orders.length} orders were overtaken between gate and commit`)
    expect(overtaken.length).toBeLessThan(orders.length / 2)
  })
})
