// Expiry where somebody holds the stock row of one item locked.
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compose, type App } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import { buy, createClient, type Client } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { openSale, readSale } from '../support/sale.ts'
import { TEST_SECRETS } from '../support/server-process.ts'

let made: TestDatabase
let app: App
let client: Client
let database: pg.Pool

beforeAll(async () => {
  made = await newDatabase('expire')
  const env = { ...TEST_SECRETS, DATABASE_URL: made.url, PORT: '0', RATE_LIMIT_FACTOR: '10000' }
  app = await compose(readConfig('demo', env), pino({ level: 'silent' }))
  client = createClient(await app.listen())
  database = new pg.Pool({ connectionString: made.url, max: 3 })
})
afterAll(async () => {
  client.close()
  await app.stop()
  await database.end()
  await made.drop()
})

it('gives the units of other items back meanwhile, and those of the locked one soon after', async () => {
  const [locked, other] = [await sale(), await sale()]
  const blocker = await database.connect()
  await blocker.query('BEGIN')
  await blocker.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [locked])
  const left = async (itemId: number): Promise<number> => (await readSale(database, itemId)).available
  // One second to hold, one for the sweep to find out, then item by item.
  await expect.poll(() => left(other), { timeout: 10_000 }).toBe(5)
  expect(await left(locked)).toBe(4)
  await blocker.query('ROLLBACK')
  blocker.release()
  await expect.poll(() => left(locked), { timeout: 5_000 }).toBe(5)
})

async function sale(): Promise<number> {
  const itemId = await openSale(client, { quantity: 5, holdSeconds: 1 })
  expect((await buy(client, 1, { itemId })).status).toBe(201)
  return itemId
}
