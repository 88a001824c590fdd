// What the module asks of a payment provider, whoever it is: Toss Payments, NICEPAY.
import type { ProviderName } from './contract.ts'

/** A payment as the provider has it in its book. */
export interface ProviderPayment {
  /** Toss: paymentKey; NICEPAY: tid. */
  providerKey: string
  providerOrderId: string
  status: 'ready' | 'waiting_for_deposit' | 'paid' | 'partially_canceled' | 'canceled' | 'failed' | 'expired'
  /** What was charged. */
  amountKrw: number
  /** What is left of it after refunds. */
  balanceKrw: number
  /** ISO 4217. */
  currency: string
  /** As the provider names it. */
  method: string | undefined
  approvedAt: Date | undefined
  receiptUrl: string | undefined
}

export interface ConfirmAsk {
  paymentId: number
  /** Counts tries that had a definite answer: a new number is a new request to the provider, the same one a repeat. */
  tryNo: number
  providerKey: string
  providerOrderId: string
  amountKrw: number
  /** Asked right before each send: false once the lease is over. */
  maySend(): boolean
}

export type ConfirmResult =
  | { result: 'paid'; payment: ProviderPayment }
  /** Certain: nothing was charged, and this payment never will be. */
  | { result: 'refused'; code: string }
  /** The provider knows of no such payment: final only once its session has ended. */
  | { result: 'not_found'; code: string }
  /** Nobody knows whether it was charged. */
  | { result: 'unknown'; code: string }
  /** Nothing was sent this time: the breaker is open, or the lease is over. */
  | { result: 'not_sent'; code: string }

export interface RefundAsk {
  refundId: number
  tryNo: number
  providerKey: string
  providerOrderId: string
  amountKrw: number
  /** What was left to refund before it. */
  balanceKrw: number
  /** At most 100 characters. */
  reason: string
  maySend(): boolean
}

export type RefundResult =
  /** `payment` is undefined where the provider only says that it was done before. */
  | { result: 'refunded'; payment: ProviderPayment | undefined }
  /** Certain: it was not refunded, and asking the same again changes nothing. */
  | { result: 'refused'; code: string }
  | { result: 'unknown'; code: string }
  | { result: 'not_sent'; code: string }

export type QueryResult =
  | { result: 'found'; payment: ProviderPayment }
  /** The buyer's browser has brought the key of another order: that money is none of this payment's. */
  | { result: 'other_order'; payment: ProviderPayment }
  | { result: 'none' }
  | { result: 'unknown'; code: string }

/** What a webhook is about; nothing of it is believed before the provider was asked. */
export interface WebhookHint {
  /** The provider's id of the delivery, or a digest of the body: the same delivery again has the same. */
  deliveryId: string
  event: string
  providerKey: string | undefined
  providerOrderId: string | undefined
}

export type WebhookReading =
  | { reading: 'hint'; hint: WebhookHint }
  /** Signed, and the signature is wrong. */
  | { reading: 'forged' }
  | { reading: 'unreadable' }

export interface Provider {
  name: ProviderName
  /** Asks for the money. Never throws; bounded in time well below the lease. */
  confirm(ask: ConfirmAsk): Promise<ConfirmResult>
  /** Decides one whose result is unknown: Toss by the same request again, NICEPAY by taking it back (`refused` then). */
  resolve(ask: ConfirmAsk): Promise<ConfirmResult>
  refund(ask: RefundAsk): Promise<RefundResult>
  lookUp(by: {
    providerKey: string | undefined
    providerOrderId: string
    requestedAt: Date
  }): Promise<QueryResult>
  readWebhook(headers: Readonly<Record<string, unknown>>, body: unknown): WebhookReading
  /** False while its breaker is open: new payments go to another provider. */
  isUsable(): boolean
  /** What a browser needs to open the provider's window. Nothing secret. */
  checkout: {
    clientKey: string
    /** A page that is the window: the simulator's. */
    windowUrl: string | undefined
    /** The provider's own script that opens the window in a page of ours. */
    scriptUrl?: string | undefined
  }
  /** Ends its connections. */
  close(): Promise<void>
}
