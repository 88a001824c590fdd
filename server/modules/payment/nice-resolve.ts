// NICEPAY: an approval of which nobody knows is taken back, so that it is known: nothing stays charged.
import { NICE_NETCANCEL, niceMeaningOf, type NiceMeaning } from './nice-answers.ts'
import { cancelAllRequest, lookByTid, netcancelRequest, type NiceDeps } from './nice-calls.ts'
import { readNiceAnswer } from './nice-payment.ts'
import type { ConfirmAsk, ConfirmResult } from './provider.ts'
import { isKey } from './provider-fields.ts'
import type { Outcome } from './provider-http.ts'

const TAKEN_BACK = 'NET_CANCELED'
/** Somebody has cancelled it before; ours, whose answer was lost, or another one. */
const CANCELED_BEFORE = '2013'

export async function resolve(deps: NiceDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  if (!isKey(ask.providerKey)) return { result: 'not_found', code: 'NO_SUCH_KEY' }
  const options = { retry: 'failed', maySend: ask.maySend } as const
  const outcome = await deps.http.send(netcancelRequest(deps, ask), options)
  if (outcome.kind === 'not_sent') return { result: 'not_sent', code: outcome.code }
  const { meaning, code } = judge(deps, ask, outcome)
  deps.log.info({ paymentId: ask.paymentId, code, meaning }, 'NICEPAY was asked to take a payment back')
  if (meaning === 'done') return { result: 'refused', code: TAKEN_BACK }
  // Perhaps not yet: an approval may still be on its way. The caller asks again until the session has ended.
  if (meaning === 'not_found') return { result: 'not_found', code }
  return decide(deps, ask, { code, isTooLate: meaning === 'refused' })
}

function judge(
  { secretKey, log }: NiceDeps,
  ask: ConfirmAsk,
  outcome: Exclude<Outcome, { kind: 'not_sent' }>,
): { meaning: NiceMeaning; code: string } {
  if (outcome.kind === 'unclear') return { meaning: 'look', code: outcome.code }
  const answer = outcome.status >= 500 ? undefined : readNiceAnswer(outcome.body, secretKey)
  if (answer === undefined) return { meaning: 'look', code: `HTTP_${outcome.status}` }
  const { code, payment, signature } = answer
  const meaning = niceMeaningOf(NICE_NETCANCEL, code)
  if (meaning === 'misconfigured')
    log.error({ provider: 'NICE', code }, 'NICEPAY does not accept our keys or our address')
  if (meaning !== 'done' || code === CANCELED_BEFORE) return { meaning, code }
  const isRight =
    signature === 'right' &&
    payment?.status === 'canceled' &&
    payment.balanceKrw === 0 &&
    payment.providerOrderId === ask.providerOrderId
  return isRight ? { meaning, code } : { meaning: 'look', code: 'UNEXPECTED_ANSWER' }
}

/** The payment as it is now decides. `isTooLate`: a netcancel will never be possible, but an ordinary cancel is. */
async function decide(
  deps: NiceDeps,
  ask: ConfirmAsk,
  { code, isTooLate }: { code: string; isTooLate: boolean },
): Promise<ConfirmResult> {
  const seen = await lookByTid(deps, ask.providerKey, ask.maySend)
  if (seen.look !== 'found') return { result: 'unknown', code }
  const { status, providerOrderId } = seen.payment
  // A key of another order was brought here: it can never have paid this one, and is not ours to cancel.
  if (providerOrderId !== ask.providerOrderId) return { result: 'refused', code: 'OTHER_ORDER' }
  if (status === 'canceled' || status === 'failed' || status === 'expired')
    return { result: 'refused', code: TAKEN_BACK }
  if (!isTooLate || status === 'ready') return { result: 'unknown', code }
  await deps.http.send(cancelAllRequest(deps, ask), { retry: 'failed', maySend: ask.maySend })
  return decide(deps, ask, { code, isTooLate: false })
}
