// Toss: what came of a confirm. Whatever is not certain is unknown.
import type { Log } from '../../platform/log.ts'
import type { ConfirmAsk, ConfirmResult, ProviderPayment } from './provider.ts'
import type { Outcome, ProviderHttp } from './provider-http.ts'
import { isKey } from './provider-fields.ts'
import {
  isOpen,
  NO_ACCOUNTS,
  ofKnown,
  ofLook,
  REPLAYED_ERROR,
  type LookCodes,
  type Verdict,
} from './provider-look.ts'
import { meaningOf, TOSS_CONFIRM } from './toss-answers.ts'
import { confirmRequest, look, voidRequest } from './toss-calls.ts'
import { readTossCode, readTossPayment } from './toss-payment.ts'

export interface TossDeps {
  http: ProviderHttp
  log: Log
}

export async function confirm(deps: TossDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  if (!isKey(ask.providerKey)) return { result: 'not_found', code: 'NO_SUCH_KEY' }
  const verdict = judge(deps, ask, await send(deps, ask), 'first')
  if (!isOpen(verdict)) return verdict
  const { result, code } = verdict
  return result === 'void' ? takeBack(deps, ask) : decide(deps, ask, { by: result, code, otherwise: code })
}

/**
 * The payment itself first: it may tell already, and it tells the breaker that Toss is back, which an error that is replayed for our key
 * never would. Then the same request under the same key, and the payment again: a replayed answer is as old as its first.
 */
export async function resolve(deps: TossDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  if (!isKey(ask.providerKey)) return { result: 'not_found', code: 'NO_SUCH_KEY' }
  const known = await decide(deps, ask, { by: 'look', code: 'KNOWN_BEFORE', otherwise: STILL_OPEN })
  if (known.result === 'paid' || known.result === 'refused') return known
  const outcome = await send(deps, ask)
  const verdict = judge(deps, ask, outcome, 'repeated')
  if (verdict.result === 'void') return takeBack(deps, ask)
  if (verdict.result === 'paid')
    return ofKnown(await decide(deps, ask, { by: 'look', code: 'PAID_BEFORE', otherwise: 'PAID_BEFORE' }))
  if (!isOpen(verdict) && verdict.result !== 'unknown') return verdict
  const { result, code } = verdict
  const by = result === 'look_by_order' ? result : 'look'
  const isOldNews = isReplayed(outcome) && 'code' in known && known.code === STILL_OPEN
  if (isOldNews && by === 'look') return { result: 'unknown', code: REPLAYED_ERROR }
  return decide(deps, ask, { by, code, otherwise: isReplayed(outcome) ? REPLAYED_ERROR : code })
}

const STILL_OPEN = 'STILL_OPEN'

/** An error that the same key will get again. */
const isReplayed = (outcome: Outcome): boolean =>
  outcome.kind === 'answer' && outcome.status >= 400 && outcome.status !== 409 && outcome.status !== 429

const send = ({ http }: TossDeps, ask: ConfirmAsk): Promise<Outcome> =>
  http.send(confirmRequest(ask), { retry: 'unanswered', maySend: ask.maySend })

function judge({ log }: TossDeps, ask: ConfirmAsk, outcome: Outcome, send: 'first' | 'repeated'): Verdict {
  if (outcome.kind === 'not_sent') return { result: 'not_sent', code: outcome.code }
  if (outcome.kind === 'unclear') return { result: 'unknown', code: outcome.code }
  const { status, body } = outcome
  if (status < 400) return judgePayment(log, ask, status === 200 ? readTossPayment(body) : undefined)
  const code = readTossCode(body)
  // What says nothing about this request says nothing about an earlier send of it either.
  const isDoubtful = outcome.isDoubtful || send === 'repeated'
  const meaning = meaningOf(TOSS_CONFIRM, { status, code })
  if (status < 500) log.info({ paymentId: ask.paymentId, code, status }, 'Toss did not confirm')
  if (meaning === 'misconfigured') {
    log.error({ provider: 'TOSS', code, status }, 'Toss does not accept our keys or our contract')
    return { result: isDoubtful ? 'unknown' : 'refused', code }
  }
  if (meaning === 'not_processed')
    return { result: isDoubtful ? 'unknown' : 'not_sent', code: status === 429 ? 'TOO_MANY_REQUESTS' : code }
  if (meaning === 'unclear') return { result: 'unknown', code: code === 'NO_CODE' ? `HTTP_${status}` : code }
  return { result: meaning, code }
}

function judgePayment(log: Log, ask: ConfirmAsk, payment: ProviderPayment | undefined): Verdict {
  if (payment === undefined) return { result: 'unknown', code: 'UNREADABLE_ANSWER' }
  if (payment.providerKey !== ask.providerKey || payment.providerOrderId !== ask.providerOrderId) {
    log.error({ paymentId: ask.paymentId }, 'Toss answers with another payment')
    return { result: 'unknown', code: 'OTHER_PAYMENT' }
  }
  if (payment.status === 'paid') return { result: 'paid', payment }
  if (payment.status === 'waiting_for_deposit') return { result: 'void', code: NO_ACCOUNTS }
  return { result: 'look', code: `STATUS_${payment.status.toUpperCase()}` }
}

/** The payment as it is now decides. */
async function decide(
  { http }: TossDeps,
  ask: ConfirmAsk,
  { by, ...codes }: LookCodes & { by: 'look' | 'look_by_order' },
): Promise<ConfirmResult> {
  const { providerKey, providerOrderId, maySend } = ask
  const seen = await look(http, by === 'look' ? { providerKey } : { providerOrderId }, maySend)
  return ofLook(ask, seen, codes)
}

/** Virtual accounts are switched off: the account is closed again. If somebody was faster and paid, it is paid. */
async function takeBack(deps: TossDeps, ask: ConfirmAsk): Promise<ConfirmResult> {
  await deps.http.send(voidRequest(ask), { retry: 'failed', maySend: ask.maySend })
  return ofKnown(await decide(deps, ask, { by: 'look', code: NO_ACCOUNTS, otherwise: NO_ACCOUNTS }))
}
