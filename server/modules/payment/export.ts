import { toSeoulIso } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { listOfBuyer } from './sql.ts'
import { listRefunds } from './sql-refund.ts'

/** Everything that is kept about a member's payments. */
export async function exportPayments(db: Db, userId: number): Promise<object[]> {
  const payments = await listOfBuyer(db, userId)
  const refunds = await listRefunds(
    db,
    payments.map(({ paymentId }) => paymentId),
  )
  return payments.map((payment) => ({
    paymentId: payment.paymentId,
    orderId: payment.orderId,
    provider: payment.provider,
    pgOrderId: payment.providerOrderId,
    pgTransactionId: payment.providerKey,
    totalPrice: payment.amountKrw,
    status: payment.status,
    method: payment.method,
    receiptUrl: payment.receiptUrl,
    requestedAt: toSeoulIso(payment.requestedAt),
    approvedAt: payment.approvedAt === null ? null : toSeoulIso(payment.approvedAt),
    refunds: refunds
      .filter((refund) => refund.paymentId === payment.paymentId)
      .map(({ amountKrw, status, reason, createdAt }) => ({
        amount: amountKrw,
        status,
        reason,
        createdAt: toSeoulIso(createdAt),
      })),
  }))
}
