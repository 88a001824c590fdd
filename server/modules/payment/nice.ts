// NICEPAY behind the port.
import { lookByOrder, lookByTid, type NiceDeps } from './nice-calls.ts'
import { confirm } from './nice-confirm.ts'
import { refund } from './nice-refund.ts'
import { resolve } from './nice-resolve.ts'
import { isSignature } from './nice-payment.ts'
import { readNiceWebhook } from './nice-webhook.ts'
import type { Provider, QueryResult } from './provider.ts'
import { createProviderHttp } from './provider-http.ts'
import type { ProviderOptions } from './toss.ts'

const ANSWER_MS_MAX = 5_000

export function createNiceProvider(options: ProviderOptions): Provider {
  const { clientKey, secretKey, windowUrl, scriptUrl, clock, log, answerMsMax = ANSWER_MS_MAX } = options
  const authorization = `Basic ${Buffer.from(`${clientKey}:${secretKey}`).toString('base64')}`
  const http = createProviderHttp({ ...options, provider: 'NICE', authorization, answerMsMax })
  const deps: NiceDeps = { http, secretKey, clock, log }
  return {
    name: 'NICE',
    confirm: (ask) => confirm(deps, ask),
    resolve: (ask) => resolve(deps, ask),
    refund: (ask) => refund(deps, ask),
    lookUp: (by) => query(deps, by),
    readWebhook: (_headers, body) => readNiceWebhook(body, secretKey),
    isUsable: () => http.isUsable(),
    checkout: { clientKey, windowUrl, scriptUrl },
    close: () => http.close(),
  }
}

async function query(
  deps: NiceDeps,
  {
    providerKey,
    providerOrderId,
    requestedAt,
  }: { providerKey: string | undefined; providerOrderId: string; requestedAt: Date },
): Promise<QueryResult> {
  const seen =
    providerKey === undefined
      ? await lookByOrder(deps, { providerOrderId, from: requestedAt.getTime() })
      : await lookByTid(deps, providerKey)
  if (seen.look === 'unknown') return { result: 'unknown', code: seen.code }
  if (seen.look === 'none') return { result: 'none' }
  const { payment } = seen
  if (payment.providerOrderId === providerOrderId) return { result: 'found', payment }
  deps.log.warn({ provider: 'NICE', providerOrderId }, 'a payment key belongs to another order')
  return { result: 'other_order', payment }
}

interface NiceForm {
  authResultCode?: unknown
  authToken?: unknown
  clientId?: unknown
  amount?: unknown
  signature?: unknown
}

/**
 * Whether the form that the browser posts when the window closes is NICEPAY's own. It vouches for the amount alone: neither for the order
 * nor for the `tid`, so the answer of the approval must name the order.
 */
export function checkNiceAuth(
  fields: NiceForm,
  { clientKey, secretKey }: { clientKey: string; secretKey: string },
): boolean {
  const { authResultCode, authToken, clientId, amount, signature } = fields
  if (authResultCode !== '0000' || clientId !== clientKey) return false
  if (typeof authToken !== 'string' || authToken === '' || typeof amount !== 'string') return false
  return /^[1-9]\d{0,11}$/.test(amount) && isSignature(signature, authToken, clientKey, amount, secretKey)
}
