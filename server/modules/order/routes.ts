// Step 2 of the purchase line: HTTP in, outcome -> status out. No rules.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { authenticate, authenticateFirst } from '../../gateway/edge.ts'
import type { Tokens } from '../../platform/auth.ts'
import type { Database } from '../../platform/db.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { sendProblem, type Http } from '../../platform/http.ts'
import type { Ids } from '../../platform/ids.ts'
import { PageOf, PageQuery, toPage, toPageRequest } from '../../platform/page.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { Claim, StockApi } from '../stock/contract.ts'
import { cancel } from './cancel.ts'
import {
  LimitedOrderRequest,
  NormalOrderRequest,
  OrderBody,
  type PlaceOutcome,
  type PlaceRefusal,
} from './contract.ts'
import { firstBody, orderBody } from './order-body.ts'
import { placeOrder } from './place-order.ts'
import type { Purchase } from './purchase.ts'
import { findOrder, listOrders } from './sql.ts'

const REFUSALS: Readonly<Record<PlaceRefusal, ErrorCode>> = {
  key_reused: 'IDEMPOTENCY_KEY_REUSED',
  no_item: 'NOT_FOUND_ITEM',
  not_limited: 'NOT_LIMITED_ITEM',
  not_open: 'NOT_REACHED_OPEN_TIME',
  closed: 'SALE_CLOSED',
  paused: 'SALE_PAUSED',
  sold_out: 'NOT_ENOUGH_STOCK',
  limit_reached: 'PURCHASE_LIMIT_REACHED',
  price_changed: 'PRICE_CHANGED',
}

const ORDERS = '/order-service/api/v1/orders'
const OrderId = Type.Object({ orderId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
const KEY_HEADER = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'Repeat it to get the same answer again.',
    }),
  ),
})

export interface OrderRouteDeps {
  database: Database
  stock: StockApi
  tokens: Tokens
  ids: Ids
  purchase: Purchase
  /** Counts an order of the caller; throws TOO_MANY_REQUESTS. A promise only where other processes must be asked. */
  countOrder(request: FastifyRequest, reply: FastifyReply): void | Promise<void>
}

export function orderRoutes(http: Http, deps: OrderRouteDeps): void {
  limitedOrderRoute(http, deps)
  normalOrderRoutes(http, deps)
}

function limitedOrderRoute(http: Http, { stock, tokens, ids, purchase, countOrder }: OrderRouteDeps): void {
  const { gate } = stock
  http.post(
    `${ORDERS}/limited`,
    {
      config: { deferred: true },
      errorHandler: authenticateFirst(tokens),
      schema: {
        tags: ['orders'],
        summary: 'Order a limited item',
        description:
          'First come, first served. A 201 is committed; the units are held until `payBy`. The key is scoped to buyer and item and bound by a placed order only.',
        headers: KEY_HEADER,
        body: LimitedOrderRequest,
        response: {
          201: OrderBody,
          ...problems(
            'INVALID_INPUT_VALUE',
            'NOT_REACHED_OPEN_TIME',
            'UNAUTHENTICATED',
            'UNAUTHORIZED_ACCESS',
            'NOT_FOUND_ITEM',
          ),
          ...problems(
            'NOT_ENOUGH_STOCK',
            'PURCHASE_LIMIT_REACHED',
            'SALE_CLOSED',
            'SALE_PAUSED',
            'PRICE_CHANGED',
            'NOT_LIMITED_ITEM',
          ),
          ...problems('IDEMPOTENCY_KEY_REUSED', 'SERVICE_UNAVAILABLE'),
        },
      },
    },
    (request, reply) => {
      const { itemId, quantity = 1, price } = request.body
      const no = gate.refusal(itemId, request.caller.userId)
      if (no !== undefined) {
        sendProblem(request, reply, REFUSALS[no])
        return
      }
      const { userId } = authenticate(tokens, request)
      const key = request.headers['idempotency-key'] ?? ids.uuid()
      const claim: Claim = { itemId, buyerId: userId, key, quantity, priceKrw: price }
      const place = (): Promise<OrderBody | undefined> =>
        purchase(claim).then((outcome) => answer(request, reply, claim, outcome))
      const counted = countOrder(request, reply)
      return counted === undefined ? place() : counted.then(place)
    },
  )
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  claim: Claim,
  outcome: PlaceOutcome,
): OrderBody | undefined {
  if (outcome.outcome !== 'placed' && outcome.outcome !== 'replay') {
    sendProblem(request, reply, REFUSALS[outcome.outcome])
    return undefined
  }
  if (outcome.outcome === 'replay') reply.header('idempotency-replayed', 'true')
  reply.code(201)
  return firstBody(claim, outcome.order)
}

function normalOrderRoutes(http: Http, { database, stock, ids }: OrderRouteDeps): void {
  http.post(
    ORDERS,
    {
      schema: {
        tags: ['orders'],
        summary: 'Order normal items',
        description: 'Several lines, all or nothing, at the prices of the server.',
        headers: KEY_HEADER,
        body: NormalOrderRequest,
        response: {
          201: OrderBody,
          ...problems(
            'INVALID_INPUT_VALUE',
            'UNAUTHENTICATED',
            'UNAUTHORIZED_ACCESS',
            'NOT_FOUND_ITEM',
            'IDEMPOTENCY_KEY_REUSED',
          ),
          ...problems('NOT_ENOUGH_STOCK', 'LIMITED_ITEM', 'SALE_CLOSED', 'SALE_PAUSED', 'PRICE_CHANGED'),
        },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'] ?? ids.uuid()
      const lines = request.body.orderItemList
      const placed = await placeOrder({ database, stock }, { buyerId: request.caller.userId, key, lines })
      if (placed.replayed) reply.header('idempotency-replayed', 'true')
      reply.code(201)
      return orderBody(placed.order)
    },
  )
  http.get(
    ORDERS,
    {
      schema: {
        tags: ['orders'],
        summary: 'Own orders, newest first',
        querystring: PageQuery,
        response: {
          200: PageOf(OrderBody),
          ...problems('INVALID_TYPE_VALUE', 'INVALID_INPUT_VALUE', 'UNAUTHENTICATED'),
        },
      },
    },
    async (request) => {
      const asked = toPageRequest(request.query)
      const own = { buyerId: request.caller.userId, offset: asked.page * asked.size, limit: asked.size }
      const { rows, total } = await listOrders(database.db, own)
      return toPage(rows.map(orderBody), asked, total)
    },
  )
  http.get(
    `${ORDERS}/:orderId`,
    {
      schema: {
        tags: ['orders'],
        summary: 'One of the own orders',
        params: OrderId,
        response: {
          200: OrderBody,
          ...problems('INVALID_TYPE_VALUE', 'UNAUTHENTICATED', 'UNAUTHORIZED_ACCESS', 'NOT_FOUND_ORDER'),
        },
      },
    },
    async (request) => {
      const order = await findOrder(database.db, request.params.orderId)
      if (order === undefined) throw new AppError('NOT_FOUND_ORDER')
      if (order.buyerId !== request.caller.userId) throw new AppError('UNAUTHORIZED_ACCESS')
      return orderBody(order)
    },
  )
  http.put(
    `${ORDERS}/:orderId/cancel`,
    {
      schema: {
        tags: ['orders'],
        summary: 'Cancel an unpaid order',
        params: OrderId,
        response: {
          204: Type.Null(),
          ...problems(
            'INVALID_TYPE_VALUE',
            'UNAUTHENTICATED',
            'UNAUTHORIZED_ACCESS',
            'NOT_FOUND_ORDER',
            'ORDER_NOT_CANCELABLE',
          ),
        },
      },
    },
    async (request, reply) => {
      await cancel({ database, stock }, { orderId: request.params.orderId, buyerId: request.caller.userId })
      return reply.code(204).send(null)
    },
  )
}
