// NICEPAY: what came of an approval. It is sent once: a second one is no repeat. What is not certain then is taken back.
import { NICE_APPROVE, niceMeaningOf } from './nice-answers.ts'
import { approveRequest, lookByOrder, lookByTid, type NiceDeps } from './nice-calls.ts'
import { readNiceAnswer } from './nice-payment.ts'
import { resolve } from './nice-resolve.ts'
import type { ConfirmAsk, ConfirmResult, ProviderPayment } from './provider.ts'
import { isKey } from './provider-fields.ts'
import type { Outcome } from './provider-http.ts'
import { isOpen, NO_ACCOUNTS, ofKnown, ofLook, type Verdict } from './provider-look.ts'

/** Longer than a window stays open. */
const WINDOW_MS_MAX = 3_600_000

export async function confirm(deps: NiceDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  if (!isKey(ask.providerKey)) return { result: 'not_found', code: 'NO_SUCH_KEY' }
  const { http, clock } = deps
  const { providerKey, providerOrderId, maySend } = ask
  const verdict = judge(deps, ask, await http.send(approveRequest(deps, ask), { retry: 'unsent', maySend }))
  if (!isOpen(verdict)) return verdict
  const { result, code } = verdict
  if (result === 'void') return close(deps, ask)
  const from = clock.now() - WINDOW_MS_MAX
  const seen =
    result === 'look'
      ? await lookByTid(deps, providerKey, maySend)
      : await lookByOrder(deps, { providerOrderId, from }, maySend)
  // An approval that is still on its way shows nothing yet.
  return ofKnown(ofLook(ask, seen, { code, otherwise: code }))
}

/** Virtual accounts are switched off. */
async function close(deps: NiceDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  const { result } = await resolve(deps, ask)
  return { result: result === 'refused' ? 'refused' : 'unknown', code: NO_ACCOUNTS }
}

function judge(deps: NiceDeps, ask: ConfirmAsk, outcome: Outcome): Verdict {
  if (outcome.kind === 'not_sent') return { result: 'not_sent', code: outcome.code }
  if (outcome.kind === 'unclear') return { result: 'unknown', code: outcome.code }
  const { status, body } = outcome
  if (status === 429) return { result: 'not_sent', code: 'TOO_MANY_REQUESTS' }
  if (status >= 500) return { result: 'unknown', code: `HTTP_${status}` }
  const answer = readNiceAnswer(body, deps.secretKey)
  if (answer === undefined) return { result: 'unknown', code: 'UNREADABLE_ANSWER' }
  const { code, payment, signature } = answer
  const isUnsigned = signature !== 'right' && (signature === 'wrong' || payment?.status === 'paid')
  if (isUnsigned) {
    deps.log.error(
      { paymentId: ask.paymentId, code, signature },
      'an answer of NICEPAY is not signed as it should be',
    )
    return { result: 'unknown', code: 'BAD_SIGNATURE' }
  }
  const isDone = niceMeaningOf(NICE_APPROVE, code) === 'done'
  return isDone ? ofPayment(deps, ask, payment) : ofRefusal(deps, ask, { code, payment })
}

function ofPayment({ log }: NiceDeps, ask: ConfirmAsk, payment: ProviderPayment | undefined): Verdict {
  if (payment === undefined) return { result: 'unknown', code: 'UNREADABLE_ANSWER' }
  if (payment.providerKey !== ask.providerKey) {
    log.error({ paymentId: ask.paymentId }, 'NICEPAY answers with another payment')
    return { result: 'unknown', code: 'OTHER_PAYMENT' }
  }
  // The tid of another order was brought here. Its approval pays that order, and tells so by an event; this one it does not.
  if (payment.providerOrderId !== ask.providerOrderId) return { result: 'refused', code: 'OTHER_ORDER' }
  if (payment.status === 'paid') return { result: 'paid', payment }
  if (payment.status === 'waiting_for_deposit') return { result: 'void', code: NO_ACCOUNTS }
  return { result: 'look', code: `STATUS_${payment.status.toUpperCase()}` }
}

function ofRefusal(
  { log }: NiceDeps,
  { paymentId }: ConfirmAsk,
  { code, payment }: { code: string; payment: ProviderPayment | undefined },
): Verdict {
  log.info({ paymentId, code }, 'NICEPAY did not approve')
  // It refuses, and shows what is charged.
  if (payment?.status === 'paid') return { result: 'look', code }
  const meaning = niceMeaningOf(NICE_APPROVE, code)
  if (meaning === 'not_processed') return { result: 'not_sent', code }
  if (meaning !== 'misconfigured') return { result: meaning === 'done' ? 'look' : meaning, code }
  log.error({ provider: 'NICE', code }, 'NICEPAY does not accept our keys or our address')
  return { result: 'refused', code }
}
