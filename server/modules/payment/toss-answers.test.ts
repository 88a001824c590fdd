import { describe, expect, it } from 'vitest'
import { meaningOf, TOSS_CANCEL, TOSS_CONFIRM, TOSS_QUERY, TOSS_STATUS } from './toss-answers.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)

/** The tables of Toss, call by call. */
const CONFIRM = words(`
  ALREADY_PROCESSED_PAYMENT INVALID_REQUEST INVALID_API_KEY INVALID_CARD_NUMBER INVALID_CARD_EXPIRATION INVALID_STOPPED_CARD
  INVALID_REJECT_CARD INVALID_CARD_LOST_OR_STOLEN EXCEED_MAX_AMOUNT EXCEED_MAX_DAILY_PAYMENT_COUNT BELOW_MINIMUM_AMOUNT
  UNAPPROVED_ORDER_ID NOT_AVAILABLE_PAYMENT CARD_PROCESSING_ERROR PROVIDER_ERROR UNAUTHORIZED_KEY REJECT_CARD_PAYMENT
  REJECT_CARD_COMPANY REJECT_ACCOUNT_PAYMENT FORBIDDEN_REQUEST INCORRECT_BASIC_AUTH_FORMAT FDS_ERROR EXCEED_MAX_ONE_DAY_AMOUNT
  NOT_AVAILABLE_BANK INVALID_PASSWORD NOT_FOUND_PAYMENT NOT_FOUND_PAYMENT_SESSION FAILED_INTERNAL_SYSTEM_PROCESSING
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING UNKNOWN_PAYMENT_ERROR IDEMPOTENT_REQUEST_PROCESSING INVALID_IDEMPOTENCY_KEY`)
const CANCEL = words(`
  ALREADY_CANCELED_PAYMENT INVALID_REFUND_ACCOUNT_INFO INVALID_REFUND_ACCOUNT_NUMBER INVALID_BANK NOT_MATCHES_REFUNDABLE_AMOUNT
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT REFUND_REJECTED ALREADY_REFUND_PAYMENT FORBIDDEN_BANK_REFUND_REQUEST PROVIDER_ERROR
  NOT_CANCELABLE_AMOUNT NOT_CANCELABLE_PAYMENT EXCEED_MAX_REFUND_DUE NOT_ALLOWED_PARTIAL_REFUND
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT EXCEED_CANCEL_LIMIT FAILED_INTERNAL_SYSTEM_PROCESSING FAILED_REFUND_PROCESS
  FAILED_PARTIAL_REFUND FAILED_METHOD_HANDLING_CANCEL COMMON_ERROR IDEMPOTENT_REQUEST_PROCESSING INVALID_IDEMPOTENCY_KEY`)
const QUERY = words('FORBIDDEN_CONSECUTIVE_REQUEST NOT_FOUND NOT_FOUND_PAYMENT')

describe('what the answers of Toss mean', () => {
  it('has a row for every code of confirm, cancel and query', () => {
    expect(CONFIRM.filter((code) => !(code in TOSS_CONFIRM))).toEqual([])
    expect(CANCEL.filter((code) => !(code in TOSS_CANCEL))).toEqual([])
    expect(QUERY.filter((code) => !(code in TOSS_QUERY))).toEqual([])
  })

  it('has a word for every status', () => {
    expect(Object.keys(TOSS_STATUS).toSorted()).toEqual(
      words('ABORTED CANCELED DONE EXPIRED IN_PROGRESS PARTIAL_CANCELED READY WAITING_FOR_DEPOSIT'),
    )
    expect(Object.entries(TOSS_STATUS).filter(([, status]) => status === 'paid')).toEqual([['DONE', 'paid']])
  })

  it('never takes the answer of a failing provider for a decision', () => {
    for (const table of [TOSS_CONFIRM, TOSS_CANCEL])
      for (const code of Object.keys(table))
        expect([code, meaningOf(table, { status: 500, code })]).toEqual([code, 'unclear'])
  })

  it('decides nothing on a code that has no row', () => {
    for (const code of ['SOMETHING_NEW', 'NO_CODE', 'toString', 'constructor', '__proto__'])
      expect(meaningOf(TOSS_CONFIRM, { status: 400, code })).toBe('look')
  })

  it('takes 429 for not looked at, and a good status without a payment for unclear', () => {
    expect(meaningOf(TOSS_CONFIRM, { status: 429, code: 'REJECT_CARD_COMPANY' })).toBe('not_processed')
    expect(meaningOf(TOSS_CONFIRM, { status: 204, code: 'NO_CODE' })).toBe('unclear')
  })

  it('calls a key in flight unclear, and what was processed before a case to look at', () => {
    expect(meaningOf(TOSS_CONFIRM, { status: 409, code: 'IDEMPOTENT_REQUEST_PROCESSING' })).toBe('unclear')
    expect(meaningOf(TOSS_CONFIRM, { status: 400, code: 'ALREADY_PROCESSED_PAYMENT' })).toBe('look')
  })
})
