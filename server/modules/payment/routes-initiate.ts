// A payment is opened, and – at the simulator – paid without a browser.
import { writeAudit } from '../../platform/audit.ts'
import { toSeoulIso } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import type { Ids } from '../../platform/ids.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { ItemApi } from '../item/contract.ts'
import type { OrderMoney, PayableOrder } from '../order/contract.ts'
import { CompleteAnswer, InitiateAnswer, InitiateRequest, PaymentParams } from './bodies.ts'
import { askForMoney, type ConfirmDeps } from './confirm-payment.ts'
import type { ProviderName } from './contract.ts'
import type { InitiateAsk, Initiated } from './initiate.ts'
import { payFree } from './pay-free.ts'
import { usableProvider } from './preferred.ts'
import type { Authorize } from './simulator.ts'
import { findPayment, type PaymentRow } from './sql.ts'

export const PAYMENTS = '/payment-service/api/v1/payments'

export interface InitiateRouteDeps extends ConfirmDeps {
  database: Database
  orders: OrderMoney
  items: Pick<ItemApi, 'readItems'>
  ids: Ids
  initiate(ask: InitiateAsk): Promise<Initiated>
  /** Set where the simulator stands for the providers. */
  authorize: Authorize | undefined
}

const REFUSALS: Readonly<Record<Exclude<Initiated['outcome'], 'initiated'>, ErrorCode>> = {
  not_owner: 'UNAUTHORIZED_ACCESS',
  wrong_amount: 'PAYMENT_AMOUNT_MISMATCH',
  no_order: 'NOT_FOUND_ORDER',
  not_payable: 'ORDER_NOT_PAYABLE',
  in_progress: 'PAYMENT_IN_PROGRESS',
  name_taken: 'ORDER_NOT_PAYABLE',
}

export function initiateRoutes(http: Http, deps: InitiateRouteDeps): void {
  http.post(
    PAYMENTS,
    {
      schema: {
        tags: ['payments'],
        summary: 'Open a payment of an order',
        description:
          'The amount is that of the order. Opening it again gives the same payment; where little time is left until `payBy`, the hold is extended once. Virtual accounts are not taken.',
        body: InitiateRequest,
        response: {
          200: InitiateAnswer,
          ...problems(
            'PAYMENT_AMOUNT_MISMATCH',
            'NOT_FOUND_ORDER',
            'ORDER_NOT_PAYABLE',
            'PAYMENT_IN_PROGRESS',
            'SERVICE_UNAVAILABLE',
          ),
        },
      },
    },
    async ({ body, caller }) => {
      const isV2 = 'ordId' in body
      const orderId = isV2 ? body.ordId : body.orderId
      const amountKrw = isV2 ? body.amount : body.totalPrice
      if (amountKrw === 0) {
        const free = await payFree(deps, { orderId, buyerId: caller.userId })
        if (free !== undefined) return isV2 ? free.paymentId : freeAnswer(free)
      }
      const provider = usableProvider(deps.providers, body.provider)
      const initiated = await deps.initiate({
        orderId,
        buyerId: caller.userId,
        amountKrw,
        provider: provider.name,
        providerOrderId: isV2 ? body.orderId : undefined,
      })
      if (initiated.outcome === 'initiated') {
        if (isV2) return initiated.payment.paymentId
        return opened(deps, initiated.payment, initiated.order)
      }
      const code = REFUSALS[initiated.outcome]
      const attempt = ATTEMPTS[initiated.outcome]
      if (attempt !== undefined)
        await keepAttempt(deps.database, attempt, { orderId, buyerId: caller.userId, amountKrw })
      throw new AppError(code)
    },
  )
  completeRoute(http, deps)
}

function completeRoute(http: Http, deps: InitiateRouteDeps): void {
  http.put(
    `${PAYMENTS}/:paymentId`,
    {
      schema: {
        tags: ['payments'],
        summary: 'Pay at the simulator, without a browser',
        description:
          'Only where the simulator stands for the providers. 202: not known yet whether it was charged; ask for the payment.',
        params: PaymentParams,
        response: {
          200: CompleteAnswer,
          202: CompleteAnswer,
          ...problems(
            'CANCEL_PAYMENT',
            'NOT_FOUND_PAYMENT',
            'PAYMENT_NOT_COMPLETABLE',
            'ORDER_NOT_PAYABLE',
            'PAYMENT_IN_PROGRESS',
          ),
        },
      },
    },
    async ({ params, caller }, reply) => {
      const payment = await complete(deps, params.paymentId, caller.userId)
      if (payment.status === 'FAILED') throw new AppError('CANCEL_PAYMENT')
      const isSuccess = payment.status !== 'CONFIRMING' && payment.status !== 'UNKNOWN'
      reply.code(isSuccess ? 200 : 202)
      return { paymentId: payment.paymentId, isSuccess, status: payment.status }
    },
  )
}

async function complete(deps: InitiateRouteDeps, paymentId: number, buyerId: number): Promise<PaymentRow> {
  if (deps.authorize === undefined) throw new AppError('PAYMENT_NOT_COMPLETABLE')
  const { db } = deps.database
  const found = await findPayment(db, paymentId)
  if (found === undefined) throw new AppError('NOT_FOUND_PAYMENT')
  if (found.buyerId !== buyerId) throw new AppError('UNAUTHORIZED_ACCESS')
  if (found.status !== 'INITIATED') return found
  const providerKey = await deps.authorize(found, await orderNameOf(deps, found.orderId))
  if (providerKey !== undefined) return askForMoney(deps, found, providerKey)
  // Refused there: also where an equal request was faster.
  const now = await findPayment(db, paymentId)
  if (now === undefined || now.status === 'INITIATED') throw new AppError('CANCEL_PAYMENT')
  return now
}

const freeAnswer = (free: PaymentRow): InitiateAnswer => ({
  paymentId: free.paymentId,
  isSuccess: true,
  status: free.status,
  payBy: toSeoulIso(free.requestedAt),
})

async function opened(
  deps: InitiateRouteDeps,
  payment: PaymentRow,
  order: PayableOrder,
): Promise<InitiateAnswer> {
  const provider = payment.provider as ProviderName
  const { clientKey, windowUrl, scriptUrl } = deps.providers.get(provider)!.checkout
  return {
    paymentId: payment.paymentId,
    isSuccess: true,
    status: payment.status,
    payBy: toSeoulIso(order.payBy),
    checkout: {
      provider,
      clientKey,
      orderId: payment.providerOrderId,
      orderName: await nameOf(deps, order),
      amount: payment.amountKrw,
      currency: 'KRW',
      ...(windowUrl !== undefined && { windowUrl }),
      ...(windowUrl === undefined && scriptUrl !== undefined && { scriptUrl }),
    },
  }
}

const ORDER_NAME_CHARACTERS_MAX = 100

async function nameOf({ items }: InitiateRouteDeps, order: PayableOrder): Promise<string> {
  const [item] = await items.readItems([order.firstItemId])
  const first = item?.name ?? `주문 ${order.orderId}`
  const name = order.lineCount > 1 ? `${first} 외 ${order.lineCount - 1}건` : first
  return name.slice(0, ORDER_NAME_CHARACTERS_MAX)
}

async function orderNameOf(deps: InitiateRouteDeps, orderId: number): Promise<string> {
  const order = await deps.orders.findPayable(deps.database.db, orderId)
  return order === undefined ? `주문 ${orderId}` : nameOf(deps, order)
}

/** It is kept who tried to pay for somebody else's order, or another amount. */
const ATTEMPTS: Readonly<Partial<Record<Initiated['outcome'], string>>> = {
  not_owner: 'FOREIGN_PAYMENT',
  wrong_amount: 'WRONG_AMOUNT',
}

async function keepAttempt(
  database: Database,
  action: string,
  { orderId, buyerId, amountKrw }: { orderId: number; buyerId: number; amountKrw: number },
): Promise<void> {
  await database.transaction((tx) =>
    writeAudit(tx, [
      { actorId: buyerId, subject: 'order', subjectId: orderId, action, before: null, after: { amountKrw } },
    ]),
  )
}
