// A payment as NICEPAY shows it, signed.
import { createHash } from 'node:crypto'
import { toNiceTime } from './clock.ts'
import { codeMessage } from './nice-codes.ts'
import type { Payment } from './payment.ts'
import type { Keys } from './settings.ts'
import type { Event } from './webhooks.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const STATUS = {
  ready: 'ready',
  authenticated: 'ready',
  waiting: 'ready',
  paid: 'paid',
  partly_cancelled: 'partialCancelled',
  cancelled: 'cancelled',
  failed: 'failed',
  expired: 'expired',
} as const

export const niceStatus = (payment: Payment): string =>
  // Cancelled down to nothing, in however many parts.
  payment.state === 'partly_cancelled' && payment.balance === 0 ? 'cancelled' : STATUS[payment.state]

const timeOr0 = (at: number | null | undefined): string =>
  at === null || at === undefined ? '0' : toNiceTime(at)

export function toNicePayment(
  payment: Payment,
  { secretKey }: Keys,
  now: number,
  resultCode = '0000',
): object {
  const { key: tid, amount, cancels, approveNo } = payment
  const ediDate = toNiceTime(now)
  const last = cancels.at(-1)
  const isCard = payment.method === 'CARD'
  return {
    resultCode,
    resultMsg: codeMessage(resultCode),
    tid,
    cancelledTid: last?.key ?? null,
    orderId: payment.orderId,
    ediDate,
    signature: sha256(`${tid}${amount}${ediDate}${secretKey}`),
    status: niceStatus(payment),
    paidAt: timeOr0(payment.approvedAt),
    failedAt: timeOr0(payment.failedAt),
    cancelledAt: timeOr0(last?.at),
    payMethod: isCard ? 'card' : 'vbank',
    amount,
    balanceAmt: payment.balance,
    goodsName: payment.orderName,
    mallReserved: payment.mallReserved === '' ? null : payment.mallReserved,
    useEscrow: false,
    currency: 'KRW',
    channel: 'pc',
    approveNo: approveNo === '' ? null : approveNo,
    buyerName: null,
    buyerTel: null,
    buyerEmail: null,
    receiptUrl: `https://npg.nicepay.co.kr/issue/IssueLoader.do?type=0&TID=${tid}`,
    mallUserId: null,
    issuedCashReceipt: false,
    coupon: null,
    card: isCard && approveNo !== '' ? CARD : null,
    cashReceipts: null,
    vbank: vbankOf(payment),
    cancels: cancels.length === 0 ? null : cancels.map(cancelOf),
  }
}

const CARD = {
  cardCode: '04',
  cardName: '삼성',
  cardNum: '123456******1234',
  cardQuota: 0,
  isInterestFree: false,
  cardType: 'credit',
  canPartCancel: 'true',
  acquCardCode: '04',
  acquCardName: '삼성',
}

const vbankOf = ({ account }: Payment): object | null =>
  account && {
    vbankCode: '088',
    vbankName: '신한은행',
    vbankNumber: account.number,
    vbankExpDate: toNiceTime(account.dueAt),
    vbankHolder: '시뮬레이터',
  }

const cancelOf = ({ key, amount, at, reason }: Payment['cancels'][number]): object => ({
  tid: key,
  amount,
  cancelledAt: toNiceTime(at),
  reason,
  receiptUrl: `https://npg.nicepay.co.kr/issue/IssueLoader.do?type=0&TID=${key}`,
  couponAmt: 0,
})

export const niceEvent = (payment: Payment, keys: Keys, now: number): Event => ({
  provider: 'nice',
  name: niceStatus(payment),
  orderId: payment.orderId,
  body: toNicePayment(payment, keys, now),
})
