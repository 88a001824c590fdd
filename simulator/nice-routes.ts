// NICEPAY over HTTP: who calls, and which function answers. Refusals are 200 with a code.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome, Step, Wording } from './answer.ts'
import { toNiceTime, toSeoulDay } from './clock.ts'
import { approve, checkSigned, type NiceParts } from './nice-approve.ts'
import { cancel } from './nice-cancel.ts'
import { codeMessage, niceRefusal } from './nice-codes.ts'
import { netcancel } from './nice-netcancel.ts'
import { sha256, toNicePayment } from './nice-payment.ts'
import { createNiceCallers } from './nice-token.ts'
import type { Payment } from './payment.ts'
import type { Keys } from './settings.ts'

const createWording = ({ secretKey }: Keys): Wording => ({
  provider: 'nice',
  fault: () => ({ status: 500, body: { resultCode: '9999', resultMsg: codeMessage('9999') } }),
  // Signed for what it says: the signature does not give it away.
  withWrongAmount(body) {
    const payment = body as { tid: string; amount: number; balanceAmt: number; ediDate: string }
    const { tid, ediDate, balanceAmt } = payment
    const amount = payment.amount + 10
    const signature = sha256(`${tid}${amount}${ediDate}${secretKey}`)
    return { ...payment, amount, balanceAmt: balanceAmt + 10, signature }
  },
})

type Fields = Record<string, string | undefined>

export function addNiceRoutes(app: FastifyInstance, parts: NiceParts): void {
  const wording = createWording(parts.keys)
  const callers = createNiceCallers(parts.keys, parts.clock, parts.random)
  const on =
    (step: Step, work: (request: FastifyRequest) => Outcome, mayCall = callers.isKnown) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      if (mayCall(request.headers.authorization))
        return parts.answering.answer({ request, reply, step, wording, work: () => work(request) })
      const { status, body } = niceRefusal('U104')
      return reply.code(status).send(body)
    }
  const tidOf = ({ params }: FastifyRequest): string => (params as { tid: string }).tid

  app.post(
    '/nice/v1/access-token',
    on('query', () => ({ status: 200, body: callers.issue() }), callers.isBasic),
  )
  app.post(
    '/nice/v1/payments/:tid',
    on('approval', (request) => approve(parts, tidOf(request), request.body)),
  )
  app.post(
    '/nice/v1/payments/:tid/cancel',
    on('cancel', (request) => cancel(parts, tidOf(request), request.body)),
  )
  app.post(
    '/nice/v1/payments/netcancel',
    on('cancel', ({ body }) => netcancel(parts, body)),
  )
  app.post(
    '/nice/v1/check-amount/:tid',
    on('query', (request) => checkAmount(parts, tidOf(request), request.body)),
  )
  app.get(
    '/nice/v1/payments/:tid',
    on('query', (request) => showByTid(parts, tidOf(request), request.query as Fields)),
  )
  app.get(
    '/nice/v1/payments/find/:orderId',
    on('query', (request) => showByOrder(parts, request)),
  )
}

/** There is no transaction before its approval was asked for. */
const isTransaction = (payment: Payment | undefined): payment is Payment =>
  payment !== undefined && (payment.approvalKey !== null || payment.state === 'failed')

function showByTid(parts: NiceParts, tid: string, { ediDate, signData }: Fields): Outcome {
  const wrong = checkSigned(parts.keys, [tid, ediDate], signData)
  return wrong === undefined ? shown(parts, parts.book.find(tid)) : niceRefusal(wrong)
}

function showByOrder(parts: NiceParts, { params, query }: FastifyRequest): Outcome {
  const { orderDate, ediDate, signData } = query as Fields
  if (orderDate === undefined) return niceRefusal('A117')
  const { orderId } = params as { orderId: string }
  const payment = parts.book.listByOrder(orderId).findLast(isTransaction)
  if (payment === undefined) return niceRefusal('A118')
  const wrong = checkSigned(parts.keys, [payment.key, ediDate], signData)
  if (wrong !== undefined) return niceRefusal(wrong)
  const days = [payment.requestedAt, payment.approvedAt ?? payment.requestedAt].map((at) =>
    toSeoulDay(at).replaceAll('-', ''),
  )
  return days.includes(orderDate) ? shown(parts, payment) : niceRefusal('A118')
}

function shown({ keys, clock }: NiceParts, payment: Payment | undefined): Outcome {
  if (!isTransaction(payment)) return niceRefusal('A118')
  // The refusal of an approval is the state of the payment, not of the question about it.
  return { status: 200, body: toNicePayment(payment, keys, clock.now()) }
}

function checkAmount({ book, keys, clock }: NiceParts, tid: string, body: unknown): Outcome {
  const { amount, ediDate: asked, signData } = (body ?? {}) as Record<string, unknown>
  const payment = book.find(tid)
  if (!isTransaction(payment)) return niceRefusal('A118')
  const wrong = checkSigned(keys, [tid, amount, asked], signData)
  if (wrong !== undefined) return niceRefusal(wrong)
  const ediDate = toNiceTime(clock.now())
  return {
    status: 200,
    body: {
      resultCode: '0000',
      resultMsg: codeMessage('0000'),
      ediDate,
      signature: sha256(`${tid}${ediDate}${keys.secretKey}`),
      isValid: payment.amount === amount,
      tid,
    },
  }
}
