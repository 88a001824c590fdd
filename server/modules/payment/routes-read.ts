// Payments as they are now, for their buyers and for administrators.
import { Type } from 'typebox'
import type { Caller } from '../../platform/auth.ts'
import { toSeoulIso } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { AppError, languageOf } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import type { Ids } from '../../platform/ids.ts'
import { requireOwner } from '../../platform/ownership.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { OrderMoney } from '../order/contract.ts'
import {
  OfOrderQuery,
  OpenPayments,
  PaymentAnswer,
  PaymentParams,
  ProviderOrderId,
  ProvidersAnswer,
  RefundRequestBody,
} from './bodies.ts'
import type { ProviderName } from './contract.ts'
import { paymentBody } from './payment-body.ts'
import { preferredProvider } from './preferred.ts'
import type { Provider } from './provider.ts'
import { refundByStaff } from './refund-by-staff.ts'
import { resultPage } from './result-page.ts'
import { PAYMENTS } from './routes-initiate.ts'
import { findByProviderOrder, findPayment, listOfOrders, listUnsettled } from './sql.ts'
import { listOpenRefunds, listRefunds } from './sql-refund.ts'

export interface ReadRouteDeps {
  database: Database
  orders: OrderMoney
  providers: ReadonlyMap<ProviderName, Provider>
  ids: Ids
}

const OPEN_MAX = 100

export function readRoutes(http: Http, deps: ReadRouteDeps): void {
  providerRoutes(http, deps)
  listRoute(http, deps)
  oneRoute(http, deps)
  resultRoute(http, deps)
  staffRoutes(http, deps)
}

function providerRoutes(http: Http, { providers }: ReadRouteDeps): void {
  http.get(
    `${PAYMENTS}/preferred-pg`,
    {
      schema: {
        tags: ['payments'],
        summary: 'The provider that new payments go to',
        description: 'TOSS, or NICE while Toss does not answer.',
        response: {
          200: {
            description: 'Its name',
            content: { 'text/plain': { schema: Type.String({ examples: ['TOSS'] }) } },
          },
        },
      },
    },
    async (_request, reply) => {
      reply.type('text/plain; charset=utf-8')
      const provider = preferredProvider(providers)
      if (provider === undefined) throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 60 })
      return provider.name
    },
  )
  http.get(
    `${PAYMENTS}/providers`,
    {
      schema: {
        tags: ['payments'],
        summary: 'The providers that a buyer can choose from',
        description: 'Those that are configured, and which of them new payments go to.',
        response: { 200: ProvidersAnswer },
      },
    },
    async () => ({
      preferred: preferredProvider(providers)?.name ?? null,
      providers: [...providers.values()].map((one) => ({ provider: one.name, isUsable: one.isUsable() })),
    }),
  )
}

function listRoute(http: Http, deps: ReadRouteDeps): void {
  const { db } = deps.database
  http.get(
    PAYMENTS,
    {
      schema: {
        tags: ['payments'],
        summary: 'Every attempt to pay an order, with its refunds',
        description: 'For its buyer and for administrators, oldest first.',
        querystring: OfOrderQuery,
        response: {
          200: Type.Array(PaymentAnswer, { description: 'Attempts to pay' }),
          ...problems('NOT_FOUND_ORDER'),
        },
      },
    },
    async ({ query, caller, headers }) => {
      await requireOwnOrder(deps, caller, query.orderId)
      const payments = await listOfOrders(db, [query.orderId])
      const paymentIds = payments.map((payment) => payment.paymentId)
      const refunds = Map.groupBy(await listRefunds(db, paymentIds), (refund) => refund.paymentId)
      const language = languageOf(headers['accept-language'])
      return payments.map((payment) => paymentBody(payment, refunds.get(payment.paymentId) ?? [], language))
    },
  )
}

async function requireOwnOrder(
  { database, orders }: ReadRouteDeps,
  caller: Caller,
  orderId: number,
): Promise<void> {
  const order = await orders.findPayable(database.db, orderId)
  if (order === undefined) throw new AppError('NOT_FOUND_ORDER')
  requireOwner(caller, order.buyerId)
  if (order.isHidden && caller.role !== 'ADMIN') throw new AppError('NOT_FOUND_ORDER')
}

function oneRoute(http: Http, { database: { db } }: ReadRouteDeps): void {
  http.get(
    `${PAYMENTS}/:paymentId`,
    {
      schema: {
        tags: ['payments'],
        summary: 'One payment, with its refunds',
        description: 'For its buyer and for administrators.',
        params: PaymentParams,
        response: { 200: PaymentAnswer, ...problems('NOT_FOUND_PAYMENT') },
      },
    },
    async ({ params, caller, headers }) => {
      const payment = await findPayment(db, params.paymentId)
      if (payment === undefined) throw new AppError('NOT_FOUND_PAYMENT')
      requireOwner(caller, payment.buyerId)
      const refunds = await listRefunds(db, [payment.paymentId])
      return paymentBody(payment, refunds, languageOf(headers['accept-language']))
    },
  )
}

function resultRoute(http: Http, { database }: ReadRouteDeps): void {
  http.get(
    `${PAYMENTS}/results/:providerOrderId`,
    {
      schema: {
        tags: ['payments'],
        summary: 'A page that says what became of a payment',
        description:
          'Where a payment window leads back to. Whoever knows the provider’s order id may look; it says nothing about anybody. While the payment is being checked it loads itself again.',
        params: Type.Object({ providerOrderId: ProviderOrderId }),
        response: {
          200: {
            description: 'The page',
            content: { 'text/html': { schema: Type.String({ examples: ['<!doctype html>'] }) } },
          },
          ...problems('NOT_FOUND_PAYMENT'),
        },
      },
    },
    async ({ params, headers }, reply) => {
      const payment = await findByProviderOrder(database.db, params.providerOrderId)
      if (payment === undefined) throw new AppError('NOT_FOUND_PAYMENT')
      const page = resultPage(payment, languageOf(headers['accept-language']))
      reply.type('text/html; charset=utf-8').header('content-security-policy', page.policy)
      reply.header('cache-control', 'no-store')
      return page.html
    },
  )
}

function staffRoutes(http: Http, deps: ReadRouteDeps): void {
  http.post(
    `${PAYMENTS}/:paymentId/refunds`,
    {
      schema: {
        tags: ['payments'],
        summary: 'Give money back without taking goods back',
        description:
          'For administrators: a compensation, or what was left over. Cancels and returns refund by themselves. It is sent until it is certain; the payment shows it.',
        params: PaymentParams,
        body: RefundRequestBody,
        response: { 202: PaymentAnswer, ...problems('NOT_FOUND_PAYMENT', 'REFUND_EXCEEDS_BALANCE') },
      },
    },
    async ({ params, body, caller, headers, once }, reply) => {
      const { payment, refunds } = await refundByStaff(deps, {
        paymentId: params.paymentId,
        amountKrw: body.amount,
        reason: body.reason,
        actorId: caller.userId,
        once,
      })
      reply.code(202)
      return paymentBody(payment, refunds, languageOf(headers['accept-language']))
    },
  )
  http.get(
    '/payment-service/api/v1/internal/payments/open',
    {
      schema: {
        tags: ['payments'],
        summary: 'Payments that are being checked, and refunds that are not done',
        description: 'For administrators: what is stuck, and why.',
        response: { 200: OpenPayments },
      },
    },
    async () => {
      const { db } = deps.database
      const [payments, refunds] = await Promise.all([
        listUnsettled(db, OPEN_MAX),
        listOpenRefunds(db, OPEN_MAX),
      ])
      return {
        payments: payments.map(({ paymentId, orderId, provider, status, code, checks, confirmedAt }) => ({
          paymentId,
          orderId,
          provider,
          status,
          code,
          checks,
          confirmedAt: confirmedAt === null ? null : toSeoulIso(confirmedAt),
        })),
        refunds: refunds.map(
          ({ refundId, paymentId, orderId, amountKrw, status, code, tries, createdAt }) => ({
            refundId,
            paymentId,
            orderId,
            amount: amountKrw,
            status,
            code,
            tries,
            createdAt: toSeoulIso(createdAt),
          }),
        ),
      }
    },
  )
}
