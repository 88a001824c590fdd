// Toss: cancel, whole or in parts, once or several times.
import type { Outcome } from './answer.ts'
import { DAY_MS } from './clock.ts'
import { cancelPart, type Payment } from './payment.ts'
import { isAmount, type TossParts } from './toss-confirm.ts'
import { tossError, type Language, type TossErrorCode } from './toss-errors.ts'
import { statusEvent, toTossPayment } from './toss-payment.ts'

/** For virtual accounts; cards have no such end here. */
const REFUND_DAYS_MAX = 365
const REASON_LENGTH_MAX = 200

interface Wanted {
  cancelReason?: unknown
  cancelAmount?: unknown
  taxFreeAmount?: unknown
  currency?: unknown
  refundableAmount?: unknown
  refundReceiveAccount?: unknown
}

export function cancel(parts: TossParts, paymentKey: string, body: unknown, language: Language): Outcome {
  const { book, clock, random } = parts
  const wanted = (body ?? {}) as Wanted
  const payment = book.find(paymentKey)
  if (payment === undefined) return tossError('NOT_FOUND_PAYMENT', language)
  const refusal = shapeRefusal(wanted) ?? stateRefusal(payment, clock.now()) ?? amountRefusal(payment, wanted)
  if (refusal !== undefined) return tossError(refusal, language)
  const made = cancelPart(payment, {
    key: random.text(32),
    amount: amountOf(payment, wanted),
    taxFreeAmount: isAmount(wanted.taxFreeAmount) ? wanted.taxFreeAmount : 0,
    reason: wanted.cancelReason as string,
    at: clock.now(),
    orderId: null,
    isNet: false,
  })
  if (payment.charges > 0) book.move(payment, made)
  book.save(payment)
  return {
    status: 200,
    body: toTossPayment(payment),
    isDone: true,
    events: [statusEvent(payment, clock.now())],
  }
}

const amountOf = (payment: Payment, { cancelAmount }: Wanted): number =>
  typeof cancelAmount === 'number' ? cancelAmount : payment.balance

function shapeRefusal(wanted: Wanted): TossErrorCode | undefined {
  const { cancelReason, cancelAmount, currency, refundableAmount } = wanted
  if (typeof cancelReason !== 'string' || cancelReason.trim() === '') return 'INVALID_REQUEST'
  if (cancelReason.length > REASON_LENGTH_MAX) return 'INVALID_REQUEST'
  if (cancelAmount !== undefined && cancelAmount !== null && !isAmount(cancelAmount)) return 'INVALID_REQUEST'
  if (refundableAmount !== undefined && !Number.isSafeInteger(refundableAmount)) return 'INVALID_REQUEST'
  if (currency !== undefined && currency !== 'KRW') return 'INVALID_REQUEST'
  return undefined
}

function stateRefusal(payment: Payment, now: number): TossErrorCode | undefined {
  const { state, balance, account } = payment
  if (state === 'cancelled') return 'ALREADY_CANCELED_PAYMENT'
  if (state !== 'paid' && state !== 'partly_cancelled' && state !== 'waiting') return 'NOT_CANCELABLE_PAYMENT'
  // Measured: after partial cancels down to nothing it is the amount that is refused, not the payment.
  if (balance === 0) return 'NOT_CANCELABLE_AMOUNT'
  const depositedAt = account?.depositedAt ?? null
  if (depositedAt !== null && now > depositedAt + REFUND_DAYS_MAX * DAY_MS) return 'EXCEED_MAX_REFUND_DUE'
  return undefined
}

function amountRefusal(payment: Payment, wanted: Wanted): TossErrorCode | undefined {
  const amount = amountOf(payment, wanted)
  if (wanted.refundableAmount !== undefined && wanted.refundableAmount !== payment.balance) {
    return 'NOT_MATCHES_REFUNDABLE_AMOUNT'
  }
  if (amount > payment.balance) return 'NOT_CANCELABLE_AMOUNT'
  if (payment.state === 'waiting') {
    return amount < payment.balance ? 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT' : undefined
  }
  return payment.account === null ? undefined : accountRefusal(wanted.refundReceiveAccount)
}

/** What came by bank transfer goes back by bank transfer. */
function accountRefusal(account: unknown): TossErrorCode | undefined {
  if (typeof account !== 'object' || account === null) return 'INVALID_REFUND_ACCOUNT_INFO'
  const { bank, accountNumber, holderName } = account as Record<string, unknown>
  if (typeof bank !== 'string' || bank === '') return 'INVALID_BANK'
  if (typeof accountNumber !== 'string' || !/^\d{1,20}$/.test(accountNumber))
    return 'INVALID_REFUND_ACCOUNT_NUMBER'
  const isHolder = typeof holderName === 'string' && holderName !== '' && holderName.length <= 60
  return isHolder ? undefined : 'INVALID_REFUND_ACCOUNT_INFO'
}
