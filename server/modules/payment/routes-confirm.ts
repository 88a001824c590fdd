// A browser comes back from the window of a provider.
import { languageOf } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { NiceConfirmForm, PaymentAnswer, STOREFRONT, TossConfirmRequest } from './bodies.ts'
import { AUTHENTICATED, confirmNice, type ConfirmNiceDeps, type NiceForm } from './confirm-nice.ts'
import { confirmPayment } from './confirm-payment.ts'
import { paymentBody } from './payment-body.ts'
import { PAYMENTS } from './routes-initiate.ts'
import { PAYMENT_STATES } from './state.ts'
import type { PaymentRow } from './sql.ts'

export type ConfirmRouteDeps = ConfirmNiceDeps

export function confirmRoutes(http: Http, deps: ConfirmRouteDeps): void {
  http.post(
    `${PAYMENTS}/toss/confirm`,
    {
      schema: {
        tags: ['payments'],
        summary: 'Confirm a payment that was authenticated at Toss Payments',
        description:
          'Asks for the money, once, while the order holds its units. 200: it is known what became of it (`status` COMPLETED or FAILED). 202: it is not known yet; it is being checked and may be asked for. A repeat gives what is known by then. A refused payment keeps the hold: another may be opened until `payBy`.',
        body: TossConfirmRequest,
        response: {
          200: PaymentAnswer,
          202: PaymentAnswer,
          ...problems(
            'PAYMENT_AMOUNT_MISMATCH',
            'NOT_FOUND_PAYMENT',
            'ORDER_NOT_PAYABLE',
            'PAYMENT_IN_PROGRESS',
            'SERVICE_UNAVAILABLE',
          ),
        },
      },
    },
    async ({ body, caller, headers }, reply) => {
      const payment = await confirmPayment(deps, {
        provider: 'TOSS',
        providerKey: body.paymentKey,
        providerOrderId: body.orderId,
        amountKrw: body.amount,
        buyerId: caller.userId,
      })
      if (PAYMENT_STATES[payment.status].checking) reply.code(202)
      return paymentBody(payment, [], languageOf(headers['accept-language']))
    },
  )
  http.post(
    `${PAYMENTS}/nice/confirm`,
    {
      schema: {
        tags: ['payments'],
        summary: 'Where the window of NICEPAY posts to',
        description:
          'A form, vouched for by its signature. Leads to a page that says what became of the payment: paid, not charged, or being checked.',
        consumes: ['application/x-www-form-urlencoded'],
        body: NiceConfirmForm,
        response: {
          303: {
            description: 'To the page of the result, or back to the checkout of the storefront',
            type: 'null',
          },
          ...problems('FORGED_REQUEST', 'PAYMENT_AMOUNT_MISMATCH', 'NOT_FOUND_PAYMENT'),
        },
      },
    },
    async ({ body }, reply) => {
      return reply.redirect(backTo(await confirmNice(deps, body), body), 303)
    },
  )
}

/** Unsigned, as everything but the authentication itself: it chooses between two pages that show nothing to those who may not see it. */
function backTo(
  { orderId, paymentId, providerOrderId }: PaymentRow,
  { mallReserved, authResultCode }: NiceForm,
): string {
  if (mallReserved !== STOREFRONT) return `${PAYMENTS}/results/${providerOrderId}`
  const said = new URLSearchParams({ payment: String(paymentId) })
  if (authResultCode !== AUTHENTICATED) said.set('code', authResultCode)
  return `/checkout/${orderId}?${said.toString()}`
}
