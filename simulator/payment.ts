// One payment as the simulator keeps it, in words of its own; toss-payment.ts and nice-payment.ts say it in theirs.
import type { Provider } from './settings.ts'

export type Method = 'CARD' | 'VIRTUAL_ACCOUNT'

type State =
  | 'ready' // the window is open
  | 'authenticated' // the buyer said yes; no money has moved
  | 'waiting' // a virtual account waits for its deposit
  | 'paid'
  | 'partly_cancelled'
  | 'cancelled'
  | 'failed'
  | 'expired'

export interface Cancel {
  key: string
  amount: number
  taxFreeAmount: number
  reason: string
  at: number
  /** What was left to cancel after it. */
  balance: number
  /** NICEPAY: the caller's own id of this cancel. */
  orderId: string | null
  /** NICEPAY: made by a netcancel. */
  isNet: boolean
}

interface VirtualAccount {
  number: string
  dueAt: number
  depositedAt: number | null
}

export interface Payment {
  provider: Provider
  /** paymentKey, or tid. */
  key: string
  orderId: string
  orderName: string
  amount: number
  method: Method
  state: State
  balance: number
  /** How often money was taken for it. Anything above 1 is a defect of the simulator. */
  charges: number
  requestedAt: number
  authenticatedAt: number | null
  approvedAt: number | null
  failedAt: number | null
  failure: string | null
  /** Of the approval. */
  approvalKey: string | null
  /** Of the latest movement: the approval, or a cancel. */
  transactionKey: string | null
  approveNo: string
  secret: string
  customerKey: string | null
  account: VirtualAccount | null
  cancels: Cancel[]
  /** Toss: successUrl and failUrl; NICEPAY: returnUrl. */
  urls: { success: string; fail: string } | null
  /** Toss: how long a virtual account waits. */
  validHours: number
  mallReserved: string
}

/** How long the buyer may take in the window, and the shop to confirm after it. */
const AUTHENTICATE_MS_MAX = 30 * 60_000
const CONFIRM_MS_MAX = 10 * 60_000

export function deadlineOf(payment: Payment): number {
  if (payment.state === 'ready') return payment.requestedAt + AUTHENTICATE_MS_MAX
  if (payment.state === 'authenticated') return (payment.authenticatedAt ?? 0) + CONFIRM_MS_MAX
  if (payment.state === 'waiting') return payment.account?.dueAt ?? Infinity
  return Infinity
}

export const wasApproved = ({ state }: Payment): boolean =>
  state === 'paid' || state === 'partly_cancelled' || state === 'cancelled' || state === 'waiting'

export const refundedOf = (payment: Payment): number =>
  payment.charges === 0 ? 0 : payment.cancels.reduce((sum, { amount }) => sum + amount, 0)

/** Takes `amount` off the balance. The caller has looked whether it may. */
export function cancelPart(payment: Payment, cancel: Omit<Cancel, 'balance'>): Cancel {
  const isFirstAndWhole = payment.cancels.length === 0 && cancel.amount === payment.amount
  payment.balance -= cancel.amount
  const made = { ...cancel, balance: payment.balance }
  payment.cancels.push(made)
  payment.state = isFirstAndWhole ? 'cancelled' : 'partly_cancelled'
  payment.transactionKey = cancel.key
  return made
}
