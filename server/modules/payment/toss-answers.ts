// What the words of Toss mean for the money: one row for each code. A code without a row means nothing by itself.
import type { ProviderPayment } from './provider.ts'

export type TossStatus =
  | 'READY'
  | 'IN_PROGRESS'
  | 'WAITING_FOR_DEPOSIT'
  | 'DONE'
  | 'PARTIAL_CANCELED'
  | 'CANCELED'
  | 'ABORTED'
  | 'EXPIRED'

export const TOSS_STATUS: Readonly<Record<TossStatus, ProviderPayment['status']>> = {
  READY: 'ready',
  IN_PROGRESS: 'ready',
  WAITING_FOR_DEPOSIT: 'waiting_for_deposit',
  DONE: 'paid',
  PARTIAL_CANCELED: 'partially_canceled',
  CANCELED: 'canceled',
  ABORTED: 'failed',
  EXPIRED: 'expired',
}

export type ErrorMeaning =
  /** Decided: it was not done. */
  | 'refused'
  /** Our keys or our contract are wrong: it was not looked at. */
  | 'misconfigured'
  /** It was not looked at, and may be later. */
  | 'not_processed'
  | 'not_found'
  /** It depends on what the payment is now. */
  | 'look'
  /** The same, and the payment may be another one of this order. */
  | 'look_by_order'
  /** It may have been done, or still be. */
  | 'unclear'

const KEYS = {
  INVALID_API_KEY: 'misconfigured',
  UNAUTHORIZED_KEY: 'misconfigured',
  INCORRECT_BASIC_AUTH_FORMAT: 'misconfigured',
  FORBIDDEN_REQUEST: 'misconfigured',
  INVALID_IDEMPOTENCY_KEY: 'misconfigured',
  FORBIDDEN_CONSECUTIVE_REQUEST: 'not_processed',
  IDEMPOTENT_REQUEST_PROCESSING: 'unclear',
} as const

export const TOSS_CONFIRM: Readonly<Record<string, ErrorMeaning>> = {
  ...KEYS,
  ALREADY_PROCESSED_PAYMENT: 'look',
  DUPLICATED_ORDER_ID: 'look_by_order',
  INVALID_REQUEST: 'refused',
  INVALID_CARD_NUMBER: 'refused',
  INVALID_CARD_EXPIRATION: 'refused',
  INVALID_STOPPED_CARD: 'refused',
  INVALID_REJECT_CARD: 'refused',
  INVALID_CARD_LOST_OR_STOLEN: 'refused',
  EXCEED_MAX_AMOUNT: 'refused',
  EXCEED_MAX_DAILY_PAYMENT_COUNT: 'refused',
  BELOW_MINIMUM_AMOUNT: 'refused',
  UNAPPROVED_ORDER_ID: 'refused',
  NOT_AVAILABLE_PAYMENT: 'refused',
  // Retryable, says Toss: by the buyer, for the same key gets the same error.
  CARD_PROCESSING_ERROR: 'refused',
  PROVIDER_ERROR: 'refused',
  REJECT_CARD_PAYMENT: 'refused',
  REJECT_CARD_COMPANY: 'refused',
  REJECT_ACCOUNT_PAYMENT: 'refused',
  FDS_ERROR: 'refused',
  EXCEED_MAX_ONE_DAY_AMOUNT: 'refused',
  NOT_AVAILABLE_BANK: 'refused',
  INVALID_PASSWORD: 'refused',
  NOT_FOUND_PAYMENT: 'not_found',
  NOT_FOUND_PAYMENT_SESSION: 'not_found',
  FAILED_INTERNAL_SYSTEM_PROCESSING: 'unclear',
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: 'unclear',
  UNKNOWN_PAYMENT_ERROR: 'unclear',
}

/** Whatever it says, the balance of the payment decides; this is for where the balance has not changed. */
export const TOSS_CANCEL: Readonly<Record<string, ErrorMeaning>> = {
  ...KEYS,
  ALREADY_CANCELED_PAYMENT: 'refused',
  INVALID_REQUEST: 'refused',
  INVALID_REFUND_ACCOUNT_INFO: 'refused',
  INVALID_REFUND_ACCOUNT_NUMBER: 'refused',
  INVALID_BANK: 'refused',
  NOT_MATCHES_REFUNDABLE_AMOUNT: 'refused',
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT: 'refused',
  REFUND_REJECTED: 'refused',
  ALREADY_REFUND_PAYMENT: 'refused',
  FORBIDDEN_BANK_REFUND_REQUEST: 'refused',
  PROVIDER_ERROR: 'refused',
  NOT_CANCELABLE_AMOUNT: 'refused',
  NOT_CANCELABLE_PAYMENT: 'refused',
  EXCEED_MAX_REFUND_DUE: 'refused',
  NOT_ALLOWED_PARTIAL_REFUND: 'refused',
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT: 'refused',
  EXCEED_CANCEL_LIMIT: 'refused',
  NOT_FOUND_PAYMENT: 'refused',
  FAILED_INTERNAL_SYSTEM_PROCESSING: 'unclear',
  FAILED_REFUND_PROCESS: 'unclear',
  FAILED_PARTIAL_REFUND: 'unclear',
  FAILED_METHOD_HANDLING_CANCEL: 'unclear',
  COMMON_ERROR: 'unclear',
}

/** Only these say that there is none. */
export const TOSS_QUERY: Readonly<Record<string, ErrorMeaning>> = {
  ...KEYS,
  NOT_FOUND: 'not_found',
  NOT_FOUND_PAYMENT: 'not_found',
}

/** A row counts for refusals alone: a failing provider has decided nothing, whatever it says. */
export function meaningOf(
  table: Readonly<Record<string, ErrorMeaning>>,
  { status, code }: { status: number; code: string },
): ErrorMeaning {
  if (status === 429) return 'not_processed'
  if (status >= 500) return 'unclear'
  if (status < 400) return 'unclear'
  return Object.hasOwn(table, code) ? table[code]! : 'look'
}
