// Toss: the payment window in a browser, and the same without one.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { noticePage, paymentPage, sendPage } from './page.ts'
import type { Payment } from './payment.ts'
import { authenticate, isWebUrl, open, reject, withParameters } from './toss-authorize.ts'
import { languageOf, TOSS_ERRORS, tossError, type TossErrorCode } from './toss-errors.ts'
import type { TossRouteParts } from './toss-routes.ts'
import type { Event } from './webhooks.ts'

export interface TossWindowParts extends TossRouteParts {
  emit(event: Event): void
}

const TITLE = '토스페이먼츠 시뮬레이터'

export function addTossWindow(app: FastifyInstance, parts: TossWindowParts): void {
  const { keys } = parts

  app.post('/toss/window/authorize', (request, reply) => {
    const payment = open(parts, keys.clientKey, request.body ?? {})
    if (typeof payment === 'string') {
      const { status, body } = tossError(payment, languageOf(request.headers['accept-language']))
      return reply.code(status).send(body)
    }
    authenticate(parts, payment)
    return reply.send({ paymentKey: payment.key, orderId: payment.orderId, amount: payment.amount })
  })

  app.get('/toss/window', (request, reply) => {
    const { successUrl, failUrl, ...asked } = request.query as Record<string, string | undefined>
    if (!isWebUrl(successUrl) || !isWebUrl(failUrl)) return notice(reply, 'INVALID_REQUEST')
    const validHours = asked['validHours'] === undefined ? undefined : Number(asked['validHours'])
    const payment = open(parts, keys.clientKey, { ...asked, amount: Number(asked['amount']), validHours })
    if (typeof payment === 'string') return notice(reply, payment)
    payment.urls = { success: successUrl, fail: failUrl }
    parts.book.save(payment)
    const shown = { ...payment, provider: '토스페이먼츠', action: `/toss/window/${payment.key}` }
    return sendPage(reply, 200, TITLE, paymentPage(shown))
  })

  app.post('/toss/window/:paymentKey', (request, reply) => {
    const payment = parts.book.find((request.params as { paymentKey: string }).paymentKey)
    if (payment === undefined || payment.urls === null) return notice(reply, 'NOT_FOUND_PAYMENT')
    const { choice } = (request.body ?? {}) as { choice?: unknown }
    return reply.redirect(goOn(parts, payment, payment.urls, choice), 302)
  })
}

/** Where the buyer goes with this choice. */
function goOn(
  parts: TossWindowParts,
  payment: Payment,
  urls: { success: string; fail: string },
  choice: unknown,
): string {
  const { key, orderId, amount, state } = payment
  const failed = (code: TossErrorCode): string =>
    withParameters(urls.fail, { code, message: TOSS_ERRORS[code][1], orderId })
  if (choice === 'close') return failed('PAY_PROCESS_CANCELED')
  // The window stood open for too long, or was used before.
  if (state !== 'ready' && state !== 'authenticated') return failed('PAY_PROCESS_ABORTED')
  if (choice !== 'approve') {
    parts.emit(reject(parts, payment))
    return failed('REJECT_CARD_COMPANY')
  }
  // The button pressed twice does not give more time.
  if (state === 'ready') authenticate(parts, payment)
  return withParameters(urls.success, {
    paymentType: 'NORMAL',
    orderId,
    paymentKey: key,
    amount: String(amount),
  })
}

const notice = (reply: FastifyReply, code: TossErrorCode): FastifyReply => {
  const [status, ko, en] = TOSS_ERRORS[code]
  return sendPage(reply, status, TITLE, noticePage(code, ko, en))
}
