// NICEPAY: what the payment window does – opens a payment, and sends the shop a form that says how it ended.
import { codeMessage } from './nice-codes.ts'
import type { NiceParts } from './nice-approve.ts'
import { sha256 } from './nice-payment.ts'
import { wasApproved, type Payment } from './payment.ts'
import { isAmount } from './toss-confirm.ts'

const ORDER_ID_LENGTH_MAX = 64
const NAME_LENGTH_MAX = 40
const VALID_HOURS = 168

export interface NiceOpening {
  clientId?: unknown
  method?: unknown
  orderId?: unknown
  amount?: unknown
  goodsName?: unknown
  mallReserved?: unknown
}

/** What the browser posts to returnUrl. */
export interface NiceForm {
  authResultCode: string
  authResultMsg: string
  tid: string
  clientId: string
  orderId: string
  amount: string
  mallReserved: string
  authToken: string
  signature: string
}

/** A payment in the state `ready`, or the code that says why there is none. */
export function openNice(parts: NiceParts, wanted: NiceOpening): Payment | string {
  const { orderId, goodsName, amount, method = 'card', mallReserved = '' } = wanted
  if (wanted.clientId !== parts.keys.clientKey) return 'U104'
  if (typeof orderId !== 'string' || orderId === '' || typeof goodsName !== 'string' || goodsName === '')
    return 'A117'
  if (orderId.length > ORDER_ID_LENGTH_MAX || goodsName.length > NAME_LENGTH_MAX) return 'A147'
  if (!isAmount(amount)) return 'A116'
  if (method !== 'card' && method !== 'vbank') return 'A117'
  if (parts.book.listByOrder(orderId).some(wasApproved)) return 'A127'
  const { random, clock, book } = parts
  const payment: Payment = {
    provider: 'nice',
    key: `nicsim${random.text(24)}`,
    orderId,
    orderName: goodsName,
    amount,
    method: method === 'vbank' ? 'VIRTUAL_ACCOUNT' : 'CARD',
    state: 'ready',
    balance: amount,
    charges: 0,
    requestedAt: clock.now(),
    authenticatedAt: null,
    approvedAt: null,
    failedAt: null,
    failure: null,
    approvalKey: null,
    transactionKey: null,
    approveNo: '',
    secret: `NICEUNTT${random.text(32)}`,
    customerKey: null,
    account: null,
    cancels: [],
    urls: null,
    validHours: VALID_HOURS,
    mallReserved: typeof mallReserved === 'string' ? mallReserved.slice(0, 500) : '',
  }
  return book.add(payment) === 'added' ? payment : '2003'
}

/** The buyer agrees: the form is signed, and the payment may be approved. */
export function authenticateNice({ book, clock, keys }: NiceParts, payment: Payment): NiceForm {
  if (payment.state === 'ready') {
    payment.state = 'authenticated'
    payment.authenticatedAt = clock.now()
    book.save(payment)
  }
  const { amount, secret: authToken } = payment
  const signature = sha256(`${authToken}${keys.clientKey}${amount}${keys.secretKey}`)
  return { ...formOf(payment, keys.clientKey, '0000'), tid: payment.key, signature }
}

/** Refused or closed: no tid and no signature, as in the original. */
export function formOf(payment: Payment, clientId: string, code: string): NiceForm {
  return {
    authResultCode: code,
    authResultMsg: code === '0000' ? '인증 성공' : codeMessage(code),
    tid: '',
    clientId,
    orderId: payment.orderId,
    amount: String(payment.amount),
    mallReserved: payment.mallReserved,
    authToken: payment.secret,
    signature: '',
  }
}
