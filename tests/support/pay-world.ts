// Several server processes over one database and one simulator of the providers, for tests in which they die and misbehave.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { pgTypes } from '../../server/platform/db.ts'
import { createClient, tokenOf, type Answer, type Client } from './buyers.ts'
import { endEvents, findWrongs, skipPauses, stillOpen, unverified, type BookRow } from './pay-checks.ts'
import { startPaySimulator, type PaySimulator } from './pay-simulator.ts'
import { newDatabase } from './postgres.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export const PAYMENTS = '/payment-service/api/v1/payments'
export const ORDERS = '/order-service/api/v1/orders'
export const SHIPMENTS = '/order-service/api/v1/shipments'
const ITEMS = '/item-service/api/v1/items'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
interface Ask {
  buyerId: number
  role?: 'SELLER' | 'ADMIN'
  body?: unknown
  key?: string
}

export interface PayWorld {
  simulator: PaySimulator
  database: pg.Pool
  databaseUrl: string
  server(no: number): ServerProcess
  client(no: number): Client
  /** Kills it at once. */
  kill(no: number): Promise<void>
  /** At the address of the one before. */
  start(no: number): Promise<void>
  /** Asks process `no`; status 0 where it gives no answer. */
  once(no: number, method: Method, path: string, ask: Ask): Promise<Answer>
  /** Asks process `no`, and another where it gives no answer. */
  ask(no: number, method: Method, path: string, ask: Ask): Promise<Answer>
  /** A normal item; its id. */
  item(terms: { sellerId: number; price: number; quantity: number }): Promise<number>
  /** No chaos. */
  calm(): Promise<void>
  /** Calm, nothing under way and everything compared with the providers' books. Pauses between tries are not waited for. */
  untilQuiet(options?: { msMax?: number; isVerified?: boolean }): Promise<void>
  /** Of the book of both providers. */
  book(): Promise<BookRow[]>
  /** Of all orders and payments that there are: nothing is wrong that was not before. */
  expectAllRight(itemIds: readonly number[]): Promise<void>
  stop(): Promise<void>
}

export async function startPayWorld(options: {
  label: string
  processes: number
  seed?: number
  env?: Record<string, string>
  /** For process `no`: other addresses of the database or the simulator. */
  envOf?: (no: number, urls: { database: string; simulator: string }) => Promise<Record<string, string>>
}): Promise<PayWorld> {
  const { label, processes, seed = 1, env = {}, envOf } = options
  const made = await newDatabase(label)
  const simulator = await startPaySimulator({ seed })
  const database = new pg.Pool({ connectionString: made.url, max: 6, types: pgTypes })
  // Its last connections may end with the database.
  database.on('error', () => undefined)
  const servers: ServerProcess[] = []
  const clients: Client[] = []
  const ports: string[] = []
  const knownWrongs = new Set<string>()
  const own = await Promise.all(
    Array.from({ length: processes }, (_, no) =>
      Promise.resolve(envOf?.(no, { database: made.url, simulator: simulator.url })),
    ),
  )
  const world: PayWorld = {
    simulator,
    database,
    databaseUrl: made.url,
    server: (no) => servers[no]!,
    client: (no) => clients[no]!,
    async kill(no) {
      servers[no]!.kill('SIGKILL')
      await servers[no]!.exited
      clients[no]!.close()
    },
    async start(no) {
      const server = await startServer({
        databaseUrl: made.url,
        env: {
          SIMULATOR_URL: simulator.url,
          SALE_GATE: 'none',
          RATE_LIMIT_FACTOR: '100000',
          PAYMENT_LEASE_SECONDS: '8',
          PAYMENT_BREAKER_SECONDS: '0.3',
          PAYMENT_SESSION_SECONDS: '2',
          ...(ports[no] !== undefined && { PORT: ports[no] }),
          ...env,
          ...own[no],
        },
      })
      servers[no] = server
      ports[no] = new URL(server.url).port
      clients[no] = createClient(server.url)
    },
    once: (no, method, path, { buyerId, role, body, key }) =>
      clients[no]!.send(method, path, {
        token: tokenOf(buyerId, role),
        ...(body !== undefined && { body }),
        ...(key !== undefined && { key }),
      }),
    async ask(no, method, path, ask) {
      for (let i = 0; ; i++) {
        const answer = await world.once((no + i) % processes, method, path, ask)
        if (answer.status !== 0 || i >= TRIES_MAX) return answer
        await sleep(50)
      }
    },
    async item({ sellerId, price, quantity }) {
      const body = {
        name: 'Plain mug',
        description: 'A normal item of the tests',
        price,
        quantity,
        isReserved: false,
      }
      const answer = await world.ask(0, 'POST', ITEMS, { buyerId: sellerId, role: 'SELLER', body })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      return answer.body.id
    },
    async calm() {
      await simulator.control('/chaos', 'DELETE')
    },
    async untilQuiet({ msMax = 30_000, isVerified = false } = {}) {
      await world.calm()
      const end = performance.now() + msMax
      for (;;) {
        await skipPauses(database)
        // Nobody who is alive takes so long.
        await endEvents(database, made.url, EVENT_SECONDS_MAX)
        const open = await stillOpen(database)
        const count = isVerified ? await unverified(database) : 0
        if (open.length === 0 && count === 0) return
        if (performance.now() > end)
          throw new Error(
            `not quiet: ${JSON.stringify(open)}, ${count} not verified\n${world.server(0).output()}`,
          )
        await sleep(100)
      }
    },
    book: async () => (await simulator.control('/book')).body['payments'] as BookRow[],
    async expectAllRight(itemIds) {
      const wrongs = await findWrongs(database, await world.book(), itemIds)
      const fresh = wrongs.filter((wrong) => !knownWrongs.has(wrong))
      for (const wrong of fresh) knownWrongs.add(wrong)
      expect(fresh).toEqual([])
    },
    async stop() {
      for (const client of clients) client.close()
      await Promise.all(servers.map((server) => server.stop()))
      await database.end()
      await made.drop()
      await simulator.stop()
    },
  }
  try {
    for (let no = 0; no < processes; no++) await world.start(no)
  } catch (error) {
    await world.stop()
    throw error
  }
  await simulator.control('/webhooks', 'PUT', {
    toss: `${servers[0]!.url}${PAYMENTS}/toss/webhook`,
    nice: `${servers[processes - 1]!.url}${PAYMENTS}/nice/webhook`,
  })
  return world
}

const TRIES_MAX = 60
const EVENT_SECONDS_MAX = 5
