// Toss Payments behind the port.
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Provider, QueryResult } from './provider.ts'
import type { BreakerSettings } from './provider-breaker.ts'
import { createProviderHttp } from './provider-http.ts'
import { look } from './toss-calls.ts'
import { confirm, resolve, type TossDeps } from './toss-confirm.ts'
import { refund } from './toss-refund.ts'
import { readTossWebhook } from './toss-webhook.ts'

export interface ProviderOptions {
  url: string
  clientKey: string
  secretKey: string
  windowUrl: string | undefined
  scriptUrl?: string | undefined
  clock: Clock
  log: Log
  breaker?: Partial<BreakerSettings> | undefined
  answerMsMax?: number | undefined
}

const ANSWER_MS_MAX = 3_000

export function createTossProvider(options: ProviderOptions): Provider {
  const { clientKey, secretKey, windowUrl, scriptUrl, log, answerMsMax = ANSWER_MS_MAX } = options
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`
  const http = createProviderHttp({ ...options, provider: 'TOSS', authorization, answerMsMax })
  const deps: TossDeps = { http, log }
  return {
    name: 'TOSS',
    confirm: (ask) => confirm(deps, ask),
    resolve: (ask) => resolve(deps, ask),
    refund: (ask) => refund(deps, ask),
    lookUp: (by) => query(deps, by),
    readWebhook: readTossWebhook,
    isUsable: () => http.isUsable(),
    checkout: { clientKey, windowUrl, scriptUrl },
    close: () => http.close(),
  }
}

async function query(
  { http, log }: TossDeps,
  { providerKey, providerOrderId }: { providerKey: string | undefined; providerOrderId: string },
): Promise<QueryResult> {
  const seen = await look(http, providerKey === undefined ? { providerOrderId } : { providerKey })
  if (seen.look === 'unknown') return { result: 'unknown', code: seen.code }
  if (seen.look === 'none') return { result: 'none' }
  const { payment } = seen
  if (payment.providerOrderId === providerOrderId) return { result: 'found', payment }
  log.warn({ provider: 'TOSS', providerOrderId }, 'a payment key belongs to another order')
  return { result: 'other_order', payment }
}
