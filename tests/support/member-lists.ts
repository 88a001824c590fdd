// Members with what they keep: carts and wishlists. They have no account: the shop knows them by their tokens alone.
import type pg from 'pg'
import { expect } from 'vitest'
import { tokenOf, type Answer } from './buyers.ts'
import { ITEMS, type Shop } from './sale-app.ts'
import { SELLER_ID } from './sale.ts'

export const CARTS = '/order-service/api/v1/carts'
export const WISHLISTS = '/user-service/api/v1/wishlists'
export const SEVERAL = '/wishlist/items'
export const seller = tokenOf(SELLER_ID, 'SELLER')

/** `404 NOT_FOUND_ITEM`, `204`. */
export const said = ({ status, body }: Answer): string => `${status} ${String(body?.code ?? '')}`.trim()

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
interface More {
  body?: unknown
  key?: string
  headers?: Record<string, string>
}
/** A request of a member, of what is theirs. */
type Call = (method: Method, path: string, userId: number, more?: More) => Promise<Answer>
/** The shop of a test file starts after its functions are made. */
type ShopOf = () => Shop

const caller =
  (shop: ShopOf, base: string): Call =>
  (method, path, userId, more = {}) =>
    shop().client.send(method, `${base}${path}`, { token: tokenOf(userId), ...more })

let members = 0
export const newMember = (): number => ++members

/** Normal items. */
export function shelfOf(shop: ShopOf): {
  publish(terms?: { name?: string; price?: number; quantity?: number }): Promise<number>
  takeOff(itemId: number): Promise<void>
  left(itemId: number): Promise<number>
} {
  return {
    async publish({ name = 'Plain mug', price = 500, quantity = 10 } = {}) {
      const body = { name, description: 'A normal item of the tests', price, quantity, isReserved: false }
      const answer = await shop().client.send('POST', ITEMS, { token: seller, body })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      return answer.body.id
    },
    async takeOff(itemId) {
      expect((await shop().client.send('DELETE', `${ITEMS}/${itemId}`, { token: seller })).status).toBe(204)
    },
    /** As committed, whatever a page may show for a second. */
    async left(itemId) {
      const query = 'SELECT available FROM stock.stock WHERE item_id = $1'
      return (await shop().database.query<{ available: number }>(query, [itemId])).rows[0]!.available
    },
  }
}

export function cartsOf(shop: ShopOf): {
  call: Call
  add(userId: number, body: unknown, key?: string): Promise<Answer>
  read(userId: number): Promise<Answer>
  /** `[itemId, quantity]` of each line. */
  linesOf(userId: number): Promise<[number, number][]>
} {
  const call = caller(shop, CARTS)
  const read = (userId: number): Promise<Answer> => call('GET', '', userId)
  return {
    call,
    read,
    add: (userId, body, key) => call('POST', '', userId, { body, ...(key !== undefined && { key }) }),
    linesOf: async (userId) =>
      (await read(userId)).body.cartItems.map((line: { itemId: number; quantity: number }) => [
        line.itemId,
        line.quantity,
      ]),
  }
}

export function wishlistsOf(shop: ShopOf): {
  call: Call
  add(userId: number, itemId: number): Promise<Answer>
  addAll(userId: number, body: unknown): Promise<Answer>
  read(userId: number): Promise<Answer>
  itemsOf(userId: number): Promise<number[]>
} {
  const call = caller(shop, WISHLISTS)
  const read = (userId: number): Promise<Answer> => call('GET', '', userId)
  return {
    call,
    read,
    add: (userId, itemId) => call('POST', `?itemId=${itemId}`, userId),
    addAll: (userId, body) => call('POST', SEVERAL, userId, { body }),
    itemsOf: async (userId) =>
      (await read(userId)).body.wishlistItems.map((line: { itemId: number }) => line.itemId),
  }
}

/** As if the process died each time between the commit and the answer: while `act` runs, no answer can be kept. */
export async function withLostAnswers(
  database: pg.Pool,
  act: (leasesAreOver: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const alter = 'ALTER TABLE platform.kept_answer'
  await database.query(`${alter} ADD CONSTRAINT lost CHECK (answer IS NULL) NOT VALID`)
  try {
    await act(() =>
      database.query(
        `UPDATE platform.kept_answer SET lease_until = now() - interval '1 second' WHERE answer IS NULL`,
      ),
    )
  } finally {
    await database.query(`${alter} DROP CONSTRAINT lost`)
  }
}
