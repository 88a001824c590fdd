import type { Tx } from '../../platform/db.ts'

export const PROVIDERS = ['TOSS', 'NICE'] as const
export type ProviderName = (typeof PROVIDERS)[number]

export const PAYMENT_STATUSES = [
  'INITIATED',
  'CONFIRMING',
  'UNKNOWN',
  'COMPLETED',
  'PARTIALLY_CANCELED',
  'CANCELED',
  'FAILED',
] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

export interface RefundRequest {
  orderId: number
  amountKrw: number
  /** Names the request: the same cause again is the same refund. */
  cause: string
  /** For the provider, at most 100 characters; nothing personal. */
  reason: string
}

/** What the other modules may ask of payments. */
export interface PaymentApi {
  /**
   * Money back, in the transaction of what causes it; the order is locked by the caller. Tried until it is certain; then
   * `OrderMoney.refunded` is called in the refund's own transaction. `nothing_paid`: there is nothing to give back.
   */
  requestRefund(tx: Tx, request: RefundRequest): Promise<'requested' | 'nothing_paid'>
  /** Everything that is kept about a member's payments, for their export. */
  exportOf(userId: number): Promise<unknown>
}
