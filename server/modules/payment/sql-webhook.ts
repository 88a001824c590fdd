// The inbox of what providers tell us.
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { ProviderName } from './contract.ts'
import type { WebhookHint } from './provider.ts'

/** Nothing happens where the same delivery is there already. */
export async function insertWebhook(db: Db, provider: ProviderName, hint: WebhookHint): Promise<void> {
  await sql`
    INSERT INTO payments.webhook (provider, delivery_id, event, provider_key, provider_order_id)
    VALUES (${provider}, ${hint.deliveryId}, ${hint.event}, ${hint.providerKey ?? null}, ${hint.providerOrderId ?? null})
    ON CONFLICT (provider, delivery_id) DO NOTHING`.execute(db)
}

export interface WebhookRow {
  webhookId: number
  provider: ProviderName
  providerKey: string | null
  providerOrderId: string | null
  tries: number
}

/** Those that are due, in the caller's hands for `leaseMs`. */
export async function claimWebhooks(
  db: Db,
  claim: { leaseMs: number; rowsMax: number },
): Promise<WebhookRow[]> {
  const { rows } = await sql<WebhookRow>`
    UPDATE payments.webhook
       SET tries = tries + 1, next_try_at = clock_timestamp() + make_interval(secs => ${claim.leaseMs} / 1000.0)
     WHERE id IN (SELECT id FROM payments.webhook WHERE next_try_at <= clock_timestamp()
                   ORDER BY next_try_at LIMIT ${claim.rowsMax} FOR UPDATE SKIP LOCKED)
    RETURNING id AS "webhookId", provider, provider_key AS "providerKey", provider_order_id AS "providerOrderId", tries`.execute(
    db,
  )
  return rows
}

/** `retryMs` undefined: handled. */
export async function updateWebhook(
  db: Db,
  webhookId: number,
  news: { outcome: string; retryMs: number | undefined },
): Promise<void> {
  const next =
    news.retryMs === undefined
      ? sql`NULL`
      : sql`clock_timestamp() + make_interval(secs => ${news.retryMs} / 1000.0)`
  await sql`
    UPDATE payments.webhook SET outcome = ${news.outcome}, next_try_at = ${next} WHERE id = ${webhookId}`.execute(
    db,
  )
}

/** At most `rowsMax` that were handled long ago; how many. */
export async function forgetWebhooks(db: Db, olderThanDays: number, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM payments.webhook WHERE id IN (
      SELECT id FROM payments.webhook
       WHERE received_at < clock_timestamp() - make_interval(days => ${olderThanDays}) AND next_try_at IS NULL
       LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
