// Toss: every approval and every cancel, in the order in which they happened.
import type { Outcome } from './answer.ts'
import type { Book, Movement } from './book.ts'
import { parseSeoul, toTossTime } from './clock.ts'
import { tossError, type Language } from './toss-errors.ts'
import { M_ID, tossMethod, tossStatus } from './toss-payment.ts'

const LIMIT = 100
const LIMIT_MAX = 5000

export function listTransactions(book: Book, query: unknown, language: Language): Outcome {
  const {
    startDate,
    endDate,
    startingAfter,
    limit = String(LIMIT),
  } = query as Record<string, string | undefined>
  const from = parseSeoul(startDate ?? '')
  const to = parseSeoul(endDate ?? '')
  const size = Number(limit)
  if (from === undefined || to === undefined || !Number.isInteger(size) || size < 1 || size > LIMIT_MAX) {
    return tossError('INVALID_REQUEST', language)
  }
  const within = book.movements().filter(({ at }) => at >= from && at <= to)
  const before =
    startingAfter === undefined
      ? -1
      : within.findIndex((movement) => transactionKeyOf(movement) === startingAfter)
  return { status: 200, body: within.slice(before + 1, before + 1 + size).map(toTransaction) }
}

/** The approval's own key, or that of the cancel. */
export const transactionKeyOf = ({ payment, cancel }: Movement): string =>
  cancel?.key ?? payment.approvalKey ?? payment.key

function toTransaction(movement: Movement): object {
  const { at, payment, cancel } = movement
  return {
    mId: M_ID,
    transactionKey: transactionKeyOf(movement),
    paymentKey: payment.key,
    orderId: payment.orderId,
    method: tossMethod(payment),
    customerKey: payment.customerKey,
    useEscrow: false,
    receiptUrl: `https://dashboard.tosspayments.com/receipt/redirection?transactionId=${payment.key}`,
    status: cancel === undefined ? 'DONE' : tossStatus(payment),
    transactionAt: toTossTime(at),
    currency: 'KRW',
    amount: cancel === undefined ? payment.amount : -cancel.amount,
  }
}
