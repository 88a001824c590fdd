// Toss: what the payment window does – opens a payment, and says yes, no or nothing on the buyer's behalf.
import type { Method, Payment } from './payment.ts'
import { isAmount, ORDER_ID, type TossParts } from './toss-confirm.ts'
import type { TossErrorCode } from './toss-errors.ts'
import { statusEvent } from './toss-payment.ts'
import type { Event } from './webhooks.ts'

const NAME_LENGTH_MAX = 100
const URL_LENGTH_MAX = 2000
const VALID_HOURS = 168
const VALID_HOURS_MAX = 2160

export interface Opening {
  clientKey?: unknown
  orderId?: unknown
  orderName?: unknown
  amount?: unknown
  currency?: unknown
  method?: unknown
  customerKey?: unknown
  validHours?: unknown
}

/** A payment in the state `ready`, or why there is none. */
export function open(parts: TossParts, clientKey: string, wanted: Opening): Payment | TossErrorCode {
  const { orderId, orderName, amount, currency = 'KRW', method = 'CARD', validHours = VALID_HOURS } = wanted
  if (wanted.clientKey !== clientKey) return 'INVALID_CLIENT_KEY'
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId)) return 'INVALID_REQUEST'
  if (typeof orderName !== 'string' || orderName === '' || orderName.length > NAME_LENGTH_MAX)
    return 'INVALID_REQUEST'
  if (!isAmount(amount) || currency !== 'KRW' || !isMethod(method)) return 'INVALID_REQUEST'
  if (!isAmount(validHours) || validHours > VALID_HOURS_MAX) return 'INVALID_REQUEST'
  if (parts.book.listByOrder(orderId).some(({ approvalKey }) => approvalKey !== null)) {
    return 'DUPLICATED_ORDER_ID'
  }
  const { random, clock, book } = parts
  const payment: Payment = {
    provider: 'toss',
    key: `tsim${random.text(28)}`,
    orderId,
    orderName,
    amount,
    method,
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
    secret: `ps_${random.text(24)}`,
    customerKey: typeof wanted.customerKey === 'string' ? wanted.customerKey.slice(0, 300) : null,
    account: null,
    cancels: [],
    urls: null,
    validHours,
    mallReserved: '',
  }
  return book.add(payment) === 'added' ? payment : 'COMMON_ERROR'
}

const isMethod = (method: unknown): method is Method => method === 'CARD' || method === 'VIRTUAL_ACCOUNT'

/** The buyer agrees: ten minutes to confirm begin. */
export function authenticate({ book, clock }: TossParts, payment: Payment): void {
  payment.state = 'authenticated'
  payment.authenticatedAt = clock.now()
  book.save(payment)
}

/** The issuer refuses in the window. */
export function reject({ book, clock }: TossParts, payment: Payment): Event {
  payment.state = 'failed'
  payment.failure = 'REJECT_CARD_COMPANY'
  payment.failedAt = clock.now()
  book.save(payment)
  return statusEvent(payment, clock.now())
}

/** An http(s) address that a browser can be sent to. */
export function isWebUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > URL_LENGTH_MAX || !URL.canParse(value)) return false
  const { protocol } = new URL(value)
  return protocol === 'http:' || protocol === 'https:'
}

/** `url` with more parameters; its own stay. */
export function withParameters(url: string, parameters: Record<string, string>): string {
  const whole = new URL(url)
  for (const [name, value] of Object.entries(parameters)) whole.searchParams.append(name, value)
  return whole.href
}
