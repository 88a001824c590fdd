// NICEPAY: approve, the moment at which money moves.
import type { Answering, Outcome } from './answer.ts'
import type { Book } from './book.ts'
import type { Chaos } from './chaos.ts'
import { HOUR_MS, type Clock } from './clock.ts'
import { niceRefusal } from './nice-codes.ts'
import type { Netcancels } from './nice-netcancel.ts'
import { niceEvent, sha256, toNicePayment } from './nice-payment.ts'
import { wasApproved, type Payment } from './payment.ts'
import type { Random } from './random.ts'
import type { Keys, SimulatorSettings } from './settings.ts'
import { isAmount } from './toss-confirm.ts'
import { triggerOf } from './triggers.ts'

export interface NiceParts {
  book: Book
  chaos: Chaos
  clock: Clock
  random: Random
  keys: Keys
  settings: SimulatorSettings
  netcancels: Netcancels
  answering: Answering
}

const CARD_KRW_MIN = 1000

/** `signData` may be left out; where it is there, it must be right. Its parts are text or numbers in their order. */
export function checkSigned(
  { secretKey }: Keys,
  parts: readonly unknown[],
  signData: unknown,
): string | undefined {
  if (signData === undefined || signData === null || signData === '') return undefined
  if (parts.some((part) => typeof part !== 'string' && typeof part !== 'number')) return 'A101'
  return sha256(`${parts.join('')}${secretKey}`) === signData ? undefined : 'A211'
}

export function approve(parts: NiceParts, tid: string, body: unknown): Outcome {
  const { book, keys, clock, chaos } = parts
  const { amount, ediDate, signData } = (body ?? {}) as Record<string, unknown>
  if (amount === undefined || amount === null) return niceRefusal('A117')
  if (!isAmount(amount)) return niceRefusal('A116')
  const payment = book.find(tid)
  if (payment === undefined) return niceRefusal('A115')
  const refusal = checkSigned(keys, [tid, amount, ediDate], signData) ?? refusalOf(parts, payment, amount)
  if (refusal !== undefined) return niceRefusal(refusal)
  const trigger = triggerOf(payment.orderName, payment.orderId)
  if (trigger === 'badcard') return fail(parts, payment, '3011')
  if (payment.method === 'CARD' && amount < CARD_KRW_MIN) return fail(parts, payment, '3041')
  if (trigger === 'refuse' || chaos.refuses('nice')) return fail(parts, payment, '3095')
  charge(parts, payment)
  return {
    status: 200,
    body: toNicePayment(payment, keys, clock.now()),
    isDone: true,
    trigger,
    events: [niceEvent(payment, keys, clock.now())],
  }
}

function refusalOf({ book, netcancels }: NiceParts, payment: Payment, amount: number): string | undefined {
  const { state, orderId } = payment
  if (wasApproved(payment) || state === 'failed') return 'A225'
  if (netcancels.has(orderId, payment.authenticatedAt ?? payment.requestedAt)) return 'A246'
  if (state === 'expired') return 'A245'
  // The window has not let it go yet.
  if (state !== 'authenticated') return 'A115'
  if (payment.amount !== amount) return 'A123'
  return book.listByOrder(orderId).some(wasApproved) ? 'A127' : undefined
}

function fail({ book, clock, keys }: NiceParts, payment: Payment, code: string): Outcome {
  payment.state = 'failed'
  payment.failure = code
  payment.failedAt = clock.now()
  book.save(payment)
  return { status: 200, body: toNicePayment(payment, keys, clock.now(), code) }
}

function charge({ book, clock, random }: NiceParts, payment: Payment): void {
  const now = clock.now()
  payment.approvalKey = payment.key
  payment.transactionKey = payment.key
  if (payment.method === 'VIRTUAL_ACCOUNT') {
    payment.state = 'waiting'
    payment.account = {
      number: random.digits(14),
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
