// Payments as the contract shows them.
import { toSeoulIso } from '../../platform/clock.ts'
import type { Language } from '../../platform/errors.ts'
import type { PaymentAnswer } from './bodies.ts'
import type { PaymentStatus } from './contract.ts'
import type { PaymentRow } from './sql.ts'
import type { RefundRow } from './sql-refund.ts'

/** What is true of a payment in each state, for people. */
const PAYMENT_MESSAGES: Readonly<Record<PaymentStatus, Readonly<Record<Language, string>>>> = {
  INITIATED: {
    ko: '아직 결제되지 않았습니다. 청구된 금액은 없습니다.',
    en: 'Not paid yet. Nothing was charged.',
  },
  CONFIRMING: { ko: '결제 결과를 확인하고 있습니다.', en: 'The payment is being checked.' },
  UNKNOWN: { ko: '결제 결과를 확인하고 있습니다.', en: 'The payment is being checked.' },
  COMPLETED: { ko: '결제가 완료되었습니다.', en: 'Paid.' },
  PARTIALLY_CANCELED: { ko: '결제 금액의 일부가 환불되었습니다.', en: 'Partly refunded.' },
  CANCELED: { ko: '결제가 환불되었습니다.', en: 'Refunded.' },
  FAILED: { ko: '결제되지 않았습니다. 청구된 금액은 없습니다.', en: 'Not paid. Nothing was charged.' },
}
const UNWANTED = {
  ko: '주문에 쓰이지 않은 결제입니다. 결제된 금액을 환불하고 있습니다.',
  en: 'Charged, but not used for the order: the money is on its way back.',
} as const

export function messageOf(payment: PaymentRow, language: Language): string {
  const isUnwanted = payment.status === 'FAILED' && payment.capturedKrw > 0
  return (isUnwanted ? UNWANTED : PAYMENT_MESSAGES[payment.status])[language]
}

const instant = (at: Date | null): string | null => (at === null ? null : toSeoulIso(at))

export function paymentBody(
  payment: PaymentRow,
  refunds: readonly RefundRow[],
  language: Language,
): PaymentAnswer {
  return {
    paymentId: payment.paymentId,
    orderId: payment.orderId,
    provider: payment.provider,
    pgOrderId: payment.providerOrderId,
    totalPrice: payment.amountKrw,
    refundedPrice: payment.refundedKrw,
    status: payment.status,
    code: payment.code,
    message: messageOf(payment, language),
    method: payment.method,
    receiptUrl: payment.receiptUrl,
    requestedAt: instant(payment.requestedAt),
    approvedAt: instant(payment.approvedAt),
    refunds: refunds.map((refund) => ({
      refundId: refund.refundId,
      amount: refund.amountKrw,
      status: refund.status,
      reason: refund.reason,
      createdAt: instant(refund.createdAt),
      doneAt: instant(refund.doneAt),
    })),
  }
}
