// NICEPAY: money back. It knows no "only if so much is left": what is left is read before and after.
import { NICE_CANCEL, niceMeaningOf, type NiceMeaning } from './nice-answers.ts'
import { lookByTid, refundRequest, type NiceDeps } from './nice-calls.ts'
import { readNiceAnswer } from './nice-payment.ts'
import type { ProviderPayment, RefundAsk, RefundResult } from './provider.ts'
import type { Outcome } from './provider-http.ts'
import { REPLAYED_ERROR } from './provider-look.ts'

export async function refund(deps: NiceDeps, ask: RefundAsk): Promise<RefundResult> {
  const before = await lookByTid(deps, ask.providerKey, ask.maySend)
  if (before.look === 'unknown') return { result: 'not_sent', code: before.code }
  if (before.look === 'none') return { result: 'refused', code: 'NO_SUCH_PAYMENT' }
  if (isRefunded(ask, before.payment)) return { result: 'refunded', payment: before.payment }
  if (!isOfOrder(ask, before.payment) || before.payment.balanceKrw !== ask.balanceKrw)
    return { result: 'refused', code: 'OTHER_BALANCE' }
  const outcome = await deps.http.send(refundRequest(deps, ask), { retry: 'unsent', maySend: ask.maySend })
  if (outcome.kind === 'not_sent') return { result: 'not_sent', code: outcome.code }
  const { meaning, code, payment } = judge(deps, outcome)
  if (meaning === 'done' && payment !== undefined && isRefunded(ask, payment))
    return { result: 'refunded', payment }
  if (meaning === 'misconfigured') {
    deps.log.error({ provider: 'NICE', code }, 'NICEPAY does not accept our keys or our address')
    return { result: 'not_sent', code }
  }
  if (meaning === 'not_processed') return { result: 'not_sent', code }
  return decide(deps, ask, { meaning, code })
}

interface Judged {
  meaning: NiceMeaning
  code: string
  /** Signed. */
  payment: ProviderPayment | undefined
}

function judge({ secretKey }: NiceDeps, outcome: Exclude<Outcome, { kind: 'not_sent' }>): Judged {
  const unclear = (code: string): Judged => ({ meaning: 'look', code, payment: undefined })
  if (outcome.kind === 'unclear') return unclear(outcome.code)
  const { status, body } = outcome
  if (status === 429) return { meaning: 'not_processed', code: 'TOO_MANY_REQUESTS', payment: undefined }
  const answer = status >= 500 ? undefined : readNiceAnswer(body, secretKey)
  if (answer === undefined) return unclear(`HTTP_${status}`)
  const { code, payment, signature } = answer
  if (signature === 'wrong') return unclear('BAD_SIGNATURE')
  return {
    meaning: niceMeaningOf(NICE_CANCEL, code),
    code,
    payment: signature === 'right' ? payment : undefined,
  }
}

async function decide(
  deps: NiceDeps,
  ask: RefundAsk,
  { meaning, code }: { meaning: NiceMeaning; code: string },
): Promise<RefundResult> {
  const seen = await lookByTid(deps, ask.providerKey, ask.maySend)
  deps.log.info({ refundId: ask.refundId, code, look: seen.look }, 'NICEPAY did not say that it refunded')
  if (seen.look !== 'found') return { result: 'unknown', code }
  if (isRefunded(ask, seen.payment)) return { result: 'refunded', payment: seen.payment }
  if (meaning === 'refused') return { result: 'refused', code }
  // It has failed, says NICEPAY, and nothing has moved: the next try needs an id of its own.
  const isOver = code === FAILED && seen.payment.balanceKrw === ask.balanceKrw
  return { result: 'unknown', code: isOver ? REPLAYED_ERROR : code }
}

const FAILED = '2003'

const isOfOrder = (ask: RefundAsk, payment: ProviderPayment): boolean =>
  payment.providerKey === ask.providerKey && payment.providerOrderId === ask.providerOrderId

const isRefunded = (ask: RefundAsk, payment: ProviderPayment): boolean =>
  isOfOrder(ask, payment) && payment.balanceKrw === ask.balanceKrw - ask.amountKrw
