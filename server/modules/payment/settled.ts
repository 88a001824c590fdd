// What is written of a payment when something has become known of it.
import type { ProviderPayment } from './provider.ts'
import type { PaymentRow, SettledPayment } from './sql.ts'

const kept = (payment: PaymentRow): Omit<SettledPayment, 'status' | 'code'> => ({
  paymentId: payment.paymentId,
  providerKey: payment.providerKey,
  capturedKrw: payment.capturedKrw,
  method: payment.method,
  receiptUrl: payment.receiptUrl,
  approvedAt: payment.approvedAt,
  nextCheckMs: null,
  tryNo: payment.tryNo,
})

/** Nothing was charged. */
export const failed = (payment: PaymentRow, code: string): SettledPayment => ({
  ...kept(payment),
  status: 'FAILED',
  code,
})

/** Charged by the provider, and paid. */
export const completed = (payment: PaymentRow, facts: ProviderPayment): SettledPayment => ({
  ...charged(payment, facts),
  status: 'COMPLETED',
  code: null,
})

/** Charged by the provider, and not to be kept. */
export const unwanted = (payment: PaymentRow, facts: ProviderPayment, code: string): SettledPayment => ({
  ...charged(payment, facts),
  status: 'FAILED',
  code,
})

const charged = (payment: PaymentRow, facts: ProviderPayment): Omit<SettledPayment, 'status' | 'code'> => ({
  ...kept(payment),
  // Not always the one that was tried: another window of the same attempt may have been charged.
  providerKey: facts.providerKey,
  capturedKrw: facts.amountKrw,
  method: facts.method?.slice(0, METHOD_CHARACTERS_MAX) ?? null,
  receiptUrl: facts.receiptUrl ?? null,
  approvedAt: facts.approvedAt ?? null,
})

const METHOD_CHARACTERS_MAX = 50

/** It may or may not be charged: to be looked at again. */
export const unknown = (
  payment: PaymentRow,
  { code, nextCheckMs, tryNo }: { code: string; nextCheckMs: number; tryNo: number },
): SettledPayment => ({ ...kept(payment), status: 'UNKNOWN', code, nextCheckMs, tryNo })
