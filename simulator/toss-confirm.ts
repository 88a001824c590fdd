// Toss: confirm, the moment at which money moves.
import type { Outcome } from './answer.ts'
import type { Book } from './book.ts'
import type { Chaos } from './chaos.ts'
import { HOUR_MS, type Clock } from './clock.ts'
import { wasApproved, type Payment } from './payment.ts'
import type { Random } from './random.ts'
import { tossError, type Language, type TossErrorCode } from './toss-errors.ts'
import { statusEvent, toTossPayment } from './toss-payment.ts'
import { triggerOf } from './triggers.ts'

export interface TossParts {
  book: Book
  chaos: Chaos
  clock: Clock
  random: Random
}

const LEAST = { CARD: 100, VIRTUAL_ACCOUNT: 200 } as const
export const ORDER_ID = /^[A-Za-z0-9_-]{6,64}$/
const PAYMENT_KEY_LENGTH_MAX = 200

export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0

export function confirm(parts: TossParts, wanted: unknown, language: Language): Outcome {
  const { book, clock } = parts
  const { paymentKey, orderId, amount } = (wanted ?? {}) as Record<string, unknown>
  if (typeof paymentKey !== 'string' || paymentKey.length > PAYMENT_KEY_LENGTH_MAX || paymentKey === '') {
    return tossError('INVALID_REQUEST', language)
  }
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId) || !isAmount(amount)) {
    return tossError('INVALID_REQUEST', language)
  }
  const payment = book.find(paymentKey)
  if (payment === undefined) return tossError('NOT_FOUND_PAYMENT', language)
  const refusal = refusalOf(parts, payment, { orderId, amount })
  if (refusal !== undefined) return tossError(refusal, language)
  const trigger = triggerOf(payment.orderName)
  const failure =
    trigger === 'refuse' ? 'REJECT_CARD_COMPANY' : trigger === 'badcard' ? 'INVALID_CARD_NUMBER' : undefined
  if (failure !== undefined) return abort(parts, payment, failure, language)
  if (parts.chaos.refuses('toss')) return abort(parts, payment, 'REJECT_CARD_COMPANY', language)
  approve(parts, payment)
  const events = payment.state === 'paid' ? [statusEvent(payment, clock.now())] : []
  return { status: 200, body: toTossPayment(payment), isDone: true, trigger, events }
}

function refusalOf(
  { book }: TossParts,
  payment: Payment,
  { orderId, amount }: { orderId: string; amount: number },
): TossErrorCode | undefined {
  if (wasApproved(payment)) return 'ALREADY_PROCESSED_PAYMENT'
  // Never authenticated, refused before, or too late.
  if (payment.state !== 'authenticated') return 'NOT_FOUND_PAYMENT_SESSION'
  if (payment.orderId !== orderId || payment.amount !== amount) return 'INVALID_REQUEST'
  if (amount < LEAST[payment.method]) return 'BELOW_MINIMUM_AMOUNT'
  if (book.listByOrder(orderId).some(wasApproved)) return 'DUPLICATED_ORDER_ID'
  return undefined
}

function abort(
  { book, clock }: TossParts,
  payment: Payment,
  code: TossErrorCode,
  language: Language,
): Outcome {
  payment.state = 'failed'
  payment.failure = code
  payment.failedAt = clock.now()
  book.save(payment)
  return { ...tossError(code, language), events: [statusEvent(payment, clock.now())] }
}

function approve({ book, clock, random }: TossParts, payment: Payment): void {
  const now = clock.now()
  payment.approvalKey = random.text(32)
  payment.transactionKey = payment.approvalKey
  if (payment.method === 'VIRTUAL_ACCOUNT') {
    payment.state = 'waiting'
    payment.account = {
      number: `X${random.digits(13)}`,
      dueAt: now + payment.validHours * HOUR_MS,
      depositedAt: null,
    }
    book.save(payment)
    return
  }
  payment.state = 'paid'
  payment.charges += 1
  payment.approvedAt = now
  payment.approveNo = random.digits(8)
  book.move(payment)
  book.save(payment)
}
