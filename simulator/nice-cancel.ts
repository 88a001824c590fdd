// NICEPAY: cancel, whole or in parts; every part under an order id of its own.
import type { Outcome } from './answer.ts'
import { DAY_MS } from './clock.ts'
import { checkSigned, type NiceParts } from './nice-approve.ts'
import { niceRefusal } from './nice-codes.ts'
import { niceEvent, toNicePayment } from './nice-payment.ts'
import { cancelPart, type Payment } from './payment.ts'

const CARD_DAYS_MAX = 365
const DEPOSIT_DAYS_MAX = 180
const REASON_LENGTH_MAX = 100
const ORDER_ID_LENGTH_MAX = 64

interface Wanted {
  reason?: unknown
  orderId?: unknown
  cancelAmt?: unknown
  taxFreeAmt?: unknown
  ediDate?: unknown
  signData?: unknown
  refundAccount?: unknown
  refundBankCode?: unknown
  refundHolder?: unknown
}

export function cancel(parts: NiceParts, tid: string, body: unknown): Outcome {
  const { book, clock, keys } = parts
  const wanted = (body ?? {}) as Wanted
  const payment = book.find(tid)
  const refusal =
    shapeRefusal(wanted) ??
    checkSigned(keys, [tid, wanted.ediDate], wanted.signData) ??
    stateRefusal(payment, wanted, clock.now())
  if (refusal !== undefined || payment === undefined) return niceRefusal(refusal ?? '2012')
  take(parts, payment, {
    amount: amountOf(payment, wanted),
    reason: wanted.reason as string,
    orderId: wanted.orderId as string,
    isNet: false,
  })
  return {
    status: 200,
    body: toNicePayment(payment, keys, clock.now()),
    isDone: true,
    events: [niceEvent(payment, keys, clock.now())],
  }
}

/** All that is left, without being asked about it. */
export const cancelWhole = (parts: NiceParts, payment: Payment): void =>
  take(parts, payment, { amount: payment.balance, reason: '망취소', orderId: null, isNet: true })

interface Taken {
  amount: number
  reason: string
  orderId: string | null
  isNet: boolean
}

function take({ book, clock, random }: NiceParts, payment: Payment, { amount, ...taken }: Taken): void {
  // A cancel of the whole goes by the payment's own tid.
  const key = amount === payment.amount ? payment.key : `nicsim${random.text(24)}`
  const made = cancelPart(payment, { key, amount, taxFreeAmount: 0, at: clock.now(), ...taken })
  if (payment.charges > 0) book.move(payment, made)
  book.save(payment)
}

const amountOf = (payment: Payment, { cancelAmt }: Wanted): number =>
  typeof cancelAmt === 'number' ? cancelAmt : payment.balance

function shapeRefusal({ reason, orderId, cancelAmt, taxFreeAmt }: Wanted): string | undefined {
  if (typeof reason !== 'string' || reason === '' || typeof orderId !== 'string' || orderId === '')
    return 'A117'
  if (reason.length > REASON_LENGTH_MAX || orderId.length > ORDER_ID_LENGTH_MAX) return 'A147'
  if (cancelAmt === undefined || cancelAmt === null) return undefined
  if (!Number.isSafeInteger(cancelAmt)) return 'A116'
  if ((cancelAmt as number) <= 0) return '2010'
  return typeof taxFreeAmt === 'number' && taxFreeAmt > (cancelAmt as number) ? '2011' : undefined
}

function stateRefusal(payment: Payment | undefined, wanted: Wanted, now: number): string | undefined {
  if (payment === undefined) return '2012'
  const { state, balance, cancels, account } = payment
  if (state === 'ready' || state === 'authenticated') return '2012'
  if (state === 'failed' || state === 'expired') return '2014'
  if (balance === 0) return '2013'
  if (cancels.some(({ orderId }) => orderId === wanted.orderId)) return '2015'
  const amount = amountOf(payment, wanted)
  if (amount > balance) return '2032'
  if (state === 'waiting') return amount < balance ? '2014' : undefined
  const days = account === null ? CARD_DAYS_MAX : DEPOSIT_DAYS_MAX
  if (now > (payment.approvedAt ?? 0) + days * DAY_MS) return '2016'
  const { refundAccount, refundBankCode, refundHolder } = wanted
  const isWithAccount = [refundAccount, refundBankCode, refundHolder].every(
    (part) => typeof part === 'string' && part,
  )
  return account === null || isWithAccount ? undefined : 'A117'
}
