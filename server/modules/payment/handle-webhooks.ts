// What providers have told us is a hint that something may be new: they are asked. In any order, as often as it comes.
import type { CompareDeps } from './compare.ts'
import { compareNamed } from './compare.ts'
import { findByProviderKey, findByProviderOrder, type PaymentRow } from './sql.ts'
import { claimWebhooks, forgetWebhooks, updateWebhook, type WebhookRow } from './sql-webhook.ts'

const ROWS_MAX = 50
const LEASE_MS = 20_000
const TRY_FIRST_MS = 1_000
const TRY_MS_MAX = 60_000
const TRIES_MAX = 30
const KEPT_DAYS = 30
const FORGET_ROWS_MAX = 1_000

/** One round. Milliseconds to the next where there is more. */
export async function handleWebhooks(deps: CompareDeps): Promise<number | undefined> {
  const { db } = deps.database
  const due = await claimWebhooks(db, { leaseMs: LEASE_MS, rowsMax: ROWS_MAX })
  await Promise.allSettled(due.map((webhook) => handle(deps, webhook)))
  return due.length === ROWS_MAX ? 1 : undefined
}

async function handle(deps: CompareDeps, webhook: WebhookRow): Promise<void> {
  const { db } = deps.database
  const payment = await find(deps, webhook)
  const outcome =
    payment === undefined
      ? 'no_such_payment'
      : await compareNamed(deps, payment, webhook.providerKey ?? undefined)
  const isOpen = outcome === 'busy' || outcome === 'unknown'
  const retryMs =
    isOpen && webhook.tries < TRIES_MAX
      ? Math.min(TRY_MS_MAX, TRY_FIRST_MS * 2 ** Math.min(webhook.tries, 10))
      : undefined
  await updateWebhook(db, webhook.webhookId, { outcome, retryMs })
}

async function find(
  { database }: CompareDeps,
  { provider, providerOrderId, providerKey }: WebhookRow,
): Promise<PaymentRow | undefined> {
  const byOrder =
    providerOrderId === null ? undefined : await findByProviderOrder(database.db, providerOrderId)
  if (byOrder?.provider === provider) return byOrder
  return providerKey === null ? undefined : findByProviderKey(database.db, provider, providerKey)
}

export async function forgetOldWebhooks(deps: Pick<CompareDeps, 'database'>): Promise<number | undefined> {
  const forgotten = await forgetWebhooks(deps.database.db, KEPT_DAYS, FORGET_ROWS_MAX)
  return forgotten === FORGET_ROWS_MAX ? 100 : undefined
}
