// Money back is asked for in the transaction of what causes it. The order is locked by the caller.
import type { Tx } from '../../platform/db.ts'
import type { RefundRequest } from './contract.ts'
import { listOfOrders, lockPayments, type PaymentRow } from './sql.ts'
import { insertRefunds, listRefunds } from './sql-refund.ts'

/** At most what is left of what the order was paid with. */
export async function requestRefund(
  tx: Tx,
  { orderId, amountKrw, cause, reason }: RefundRequest,
): Promise<'requested' | 'nothing_paid'> {
  const found = (await listOfOrders(tx, [orderId])).find(isPaid)
  const payment = found && (await lockPayments(tx, [found.paymentId])).get(found.paymentId)
  if (payment === undefined || payment.capturedKrw === 0) return 'nothing_paid'
  const known = (await listRefunds(tx, [payment.paymentId])).some((refund) => refund.cause === cause)
  if (known) return 'requested'
  // Less is left where an administrator has given some of it back before.
  const left = Math.min(amountKrw, payment.capturedKrw - payment.refundAskedKrw)
  if (left === 0) return 'nothing_paid'
  await insertRefunds(tx, [{ paymentId: payment.paymentId, orderId, amountKrw: left, cause, reason }])
  return 'requested'
}

const isPaid = ({ status }: PaymentRow): boolean => status === 'COMPLETED' || status === 'PARTIALLY_CANCELED'
