// PostgreSQL goes away in the middle of a sale and comes back: 503 meanwhile, no order invented, none lost, the sale goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../server/compose.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'
import { buy, createClient, randomOf, runSeed, tally, type Answer } from '../support/buyers.ts'
import { expectExact, openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const TIMES = 3
/** The promise is 2 s; machines that run tests are noisy. */
const RESUME_MS_MAX = 10_000

describe('PostgreSQL stopped and started during a sale', () => {
  const log = createLog('silent')
  let dir: string
  let postgres: EmbeddedPostgres
  let server: ServerProcess

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hurry-up-fault-'))
    postgres = await startEmbeddedPostgres({ dir, log })
    await migrateDatabase(postgres.url)
    server = await startServer({ databaseUrl: postgres.url, env: { RATE_LIMIT_FACTOR: '100000' } })
    void server.exited.then((how) => console.log('the server ended', how, server.output()))
  })
  afterAll(async () => {
    await server.stop()
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  })

  it('answers 503 meanwhile, and sells on within seconds of its return', async () => {
    const random = randomOf(runSeed())
    const client = createClient(server.url)
    const itemId = await openSale(client, { quantity: 200_000 })
    const answers: Answer[] = []
    const unanswered: { buyerId: number; key: string }[] = []
    let nextBuyer = 1
    let over = false
    let lastSuccess = 0
    const buying = Array.from({ length: 50 }, async () => {
      while (!over) {
        const buyerId = nextBuyer++
        const key = `key-${buyerId}`
        const answer = await buy(client, buyerId, { itemId, key })
        answers.push(answer)
        if (answer.status === 201) lastSuccess = Date.now()
        else {
          unanswered.push({ buyerId, key })
          await pause(20)
        }
      }
    })
    for (let time = 0; time < TIMES; time++) {
      await pause(200 + random() * 400)
      await postgres.stop('immediate')
      await pause(300 + random() * 700)
      expect((await client.send('GET', '/livez')).status).toBe(200)
      expect((await client.send('GET', '/readyz')).status).toBe(503)
      postgres = await startEmbeddedPostgres({ dir, log })
      const back = Date.now()
      await expect.poll(() => lastSuccess > back, { timeout: RESUME_MS_MAX, interval: 20 }).toBe(true)
      console.log(`sold again ${lastSuccess - back} ms after PostgreSQL was back`)
    }
    await pause(300)
    over = true
    await Promise.all(buying)
    expect(Object.keys(tally(answers)).toSorted()).toEqual(['201', '503 SERVICE_UNAVAILABLE'])
    expect(answers.find(({ status }) => status === 503)?.headers['retry-after']).toBeDefined()
    const retried = await Promise.all(
      unanswered.map(({ buyerId, key }) => buy(client, buyerId, { itemId, key })),
    )
    expect(tally(retried)).toEqual({ '201': unanswered.length })
    await expectExact(postgresPool(postgres.url), itemId, [...answers, ...retried])
    await expect
      .poll(async () => /order_claims_unknown (\d+)/.exec((await client.send('GET', '/metrics')).body)?.[1])
      .toBe('0')
    client.close()
    await Promise.all(pools.map((pool) => pool.end()))
  })
})

const pools: pg.Pool[] = []
function postgresPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 })
  pools.push(pool)
  return pool
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
