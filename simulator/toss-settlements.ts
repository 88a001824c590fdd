// Toss: what is paid out for approvals and cancels of earlier days. (The original gives these for live keys alone.)
import type { Outcome } from './answer.ts'
import type { Movement } from './book.ts'
import { DAY_MS, parseSeoul, toSeoulDay, toTossTime } from './clock.ts'
import { tossError, type Language } from './toss-errors.ts'
import { cardOf, M_ID, tossMethod } from './toss-payment.ts'
import type { TossRouteParts } from './toss-routes.ts'
import { transactionKeyOf } from './toss-transactions.ts'

const SIZE = 100
const SIZE_MAX = 5000
const DAY = /^\d{4}-\d{2}-\d{2}$/
/** What the deliberate mismatch is off by. */
const MISMATCH_KRW = 10

export function listSettlements(parts: TossRouteParts, query: unknown, language: Language): Outcome {
  const asked = query as Record<string, string | undefined>
  const { startDate = '', endDate = '', dateType = 'soldDate' } = asked
  const page = Number(asked['page'] ?? 1)
  const size = Number(asked['size'] ?? SIZE)
  const areDays = [startDate, endDate].every((day) => DAY.test(day) && parseSeoul(day) !== undefined)
  const isPage =
    Number.isInteger(page) && page >= 1 && Number.isInteger(size) && size >= 1 && size <= SIZE_MAX
  if (!areDays || !isPage || (dateType !== 'soldDate' && dateType !== 'paidOutDate')) {
    return tossError('INVALID_REQUEST', language)
  }
  const today = toSeoulDay(parts.clock.now())
  const { feeRate, payOutDays } = parts.settings
  const within = parts.book.movements().filter(({ at }) => {
    const sold = toSeoulDay(at)
    // Data begins the day after.
    if (sold >= today) return false
    const day = dateType === 'soldDate' ? sold : toSeoulDay(at + payOutDays * DAY_MS)
    return day >= startDate && day <= endDate
  })
  const rows = within.slice((page - 1) * size, page * size).map((movement, index) => {
    const isWrong = index === 0 && page === 1 && parts.chaos.of('toss').settlementMismatch
    return toRow(movement, { feeRate, payOutDays, wrongKrw: isWrong ? MISMATCH_KRW : 0 })
  })
  return { status: 200, body: rows }
}

interface Terms {
  feeRate: number
  payOutDays: number
  wrongKrw: number
}

/** The row adds up in itself even where it disagrees with the payment: amount = payOutAmount + supplyAmount + vat. */
function toRow(movement: Movement, { feeRate, payOutDays, wrongKrw }: Terms): object {
  const { at, payment, cancel } = movement
  const amount = (cancel === undefined ? payment.amount : -cancel.amount) - wrongKrw
  const fee = Math.round(amount * feeRate)
  const vat = Math.round(fee / 11)
  return {
    mId: M_ID,
    paymentKey: payment.key,
    transactionKey: transactionKeyOf(movement),
    orderId: payment.orderId,
    currency: 'KRW',
    method: tossMethod(payment),
    amount,
    interestFee: 0,
    fees: [{ type: 'BASE', fee }],
    supplyAmount: fee - vat,
    vat,
    payOutAmount: amount - fee,
    approvedAt: toTossTime(payment.approvedAt ?? at),
    soldDate: toSeoulDay(at),
    paidOutDate: toSeoulDay(at + payOutDays * DAY_MS),
    card: payment.method === 'CARD' ? cardOf(payment) : null,
    easyPay: null,
    giftCertificate: null,
    mobilePhone: null,
    transfer: null,
    virtualAccount: null,
    cancel:
      cancel === undefined
        ? null
        : {
            cancelAmount: cancel.amount,
            cancelReason: cancel.reason,
            canceledAt: toTossTime(cancel.at),
            transactionKey: cancel.key,
            refundableAmount: cancel.balance,
          },
  }
}
