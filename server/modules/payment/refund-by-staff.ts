// An administrator gives money back without taking goods back.
import { writeAudit } from '../../platform/audit.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { OrderMoney } from '../order/contract.ts'
import { findPayment, lockPayments, type PaymentRow } from './sql.ts'
import { insertRefunds, listRefunds, type RefundRow } from './sql-refund.ts'

export async function refundByStaff(
  { database, orders, ids }: { database: Database; orders: OrderMoney; ids: Ids },
  request: {
    paymentId: number
    amountKrw: number | undefined
    reason: string
    actorId: number
    once: Once | undefined
  },
): Promise<{ payment: PaymentRow; refunds: RefundRow[] }> {
  const { paymentId, reason, actorId } = request
  const found = await findPayment(database.db, paymentId)
  if (found === undefined) throw new AppError('NOT_FOUND_PAYMENT')
  const { orderId } = found
  return database.transaction(async (tx) => {
    await request.once?.bind(tx)
    await orders.lockPayable(tx, [orderId])
    const payment = (await lockPayments(tx, [paymentId])).get(paymentId)!
    const left = payment.capturedKrw - payment.refundAskedKrw
    const amountKrw = request.amountKrw ?? left
    if (amountKrw === 0 || amountKrw > left) throw new AppError('REFUND_EXCEEDS_BALANCE')
    await insertRefunds(tx, [{ paymentId, orderId, amountKrw, cause: `staff:${ids.uuid()}`, reason }])
    await writeAudit(tx, [
      {
        actorId,
        subject: 'payment',
        subjectId: paymentId,
        action: 'REFUND',
        before: { leftKrw: left },
        after: { leftKrw: left - amountKrw },
        reason,
      },
    ])
    const after = (await lockPayments(tx, [paymentId])).get(paymentId)!
    return { payment: after, refunds: await listRefunds(tx, [paymentId]) }
  })
}
