// The whole application on a database of its own, called as sellers, buyers and administrators.
import pg from 'pg'
import { pino } from 'pino'
import { compose, type App } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import type { UserRole } from '../../server/platform/auth.ts'
import { pgTypes } from '../../server/platform/db.ts'
import { tokenOf } from './buyers.ts'
import { newDatabase } from './postgres.ts'
import { TEST_SECRETS } from './server-process.ts'

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
  app: App
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

/** `label` names the database. */
export async function startSaleApp(label: string): Promise<SaleApp> {
  const database = await newDatabase(label)
  const app = await compose(
    readConfig('demo', {
      ...TEST_SECRETS,
      DATABASE_URL: database.url,
      PORT: '0',
      RATE_LIMIT_FACTOR: '10000',
    }),
    pino({ level: 'silent' }),
  )
  await app.listen()
  const outside = new pg.Pool({ connectionString: database.url, max: 2, types: pgTypes })
  // Its last connections may end with the database.
  outside.on('error', () => undefined)
  return {
    app,
    async call(method, url, { who, body, language } = {}) {
      const token = who && tokenOf(who.userId, who.role)
      const headers = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(language !== undefined && { 'accept-language': language }),
      }
      const answer = await app.http.inject({
        method,
        url,
        headers,
        ...(body !== undefined && { payload: body as object }),
      })
      return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() }
    },
    query: async (sql, values) => (await outside.query<Record<string, unknown>>(sql, values)).rows,
    async stop() {
      await app.stop()
      await outside.end()
      await database.drop()
    },
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
