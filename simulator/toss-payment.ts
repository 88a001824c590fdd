// A payment as Toss shows it.
import { toTossEventTime, toTossTime } from './clock.ts'
import type { Payment } from './payment.ts'
import { isTossErrorCode, TOSS_ERRORS } from './toss-errors.ts'
import type { Event } from './webhooks.ts'

const STATUS = {
  ready: 'READY',
  authenticated: 'IN_PROGRESS',
  waiting: 'WAITING_FOR_DEPOSIT',
  paid: 'DONE',
  partly_cancelled: 'PARTIAL_CANCELED',
  cancelled: 'CANCELED',
  failed: 'ABORTED',
  expired: 'EXPIRED',
} as const

/** The word for a method, in Korean as in the original. */
const METHOD = { CARD: '카드', VIRTUAL_ACCOUNT: '가상계좌' } as const

export const M_ID = 'tsimulator'
export const tossStatus = (payment: Payment): string => STATUS[payment.state]
export const tossMethod = (payment: Payment): string => METHOD[payment.method]
const vatOf = (amount: number): number => Math.round(amount / 11)

export function toTossPayment(payment: Payment): Record<string, unknown> {
  const { key, amount, balance, approvedAt, cancels } = payment
  const vat = vatOf(balance)
  return {
    mId: M_ID,
    version: '2022-11-16',
    lastTransactionKey: payment.transactionKey,
    paymentKey: key,
    orderId: payment.orderId,
    orderName: payment.orderName,
    taxExemptionAmount: 0,
    status: STATUS[payment.state],
    requestedAt: toTossTime(payment.requestedAt),
    approvedAt: approvedAt === null ? null : toTossTime(approvedAt),
    useEscrow: false,
    cultureExpense: false,
    card: payment.method === 'CARD' && payment.approveNo !== '' ? cardOf(payment) : null,
    virtualAccount: virtualAccountOf(payment),
    transfer: null,
    mobilePhone: null,
    giftCertificate: null,
    cashReceipt: null,
    cashReceipts: null,
    discount: null,
    cancels: cancels.length === 0 ? null : cancels.map(cancelOf),
    secret: payment.secret,
    type: 'NORMAL',
    easyPay: null,
    country: 'KR',
    failure: failureOf(payment),
    isPartialCancelable: true,
    receipt: { url: `https://dashboard.tosspayments.com/receipt/redirection?transactionId=${key}` },
    checkout: { url: `https://api.tosspayments.com/v1/payments/${key}/checkout` },
    metadata: null,
    currency: 'KRW',
    totalAmount: amount,
    balanceAmount: balance,
    suppliedAmount: balance - vat,
    vat,
    taxFreeAmount: 0,
    method: METHOD[payment.method],
  }
}

export const cardOf = (payment: Payment): object => ({
  amount: payment.amount,
  issuerCode: '71',
  acquirerCode: '71',
  number: '12345678****000*',
  installmentPlanMonths: 0,
  isInterestFree: false,
  interestPayer: null,
  approveNo: payment.approveNo,
  useCardPoint: false,
  cardType: '신용',
  ownerType: '개인',
  acquireStatus: 'READY',
})

function virtualAccountOf({ account, cancels, state, charges }: Payment): object | null {
  if (account === null) return null
  const isRefunded = charges > 0 && cancels.length > 0
  return {
    accountType: '일반',
    accountNumber: account.number,
    bankCode: '20',
    customerName: '시뮬레이터',
    depositorName: account.depositedAt === null ? null : '시뮬레이터',
    dueDate: toTossTime(account.dueAt),
    refundStatus: isRefunded ? 'COMPLETED' : 'NONE',
    expired: state === 'expired',
    settlementStatus: 'INCOMPLETED',
    refundReceiveAccount: null,
  }
}

const cancelOf = (cancel: Payment['cancels'][number]): object => ({
  transactionKey: cancel.key,
  cancelReason: cancel.reason,
  taxExemptionAmount: 0,
  canceledAt: toTossTime(cancel.at),
  cardDiscountAmount: 0,
  transferDiscountAmount: 0,
  easyPayDiscountAmount: 0,
  receiptKey: null,
  cancelAmount: cancel.amount,
  taxFreeAmount: cancel.taxFreeAmount,
  refundableAmount: cancel.balance,
  cancelStatus: 'DONE',
  cancelRequestId: null,
})

function failureOf({ failure }: Payment): object | null {
  if (failure === null || !isTossErrorCode(failure)) return null
  return { code: failure, message: TOSS_ERRORS[failure][1] }
}

export const statusEvent = (payment: Payment, now: number): Event => ({
  provider: 'toss',
  name: `PAYMENT_STATUS_CHANGED ${STATUS[payment.state]}`,
  orderId: payment.orderId,
  body: {
    eventType: 'PAYMENT_STATUS_CHANGED',
    createdAt: toTossEventTime(now),
    data: toTossPayment(payment),
  },
})

/** Flat and without `eventType`, as the original. */
export const depositEvent = (payment: Payment, now: number): Event => ({
  provider: 'toss',
  name: `DEPOSIT_CALLBACK ${STATUS[payment.state]}`,
  orderId: payment.orderId,
  body: {
    createdAt: toTossEventTime(now),
    secret: payment.secret,
    status: STATUS[payment.state],
    transactionKey: payment.transactionKey,
    orderId: payment.orderId,
  },
})
