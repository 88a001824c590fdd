// Step 2 of the purchase line: HTTP in, outcome -> status out. No rules.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, authenticateFirst } from '../../gateway/edge.ts'
import type { Tokens } from '../../platform/auth.ts'
import type { ErrorCode } from '../../platform/errors.ts'
import { sendProblem, type Http } from '../../platform/http.ts'
import type { Ids } from '../../platform/ids.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { Claim, StockApi } from '../stock/contract.ts'
import { KeyHeader } from './bodies.ts'
import { LimitedOrderRequest, OrderBody, type PlaceOutcome, type PlaceRefusal } from './contract.ts'
import { firstBody } from './order-body.ts'
import type { Purchase } from './purchase.ts'
import { ORDERS, orderHistoryRoutes, type HistoryRouteDeps } from './routes-history.ts'
import { takeBackRoutes, type TakeBackRouteDeps } from './routes-take-back.ts'
import type { SaleTally } from './sale-tally.ts'
import { unpaidOrderRoutes, type UnpaidRouteDeps } from './routes-unpaid.ts'

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

export interface OrderRouteDeps extends HistoryRouteDeps, UnpaidRouteDeps, TakeBackRouteDeps {
  stock: StockApi
  tokens: Tokens
  ids: Ids
  purchase: Purchase
  tally: Pick<SaleTally, 'count'>
  /** Counts an order of the caller; throws TOO_MANY_REQUESTS. A promise only where other processes must be asked. */
  countOrder(request: FastifyRequest, reply: FastifyReply): void | Promise<void>
}

export function orderRoutes(http: Http, deps: OrderRouteDeps): void {
  limitedOrderRoute(http, deps)
  unpaidOrderRoutes(http, deps)
  takeBackRoutes(http, deps)
  orderHistoryRoutes(http, deps)
}

function limitedOrderRoute(
  http: Http,
  { stock, tokens, ids, purchase, tally, countOrder }: OrderRouteDeps,
): void {
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
        headers: KeyHeader,
        body: LimitedOrderRequest,
        response: {
          201: OrderBody,
          ...problems(
            'NOT_REACHED_OPEN_TIME',
            'NOT_FOUND_ITEM',
            'NOT_ENOUGH_STOCK',
            'PURCHASE_LIMIT_REACHED',
            'SALE_CLOSED',
            'SALE_PAUSED',
            'PRICE_CHANGED',
            'NOT_LIMITED_ITEM',
            'IDEMPOTENCY_KEY_REUSED',
          ),
        },
      },
    },
    (request, reply) => {
      const { itemId, quantity = 1, price } = request.body
      const no = gate.refusal(itemId, request.caller.userId)
      if (no !== undefined) {
        tally.count(itemId, no)
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
