// Normal orders, and what may be changed of an order while it is unpaid.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Http } from '../../platform/http.ts'
import type { Ids } from '../../platform/ids.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { StockApi } from '../stock/contract.ts'
import { changeOrder } from './change-order.ts'
import { ChangeOrderRequest, KeyHeader, OrderDetail, OrderParams } from './bodies.ts'
import { NormalOrderRequest, OrderBody, type PlaceOrderRequest } from './contract.ts'
import { readOrder } from './read-orders.ts'
import { ORDERS } from './routes-history.ts'

export interface UnpaidRouteDeps {
  database: Database
  stock: Pick<StockApi, 'changeUnits' | 'announceUnits'>
  pii: PersonalData
  ids: Ids
  placeOrder(request: PlaceOrderRequest): Promise<{ body: OrderBody; replayed: boolean }>
}

/** An order of a thousand lines, each as long as it can be. */
const BODY_BYTES_MAX = 256 * 1024

export function unpaidOrderRoutes(http: Http, deps: UnpaidRouteDeps): void {
  normalOrderRoute(http, deps)
  changeRoute(http, deps)
}

function normalOrderRoute(http: Http, { ids, placeOrder }: UnpaidRouteDeps): void {
  http.post(
    ORDERS,
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['orders'],
        summary: 'Order normal items',
        description:
          'Several lines, all or nothing, at the prices of the server; units are held until `payBy`. The recipient is whom the buyer’s profile names where none is given.',
        headers: KeyHeader,
        body: NormalOrderRequest,
        response: {
          201: OrderBody,
          ...problems(
            'NOT_FOUND_ITEM',
            'NOT_ENOUGH_STOCK',
            'LIMITED_ITEM',
            'SALE_CLOSED',
            'SALE_PAUSED',
            'PRICE_CHANGED',
            'IDEMPOTENCY_KEY_REUSED',
          ),
        },
      },
    },
    async (request, reply) => {
      const { orderItemList, recipient } = request.body
      const placed = await placeOrder({
        buyerId: request.caller.userId,
        key: request.headers['idempotency-key'] ?? ids.uuid(),
        lines: orderItemList.map(({ itemId, itemCount, price }) => ({
          itemId,
          quantity: itemCount,
          priceKrw: price,
        })),
        recipient,
      })
      if (placed.replayed) reply.header('idempotency-replayed', 'true')
      reply.code(201)
      return placed.body
    },
  )
}

function changeRoute(http: Http, deps: UnpaidRouteDeps): void {
  http.put(
    `${ORDERS}/:orderId`,
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['orders'],
        summary: 'Change an unpaid order',
        description:
          'The recipient, and quantities of the lines that the order has: fewer units are for sale again at once, more are taken at the price of the line, all or nothing. `payBy` stays. A limited order can only be lowered (409 LIMITED_ITEM): more units of a limited sale are a claim of their own, in the order of arrival. With nothing left the order is CANCELED.',
        params: OrderParams,
        body: ChangeOrderRequest,
        response: {
          200: OrderDetail,
          ...problems(
            'NOT_FOUND_ORDER',
            'NOT_FOUND_ORDER_ITEM',
            'NOT_FOUND_ITEM',
            'ORDER_NOT_CHANGEABLE',
            'PAYMENT_IN_PROGRESS',
            'NOT_ENOUGH_STOCK',
            'LIMITED_ITEM',
            'PRICE_CHANGED',
            'SALE_CLOSED',
            'SALE_PAUSED',
          ),
        },
      },
    },
    async ({ params, body, caller, once }) => {
      await changeOrder(deps, { orderId: params.orderId, buyerId: caller.userId, once }, body)
      return readOrder({ db: deps.database.db, pii: deps.pii }, caller, params.orderId)
    },
  )
}
