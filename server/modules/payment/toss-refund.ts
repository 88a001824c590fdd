// Toss: money back. An answer other than "done" is believed only after a look at what is left of the payment.
import type { RefundAsk, RefundResult } from './provider.ts'
import { REPLAYED_ERROR } from './provider-look.ts'
import { meaningOf, TOSS_CANCEL, type ErrorMeaning } from './toss-answers.ts'
import { look, refundRequest } from './toss-calls.ts'
import type { TossDeps } from './toss-confirm.ts'
import { readTossCode, readTossPayment } from './toss-payment.ts'

export async function refund(deps: TossDeps, ask: RefundAsk): Promise<RefundResult> {
  const { http, log } = deps
  const outcome = await http.send(refundRequest(ask), { retry: 'unanswered', maySend: ask.maySend })
  if (outcome.kind === 'not_sent') return { result: 'not_sent', code: outcome.code }
  if (outcome.kind === 'unclear')
    return decide(deps, ask, { code: outcome.code, meaning: 'unclear', isAnswered: false })
  if (outcome.status < 400) return done(deps, ask, outcome)
  const { status, body } = outcome
  const code = status === 429 ? 'TOO_MANY_REQUESTS' : readTossCode(body)
  const meaning = meaningOf(TOSS_CANCEL, { status, code })
  if (meaning === 'misconfigured')
    log.error({ provider: 'TOSS', code, status }, 'Toss does not accept our keys or our contract')
  // It was not looked at: the same request later, under the same key.
  const isUntouched = meaning === 'misconfigured' || meaning === 'not_processed'
  if (isUntouched && !outcome.isDoubtful) return { result: 'not_sent', code }
  return decide(deps, ask, { code, meaning, isAnswered: !isUntouched && status !== 409 })
}

async function done(
  deps: TossDeps,
  ask: RefundAsk,
  { status, body }: { status: number; body: unknown },
): Promise<RefundResult> {
  const payment = status === 200 ? readTossPayment(body) : undefined
  const isRight =
    payment?.providerKey === ask.providerKey &&
    payment.providerOrderId === ask.providerOrderId &&
    payment.balanceKrw === ask.balanceKrw - ask.amountKrw
  if (isRight) return { result: 'refunded', payment }
  return decide(deps, ask, { code: 'UNEXPECTED_ANSWER', meaning: 'unclear', isAnswered: false })
}

/** `isAnswered`: with an error that the same key will get again. */
async function decide(
  { http, log }: TossDeps,
  ask: RefundAsk,
  { code, meaning, isAnswered }: { code: string; meaning: ErrorMeaning; isAnswered: boolean },
): Promise<RefundResult> {
  const seen = await look(http, { providerKey: ask.providerKey }, ask.maySend)
  log.info({ refundId: ask.refundId, code, look: seen.look }, 'Toss did not say that it refunded')
  if (seen.look === 'unknown') return { result: 'unknown', code }
  if (seen.look === 'none') return { result: meaning === 'refused' ? 'refused' : 'unknown', code }
  const { payment } = seen
  if (payment.providerOrderId !== ask.providerOrderId) return { result: 'unknown', code: 'OTHER_PAYMENT' }
  if (payment.balanceKrw === ask.balanceKrw - ask.amountKrw) return { result: 'refunded', payment }
  if (meaning === 'refused') return { result: 'refused', code }
  // Nothing has moved, and the same key would get the same error for fifteen days.
  const isReplayed = isAnswered && payment.balanceKrw === ask.balanceKrw
  return { result: 'unknown', code: isReplayed ? REPLAYED_ERROR : code }
}
