// The shop on a database of its own: one process, or every role behind the gateway where the project says so; called as
// sellers, buyers and administrators.
import pg from 'pg'
import { inject } from 'vitest'
import type { UserRole } from '../../server/platform/auth.ts'
import { pgTypes } from '../../server/platform/db.ts'
import { createClient, tokenOf, type Client } from './buyers.ts'
import { createDocumentCheck, type DocumentCheck } from './document-check.ts'
import { newDatabase } from './postgres.ts'
import { startServer } from './server-process.ts'
import { startSplit } from './split.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What flow tests ask: see `split` in vitest.config.ts. */
    target: 'single' | 'split'
  }
}

export interface Shop {
  url: string
  client: Client
  database: pg.Pool
  /** What its processes have said. */
  output(): string
  stop(): Promise<void>
}

/** `label` names the database. */
export async function startShop(label: string, env: Record<string, string> = {}): Promise<Shop> {
  const made = await newDatabase(label)
  const start = inject('target') === 'split' ? startSplit : startServer
  const running = await start({ databaseUrl: made.url, env })
  const client = await checked(createClient(running.url))
  const database = new pg.Pool({ connectionString: made.url, max: 4, types: pgTypes })
  // Its last connections may end with the database.
  database.on('error', () => undefined)
  return {
    url: running.url,
    client,
    database,
    output: () => running.output(),
    async stop() {
      client.close()
      await running.stop()
      await database.end()
      await made.drop()
    },
  }
}

let documentCheck: Promise<DocumentCheck> | undefined

/** Every answer of a flow test is held against the OpenAPI document. */
async function checked(client: Client): Promise<Client> {
  documentCheck ??= createDocumentCheck()
  const check = await documentCheck
  return {
    ...client,
    async send(method, path, options) {
      const answer = await client.send(method, path, options)
      const contentType = String(answer.headers['content-type'] ?? '')
      const wrong = check({ method, path, contentType, status: answer.status, body: answer.body })
      if (wrong !== undefined) throw new Error(wrong)
      return answer
    },
  }
}

/** How long a change that one process made may be news to another. */
const KNOWN_MS_MAX = 1_000

/** Buys something that has just come to be for sale: at once in the process that made it so, within a second elsewhere. */
export async function soonPlaced<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + (inject('target') === 'split' ? KNOWN_MS_MAX : 0)
  for (;;) {
    const answer = await ask()
    if (answer.status === 201 || performance.now() >= end) return answer
  }
}

export interface Who {
  userId: number
  role: UserRole
}

export interface Answer {
  status: number
  body: Record<string, unknown> & {
    code?: string
    errors?: { field: string; value: string; reason: string }[]
  }
}

export interface SaleApp {
  /** One request; without `who` nobody is signed in. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    given?: { who?: Who; body?: unknown; language?: string },
  ): Promise<Answer>
  /** A statement past the application. Column names come back as PostgreSQL names them. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

export const SELLER: Who = { userId: 101, role: 'SELLER' }
export const OTHER_SELLER: Who = { userId: 102, role: 'SELLER' }
export const ADMIN: Who = { userId: 103, role: 'ADMIN' }
export const BUYER: Who = { userId: 104, role: 'CERTIFIED_USER' }
export const ITEMS = '/item-service/api/v1/items'
export const STOCKS = '/item-service/api/v1/stocks'

export async function startSaleApp(label: string): Promise<SaleApp> {
  const { client, database, stop } = await startShop(label)
  return {
    async call(method, path, { who, body, language } = {}) {
      const answer = await client.send(method, path, {
        ...(who !== undefined && { token: tokenOf(who.userId, who.role) }),
        ...(body !== undefined && { body }),
        ...(language !== undefined && { headers: { 'accept-language': language } }),
      })
      return { status: answer.status, body: answer.body === '' ? {} : answer.body }
    },
    query: async (sql, values) => (await database.query<Record<string, unknown>>(sql, values)).rows,
    stop,
  }
}

export const limitedItem = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: '한정판 머그컵',
  description: '딱 열 개만 만든 머그컵입니다.',
  quantity: 10,
  price: 12_000,
  isReserved: true,
  openTime: '2026-01-02T12:00:00',
  ...changes,
})

export const normalItem = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
  const { openTime: _, ...item } = limitedItem()
  return { ...item, isReserved: false, ...changes }
}

/** The id of a new item of SELLER. */
export async function publish(shop: SaleApp, item = limitedItem()): Promise<number> {
  const { status, body } = await shop.call('POST', ITEMS, { who: SELLER, body: item })
  if (status !== 201) throw new Error(`publishing answered ${status} ${JSON.stringify(body)}`)
  return body['id'] as number
}

export function buy(shop: SaleApp, itemId: number, who: Who = BUYER): Promise<Answer> {
  return shop.call('POST', '/order-service/api/v1/orders/limited', { who, body: { itemId } })
}

export const isoIn = (ms: number): string => new Date(Date.now() + ms).toISOString()
