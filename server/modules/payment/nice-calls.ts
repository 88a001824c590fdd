// The requests of NICEPAY, each signed as its address wants it.
import { toSeoulIso, type Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { NICE_QUERY, niceMeaningOf } from './nice-answers.ts'
import { readNiceAnswer, sha256 } from './nice-payment.ts'
import type { ConfirmAsk, RefundAsk } from './provider.ts'
import { isKey } from './provider-fields.ts'
import type { Outcome, ProviderHttp } from './provider-http.ts'
import type { ProviderRequest } from './provider-line.ts'
import type { Look } from './provider-look.ts'

export interface NiceDeps {
  http: ProviderHttp
  secretKey: string
  clock: Clock
  log: Log
}

const pathOf = (tid: string): string => `/v1/payments/${encodeURIComponent(tid)}`

function signed({ clock, secretKey }: NiceDeps, ...parts: readonly (string | number)[]): object {
  const ediDate = toSeoulIso(clock.now())
  return { ediDate, signData: sha256(`${parts.join('')}${ediDate}${secretKey}`) }
}

export const approveRequest = (deps: NiceDeps, { providerKey, amountKrw }: ConfirmAsk): ProviderRequest => ({
  name: 'approve',
  method: 'POST',
  path: pathOf(providerKey),
  body: { amount: amountKrw, ...signed(deps, providerKey, amountKrw) },
})

export const netcancelRequest = (deps: NiceDeps, { providerOrderId }: ConfirmAsk): ProviderRequest => ({
  name: 'netcancel',
  method: 'POST',
  path: '/v1/payments/netcancel',
  body: { orderId: providerOrderId, ...signed(deps, providerOrderId) },
})

/** All of it, where a netcancel comes too late. The order's id with a suffix: the same one on repeats. */
export const cancelAllRequest = (
  deps: NiceDeps,
  { providerKey, providerOrderId }: ConfirmAsk,
): ProviderRequest => ({
  name: 'cancel all',
  method: 'POST',
  path: `${pathOf(providerKey)}/cancel`,
  body: { reason: '결제 결과 불명', orderId: `${providerOrderId}-n`, ...signed(deps, providerKey) },
})

/** Each refund under an id of its own, the same one on repeats: NICEPAY refuses to do it twice. */
export const refundRequest = (deps: NiceDeps, ask: RefundAsk): ProviderRequest => ({
  name: 'refund',
  method: 'POST',
  path: `${pathOf(ask.providerKey)}/cancel`,
  body: {
    reason: shortened(ask.reason),
    orderId: `${ask.providerOrderId}-r${ask.refundId}${ask.tryNo > 1 ? `-${ask.tryNo}` : ''}`,
    cancelAmt: ask.amountKrw,
    ...signed(deps, ask.providerKey),
  },
})

const REASON_BYTES_MAX = 100

/** NICEPAY counts bytes, of which a Korean letter has three. */
function shortened(reason: string): string {
  let text = ''
  for (const character of reason) {
    if (Buffer.byteLength(text + character) > REASON_BYTES_MAX) break
    text += character
  }
  return text
}

/** The payment as it is now. */
export async function lookByTid(deps: NiceDeps, tid: string, maySend?: () => boolean): Promise<Look> {
  if (!isKey(tid)) return { look: 'none' }
  return lookAt(deps, pathOf(tid), maySend)
}

const HOUR_MS = 3_600_000

/** `from`: when its window was opened. It may have been approved after midnight, and then it is found on that day. */
export async function lookByOrder(
  deps: NiceDeps,
  { providerOrderId, from }: { providerOrderId: string; from: number },
  maySend?: () => boolean,
): Promise<Look> {
  if (!isKey(providerOrderId)) return { look: 'none' }
  const days = new Set([from, from + HOUR_MS].map((at) => toSeoulIso(at).slice(0, 10).replaceAll('-', '')))
  let seen: Look = { look: 'none' }
  for (const day of days) {
    const path = `/v1/payments/find/${encodeURIComponent(providerOrderId)}?orderDate=${day}`
    seen = await lookAt(deps, path, maySend)
    if (seen.look !== 'none') return seen
  }
  return seen
}

async function lookAt(deps: NiceDeps, path: string, maySend?: () => boolean): Promise<Look> {
  return readLook(
    deps,
    await deps.http.send({ name: 'look', method: 'GET', path }, { retry: 'failed', maySend }),
  )
}

function readLook({ secretKey, log }: NiceDeps, outcome: Outcome): Look {
  if (outcome.kind !== 'answer') return { look: 'unknown', code: outcome.code }
  const answer = outcome.status >= 500 ? undefined : readNiceAnswer(outcome.body, secretKey)
  if (answer === undefined) return { look: 'unknown', code: `HTTP_${outcome.status}` }
  const { code, payment, signature } = answer
  const meaning = niceMeaningOf(NICE_QUERY, code)
  if (meaning === 'not_found') return { look: 'none' }
  if (meaning !== 'done' || payment === undefined) return { look: 'unknown', code }
  // Those that were never charged may be unsigned.
  const isUncharged =
    payment.status === 'failed' || payment.status === 'expired' || payment.status === 'ready'
  if (signature === 'right' || (signature === 'missing' && isUncharged)) return { look: 'found', payment }
  log.error({ provider: 'NICE', signature }, 'an answer of NICEPAY is not signed as it should be')
  return { look: 'unknown', code: 'BAD_SIGNATURE' }
}
