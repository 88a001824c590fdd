// Toss over HTTP: who calls, the Idempotency-Key, and which function answers.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Answer, Answering, Outcome, Step, Wording } from './answer.ts'
import { identityOf, KEY_LENGTH_MAX, type KeptAnswers } from './idempotency.ts'
import type { Keys, SimulatorSettings } from './settings.ts'
import { cancel } from './toss-cancel.ts'
import { confirm, type TossParts } from './toss-confirm.ts'
import { isTossErrorCode, languageOf, tossError, type Language, type TossErrorCode } from './toss-errors.ts'
import { toTossPayment } from './toss-payment.ts'
import { listSettlements } from './toss-settlements.ts'
import { listTransactions } from './toss-transactions.ts'

export interface TossRouteParts extends TossParts {
  keys: Keys
  settings: SimulatorSettings
  keptAnswers: KeptAnswers
  answering: Answering
}

const wording: Wording = {
  provider: 'toss',
  fault: () => tossError('FAILED_INTERNAL_SYSTEM_PROCESSING', 'ko'),
  withWrongAmount: (body) => {
    const payment = body as { totalAmount: number; balanceAmount: number }
    return { ...payment, totalAmount: payment.totalAmount + 10, balanceAmount: payment.balanceAmount + 10 }
  },
}

type Work = (request: FastifyRequest, language: Language) => Outcome

export function addTossRoutes(app: FastifyInstance, parts: TossRouteParts): void {
  const { keys, book } = parts
  const isKnown = createCredentials(keys)

  const on =
    (step: Step, work: Work) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const language = languageOf(request.headers['accept-language'])
      const denied = isKnown(request.headers.authorization)
      if (denied !== undefined) return refuse(reply, denied, language)
      const call = {
        request,
        reply,
        step,
        wording,
        work: () => forced(request, keys, language) ?? work(request, language),
      }
      return step === 'query' ? parts.answering.answer(call) : once(parts, call, language)
    }

  const shown = (payment: ReturnType<typeof book.find>, language: Language): Outcome =>
    payment === undefined
      ? tossError('NOT_FOUND_PAYMENT', language)
      : { status: 200, body: toTossPayment(payment) }
  const pathOf = (request: FastifyRequest, name: string): string =>
    (request.params as Record<string, string>)[name]!

  app.post(
    '/toss/v1/payments/confirm',
    on('approval', ({ body }, language) => confirm(parts, body, language)),
  )
  app.post(
    '/toss/v1/payments/:paymentKey/cancel',
    on('cancel', (request, language) => cancel(parts, pathOf(request, 'paymentKey'), request.body, language)),
  )
  app.get(
    '/toss/v1/payments/:paymentKey',
    on('query', (request, language) => shown(book.find(pathOf(request, 'paymentKey')), language)),
  )
  app.get(
    '/toss/v1/payments/orders/:orderId',
    on('query', (request, language) => shown(book.findByOrder(pathOf(request, 'orderId')), language)),
  )
  app.get(
    '/toss/v1/transactions',
    on('query', (request, language) => listTransactions(book, request.query, language)),
  )
  app.get(
    '/toss/v1/settlements',
    on('query', (request, language) => listSettlements(parts, request.query, language)),
  )
}

type Pending = Parameters<Answering['answer']>[0]

/** A repeated key gets the first answer; without a key every call counts. */
async function once(parts: TossRouteParts, call: Pending, language: Language): Promise<FastifyReply> {
  const { keptAnswers, keys, answering } = parts
  const { request, reply } = call
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return answering.answer(call)
  if (key.length > KEY_LENGTH_MAX) return refuse(reply, 'INVALID_IDEMPOTENCY_KEY', language)
  const id = identityOf(key, keys.secretKey, request.method, request.url)
  const earlier = keptAnswers.find(id)
  if (earlier === 'in_flight') return refuse(reply, 'IDEMPOTENT_REQUEST_PROCESSING', language)
  if (earlier !== undefined) return reply.code(earlier.status).send(earlier.body)
  keptAnswers.begin(id)
  try {
    return await answering.answer({ ...call, answered: (answer: Answer) => keptAnswers.keep(id, answer) })
  } finally {
    keptAnswers.end(id)
  }
}

/** `TossPayments-Test-Code`: with a test key, that refusal and nothing else. */
function forced({ headers }: FastifyRequest, { secretKey }: Keys, language: Language): Outcome | undefined {
  const code = headers['tosspayments-test-code']
  if (typeof code !== 'string' || !secretKey.startsWith('test_')) return undefined
  return tossError(isTossErrorCode(code) ? code : 'INVALID_REQUEST', language)
}

function refuse(reply: FastifyReply, code: TossErrorCode, language: Language): FastifyReply {
  const { status, body } = tossError(code, language)
  return reply.code(status).send(body)
}

/** Basic auth of the secret key and an empty password; answers what is wrong with it. */
function createCredentials({
  clientKey,
  secretKey,
}: Keys): (header: string | undefined) => TossErrorCode | undefined {
  const right = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`
  return (header) => {
    if (header === right) return undefined
    const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
    if (encoded === undefined) return 'UNAUTHORIZED_KEY'
    const text = Buffer.from(encoded, 'base64').toString()
    if (!text.includes(':')) return 'INCORRECT_BASIC_AUTH_FORMAT'
    const name = text.slice(0, text.indexOf(':'))
    if (name === secretKey) return undefined
    return name === clientKey ? 'INVALID_API_KEY' : 'UNAUTHORIZED_KEY'
  }
}
