// What providers tell us is kept first, answered at once, and handled later.
import { Type } from 'typebox'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import type { Log } from '../../platform/log.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { ProviderName } from './contract.ts'
import type { Provider } from './provider.ts'
import { PAYMENTS } from './routes-initiate.ts'
import { insertWebhook } from './sql-webhook.ts'

export interface WebhookRouteDeps {
  database: Database
  providers: ReadonlyMap<ProviderName, Provider>
  log: Log
}

const BODY_BYTES_MAX = 64 * 1024
/** NICEPAY takes nothing else for a yes. */
const OK = 'OK'

const ROUTES = [
  {
    name: 'TOSS',
    path: 'toss',
    title: 'Toss Payments',
    manner: 'Not signed.',
    refusals: ['MALFORMED_REQUEST', 'NOT_FOUND'],
    example: {
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-01-02T12:34:56.789000',
      data: {
        paymentKey: 'tviva20261125102030AbCdE',
        orderId: '128-k2m8x0q4w6e1r3t5',
        status: 'DONE',
      },
    },
  },
  {
    name: 'NICE',
    path: 'nice',
    title: 'NICEPAY',
    manner: 'Signed.',
    refusals: ['FORGED_REQUEST', 'MALFORMED_REQUEST', 'NOT_FOUND'],
    example: {
      resultCode: '0000',
      tid: 'UT0000113m01012111051714341073',
      orderId: '128-k2m8x0q4w6e1r3t5',
      ediDate: '2026-01-02T12:34:56.789+0900',
      signature: 'f3ad21a0b0b6d1f6d1b9c5d4',
      status: 'paid',
      amount: 24_000,
      balanceAmt: 24_000,
      currency: 'KRW',
    },
  },
] as const

export function webhookRoutes(http: Http, { database, providers, log }: WebhookRouteDeps): void {
  for (const { name, path, title, manner, refusals, example } of ROUTES)
    http.post(
      `${PAYMENTS}/${path}/webhook`,
      {
        bodyLimit: BODY_BYTES_MAX,
        schema: {
          tags: ['payments'],
          summary: `What ${title} tells us`,
          description: `${manner} Kept first, once for each delivery, and handled later. It is a hint only: the provider is asked before anything follows.`,
          body: Type.Object({}, { additionalProperties: true, examples: [example] }),
          response: {
            200: {
              description: 'Kept',
              content: { 'text/html': { schema: Type.String({ examples: [OK] }) } },
            },
            ...problems(...refusals),
          },
        },
      },
      async ({ headers, body }, reply) => {
        const provider = providers.get(name)
        if (provider === undefined) throw new AppError('NOT_FOUND')
        const { reading, hint } = { hint: undefined, ...provider.readWebhook(headers, body) }
        if (reading !== 'hint' || hint === undefined) {
          log.warn({ provider: name, reading }, 'a webhook was refused')
          throw new AppError(reading === 'forged' ? 'FORGED_REQUEST' : 'MALFORMED_REQUEST')
        }
        await insertWebhook(database.db, name, hint)
        reply.type('text/html; charset=utf-8')
        return OK
      },
    )
}
