// Orders of normal items for tests, and the bank of items whichever way their units went.
import type pg from 'pg'
import { expect } from 'vitest'
import type { UserRole } from '../../server/platform/auth.ts'
import { tokenOf, type Answer, type Client } from './buyers.ts'
import { SELLER_ID } from './sale.ts'

export const ORDERS = '/order-service/api/v1/orders'
const ITEMS = '/item-service/api/v1/items'

export interface Line {
  itemId: number
  itemCount: number
  price?: number
}

interface Asked {
  key?: string
  language?: string
  role?: UserRole
}

export interface OrderShop {
  newBuyer(): number
  normalItem(terms?: { quantity?: number; price?: number; holdSeconds?: number }): Promise<number>
  order(buyerId: number, lines: readonly Line[], more?: Asked & { recipient?: unknown }): Promise<Answer>
  get(orderId: number, buyerId: number, asked?: Asked): Promise<Answer>
  list(buyerId: number, query?: string): Promise<Answer>
  change(orderId: number, buyerId: number, body: unknown, asked?: Asked): Promise<Answer>
  cancel(
    orderId: number,
    buyerId: number,
    what?: Asked & { body?: unknown; itemId?: number | string },
  ): Promise<Answer>
  hide(orderId: number, buyerId: number, asked?: Asked): Promise<Answer>
  /** Units left of each. */
  left(...itemIds: number[]): Promise<number[]>
  setStatus(orderId: number, status: string): Promise<unknown>
  isExpired(orderId: number, buyerId: number): Promise<void>
}

/** Its buyers have no account: the shop knows them by their tokens alone. */
export function orderShop(client: Client, database: pg.Pool): OrderShop {
  let buyers = 0
  const send = (
    method: string,
    path: string,
    buyerId: number,
    { key, language, role }: Asked = {},
    body?: unknown,
  ): Promise<Answer> =>
    client.send(method, path, {
      token: tokenOf(buyerId, role),
      ...(key !== undefined && { key }),
      ...(language !== undefined && { headers: { 'accept-language': language } }),
      ...(body !== undefined && { body }),
    })
  const shop: OrderShop = {
    newBuyer: () => ++buyers,
    async normalItem({ quantity = 10, price = 500, holdSeconds } = {}) {
      const { status, body } = await client.send('POST', ITEMS, {
        token: tokenOf(SELLER_ID, 'SELLER'),
        body: {
          name: 'Plain mug',
          description: 'A normal item of the tests',
          price,
          quantity,
          isReserved: false,
          ...(holdSeconds !== undefined && { holdSeconds }),
        },
      })
      expect(status, JSON.stringify(body)).toBe(201)
      return body.id
    },
    order: (buyerId, orderItemList, { recipient, ...asked } = {}) =>
      send('POST', ORDERS, buyerId, asked, { orderItemList, ...(recipient !== undefined && { recipient }) }),
    get: (orderId, buyerId, asked) => send('GET', `${ORDERS}/${orderId}`, buyerId, asked),
    list: (buyerId, query = '') => send('GET', `${ORDERS}${query}`, buyerId),
    change: (orderId, buyerId, body, asked) => send('PUT', `${ORDERS}/${orderId}`, buyerId, asked, body),
    cancel: (orderId, buyerId, { body, itemId, ...asked } = {}) => {
      const query = itemId === undefined ? '' : `?itemId=${itemId}`
      return send('PUT', `${ORDERS}/${orderId}/cancel${query}`, buyerId, asked, body)
    },
    hide: (orderId, buyerId, asked) => send('DELETE', `${ORDERS}/${orderId}`, buyerId, asked),
    async left(...itemIds) {
      const { rows } = await database.query<{ item_id: number; available: number }>(
        'SELECT item_id, available FROM stock.stock WHERE item_id = ANY ($1)',
        [itemIds],
      )
      return itemIds.map((itemId) => rows.find((row) => row.item_id === itemId)?.available ?? Number.NaN)
    },
    setStatus: (orderId, status) =>
      database.query('UPDATE orders.orders SET status = $2 WHERE id = $1', [orderId, status]),
    async isExpired(orderId, buyerId) {
      const status = async (): Promise<unknown> => (await shop.get(orderId, buyerId)).body.status
      await expect.poll(status, { timeout: 8_000 }).toBe('EXPIRED')
    },
  }
  return shop
}

/** `409 SALE_CLOSED`, `201 CREATED`, `204`. */
export const said = ({ status, body }: Answer): string =>
  `${status} ${String(body?.code ?? body?.status ?? '')}`.trim()

/** Total = available + units of live orders, the ledger sums up to what is available, and orders sum up their lines. */
export async function expectBank(database: pg.Pool, ...itemIds: number[]): Promise<void> {
  const { rows } = await database.query(
    `SELECT k.item_id, k.total, k.available,
            k.available + coalesce((
              SELECT sum(l.quantity) FROM orders.line l JOIN orders.orders o ON o.id = l.order_id
               WHERE l.item_id = k.item_id
                 AND o.status NOT IN ('EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED')), 0) AS bank,
            (SELECT sum(delta) FROM stock.ledger g WHERE g.item_id = k.item_id) AS ledger
       FROM stock.stock k WHERE k.item_id = ANY ($1)`,
    [itemIds],
  )
  expect(rows).toHaveLength(new Set(itemIds).size)
  for (const row of rows) expect([row.bank, row.ledger]).toEqual([row.total, row.available])
  const { rows: wrong } = await database.query(
    `SELECT o.id FROM orders.orders o
       JOIN LATERAL (SELECT sum(l.quantity) AS units, sum(l.quantity::bigint * l.unit_price) AS price
                       FROM orders.line l WHERE l.order_id = o.id) l ON true
      WHERE l.units IS DISTINCT FROM o.quantity OR l.price IS DISTINCT FROM o.total_price`,
  )
  expect(wrong, 'orders whose lines do not add up').toEqual([])
}
