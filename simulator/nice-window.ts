// NICEPAY: the payment window in a browser, and the same without one.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { authenticateNice, formOf, openNice, type NiceForm } from './nice-authorize.ts'
import type { NiceParts } from './nice-approve.ts'
import { codeMessage, niceRefusal } from './nice-codes.ts'
import { handOverPage, noticePage, paymentPage, sendPage } from './page.ts'
import type { Payment } from './payment.ts'
import { isWebUrl } from './toss-authorize.ts'

const TITLE = '나이스페이 시뮬레이터'

export function addNiceWindow(app: FastifyInstance, parts: NiceParts): void {
  app.post('/nice/window/authorize', (request, reply) => {
    const payment = openNice(parts, request.body ?? {})
    if (typeof payment === 'string') return reply.code(400).send(niceRefusal(payment).body)
    return reply.send(authenticateNice(parts, payment))
  })

  app.get('/nice/window', (request, reply) => {
    const { returnUrl, ...asked } = request.query as Record<string, string | undefined>
    if (!isWebUrl(returnUrl)) return notice(reply, 'A117')
    const payment = openNice(parts, { ...asked, amount: Number(asked['amount']) })
    if (typeof payment === 'string') return notice(reply, payment)
    payment.urls = { success: returnUrl, fail: returnUrl }
    parts.book.save(payment)
    const shown = { ...payment, provider: '나이스페이', action: `/nice/window/${payment.key}` }
    return sendPage(reply, 200, TITLE, paymentPage(shown))
  })

  app.post('/nice/window/:tid', (request, reply) => {
    const payment = parts.book.find((request.params as { tid: string }).tid)
    if (payment === undefined || payment.urls === null) return notice(reply, 'A115')
    const { choice } = (request.body ?? {}) as { choice?: unknown }
    const form = formFor(parts, payment, choice)
    return sendPage(reply, 200, TITLE, handOverPage(payment.urls.success, { ...form }))
  })
}

function formFor(parts: NiceParts, payment: Payment, choice: unknown): NiceForm {
  const { clientKey } = parts.keys
  if (choice === 'close') return formOf(payment, clientKey, 'I002')
  // The window stood open for too long, or was used before.
  if (payment.state !== 'ready' && payment.state !== 'authenticated')
    return formOf(payment, clientKey, 'A245')
  return choice === 'approve' ? authenticateNice(parts, payment) : formOf(payment, clientKey, '3095')
}

const notice = (reply: FastifyReply, code: string): FastifyReply =>
  sendPage(reply, 400, TITLE, noticePage(code, codeMessage(code), 'This payment can not be made.'))
