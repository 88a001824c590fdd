// A buyer's own orders.
import { Type } from 'typebox'
import type { PersonalData } from '../../platform/crypto.ts'
import {
  CursorPageOf,
  CursorQuery,
  decodeCursor,
  isByCursor,
  limitOf,
  toCursorPage,
} from '../../platform/cursor.ts'
import type { Database, Db } from '../../platform/db.ts'
import type { Http } from '../../platform/http.ts'
import { PageOf, PageQuery, toPage, toPageRequest } from '../../platform/page.ts'
import { problems } from '../../platform/problem-schema.ts'
import { ListedOrder, OrderDetail, OrderParams, OrdersQuery } from './bodies.ts'
import { hide } from './hide.ts'
import { listedBody } from './order-body.ts'
import { readOrder } from './read-orders.ts'
import { countOrders, listOrders, type ListedRow, type OrdersQuery as Wanted } from './sql-read.ts'

export const ORDERS = '/order-service/api/v1/orders'

export interface HistoryRouteDeps {
  database: Database
  pii: PersonalData
}

const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...CursorQuery.properties,
  ...OrdersQuery.properties,
})

export function orderHistoryRoutes(http: Http, deps: HistoryRouteDeps): void {
  listRoute(http, deps)
  readRoute(http, deps)
  hideRoute(http, deps)
}

function listRoute(http: Http, { database }: HistoryRouteDeps): void {
  http.get(
    ORDERS,
    {
      schema: {
        tags: ['orders'],
        summary: 'Own orders, newest first',
        description:
          'Page by page (`page`, `size`), or from where the last part ended (`cursor`, `limit`), which is as fast for old orders as for new ones.',
        querystring: ListQuery,
        response: {
          200: Type.Union([PageOf(ListedOrder), CursorPageOf(ListedOrder)], { description: 'Own orders' }),
          ...problems('INVALID_CURSOR'),
        },
      },
    },
    async ({ query, caller }) => {
      const wanted = { buyerId: caller.userId, status: query.status, saleItemId: query.saleItemId }
      return isByCursor(query) ? readPart(database.db, wanted, query) : readPage(database.db, wanted, query)
    },
  )
}

async function readPage(db: Db, wanted: Wanted, query: { page?: number; size?: number }) {
  const asked = toPageRequest(query)
  const offset = asked.page * asked.size
  const rows = await listOrders(db, { ...wanted, offset, limit: asked.size })
  // A page that is not full is the last one: most buyers' only one.
  const isLast = rows.length < asked.size && (rows.length > 0 || offset === 0)
  return toPage(rows.map(listedBody), asked, isLast ? offset + rows.length : await countOrders(db, wanted))
}

async function readPart(db: Db, wanted: Wanted, query: { cursor?: string; limit?: number }) {
  const limit = limitOf(query)
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor)
  const { content, next } = toCursorPage(
    await listOrders(db, { ...wanted, after, limit: limit + 1 }),
    limit,
    cursorOf,
  )
  return { content: content.map(listedBody), next }
}

const cursorOf = (last: ListedRow): [number, number] => [last.createdMicros, last.orderId]

function readCursor(text: string): { createdMicros: number; orderId: number } {
  const [createdMicros, orderId] = decodeCursor(text, ['integer', 'integer'])
  return { createdMicros, orderId }
}

function readRoute(http: Http, { database, pii }: HistoryRouteDeps): void {
  http.get(
    `${ORDERS}/:orderId`,
    {
      schema: {
        tags: ['orders'],
        summary: 'One order, with its recipient',
        description: 'For its buyer and for administrators.',
        params: OrderParams,
        response: { 200: OrderDetail, ...problems('NOT_FOUND_ORDER') },
      },
    },
    ({ params, caller }) => readOrder({ db: database.db, pii }, caller, params.orderId),
  )
}

function hideRoute(http: Http, { database }: HistoryRouteDeps): void {
  http.delete(
    `${ORDERS}/:orderId`,
    {
      schema: {
        tags: ['orders'],
        summary: 'Delete an order from the own list',
        description:
          'Of an order that is over: cancelled, expired, failed, returned or delivered. Units and money are not touched; the export of the member still has it.',
        params: OrderParams,
        response: {
          204: Type.Null({ description: 'Deleted' }),
          ...problems('NOT_FOUND_ORDER', 'ORDER_IN_PROGRESS'),
        },
      },
    },
    async ({ params, caller, once }, reply) => {
      await hide({ database }, { orderId: params.orderId, buyerId: caller.userId, once })
      return reply.code(204).send(null)
    },
  )
}
