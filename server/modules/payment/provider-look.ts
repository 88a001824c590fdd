// What a payment is now, and what that says about an attempt to be paid by it.
import type { ConfirmAsk, ConfirmResult, ProviderPayment } from './provider.ts'

export type Look =
  { look: 'found'; payment: ProviderPayment } | { look: 'none' } | { look: 'unknown'; code: string }

export interface LookCodes {
  /** Of what the look has decided. */
  code: string
  /** Where the payment is neither charged nor at an end. */
  otherwise: string
}

export function ofLook(ask: ConfirmAsk, seen: Look, { code, otherwise }: LookCodes): ConfirmResult {
  if (seen.look === 'unknown') return { result: 'unknown', code }
  if (seen.look === 'none') return { result: 'not_found', code }
  const { payment } = seen
  // A key of another order was brought here: it can never pay this one.
  if (payment.providerOrderId !== ask.providerOrderId) return { result: 'refused', code: 'OTHER_ORDER' }
  switch (payment.status) {
    case 'paid':
    // Charged, and less is left: the caller compares.
    case 'partially_canceled':
      return payment.providerKey === ask.providerKey
        ? { result: 'paid', payment }
        : { result: 'unknown', code: 'PAID_BY_OTHER_PAYMENT' }
    case 'canceled':
    case 'failed':
    case 'expired':
      return { result: 'refused', code }
    case 'waiting_for_deposit':
    case 'ready':
      return { result: 'unknown', code: otherwise }
  }
}

/** The provider has just shown it: that it knows nothing of it now decides nothing. */
export const ofKnown = (result: ConfirmResult): ConfirmResult =>
  result.result === 'not_found' ? { result: 'unknown', code: result.code } : result

/** What an answer says of a confirm before anybody has looked. `look`: only the payment itself can tell. `void`: an account was given out. */
export type Verdict = ConfirmResult | OpenVerdict
export interface OpenVerdict {
  result: 'look' | 'look_by_order' | 'void'
  code: string
}

export const isOpen = (verdict: Verdict): verdict is OpenVerdict =>
  verdict.result === 'look' || verdict.result === 'look_by_order' || verdict.result === 'void'

export const NO_ACCOUNTS = 'VIRTUAL_ACCOUNT_NOT_ALLOWED'
/** The same request would get the same error again: the caller raises the number of the try. */
export const REPLAYED_ERROR = 'REPLAYED_ERROR'
