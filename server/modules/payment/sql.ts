// Attempts to pay: written in batches, under the locks of their orders.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { PaymentStatus, ProviderName } from './contract.ts'

export interface PaymentRow {
  paymentId: number
  orderId: number
  buyerId: number
  provider: ProviderName | 'FREE'
  providerOrderId: string
  providerKey: string | null
  amountKrw: number
  status: PaymentStatus
  capturedKrw: number
  refundAskedKrw: number
  refundedKrw: number
  tryNo: number
  leaseToken: string | null
  /** Somebody is at it. */
  isLeased: boolean
  checks: number
  code: string | null
  method: string | null
  receiptUrl: string | null
  requestedAt: Date
  confirmedAt: Date | null
  approvedAt: Date | null
}

const whole = sql`id AS "paymentId", order_id AS "orderId", buyer_id AS "buyerId", provider,
  provider_order_id AS "providerOrderId", provider_key AS "providerKey", amount AS "amountKrw", status,
  captured AS "capturedKrw", refund_asked AS "refundAskedKrw", refunded AS "refundedKrw", try_no AS "tryNo",
  lease_token AS "leaseToken", coalesce(lease_until > clock_timestamp(), false) AS "isLeased", checks, code, method,
  receipt_url AS "receiptUrl", requested_at AS "requestedAt", confirmed_at AS "confirmedAt", approved_at AS "approvedAt"`

export async function findPayment(db: Db, paymentId: number): Promise<PaymentRow | undefined> {
  const { rows } =
    await sql<PaymentRow>`SELECT ${whole} FROM payments.payment WHERE id = ${paymentId}`.execute(db)
  return rows[0]
}

export async function findByProviderOrder(db: Db, providerOrderId: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE provider_order_id = ${providerOrderId}`.execute(db)
  return rows[0]
}

/** Many at once. */
export async function listByProviderOrders(
  db: Db,
  providerOrderIds: readonly string[],
): Promise<Map<string, PaymentRow>> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE provider_order_id = ANY (${providerOrderIds})`.execute(db)
  return new Map(rows.map((row) => [row.providerOrderId, row]))
}

/** A key that was tried in vain elsewhere stands behind the payment that it belongs to. */
export async function findByProviderKey(
  db: Db,
  provider: ProviderName,
  providerKey: string,
): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE provider = ${provider} AND provider_key = ${providerKey}
     ORDER BY status = 'FAILED', id DESC LIMIT 1`.execute(db)
  return rows[0]
}

/** Oldest first. */
export async function listOfOrders(db: Db, orderIds: readonly number[]): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE order_id = ANY (${orderIds}) ORDER BY id`.execute(db)
  return rows
}

/** Their orders are locked already. Read as they are after the wait. */
export async function lockPayments(tx: Tx, paymentIds: readonly number[]): Promise<Map<number, PaymentRow>> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE id = ANY (${paymentIds}) ORDER BY id FOR NO KEY UPDATE`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.paymentId, row]))
}

export interface NewPayment {
  orderId: number
  buyerId: number
  provider: ProviderName | 'FREE'
  providerOrderId: string
  amountKrw: number
  status: 'INITIATED' | 'COMPLETED'
}

/** In the order given. Breaks payment_provider_order_id_key where a name was used before. */
export async function insertPayments(tx: Tx, payments: readonly NewPayment[]): Promise<PaymentRow[]> {
  const column = <K extends keyof NewPayment>(name: K): NewPayment[K][] => payments.map((one) => one[name])
  const { rows } = await sql<PaymentRow>`
    INSERT INTO payments.payment (order_id, buyer_id, provider, provider_order_id, amount, status)
    SELECT t.order_id, t.buyer_id, t.provider, t.provider_order_id, t.amount, t.status
      FROM unnest(${column('orderId')}::bigint[], ${column('buyerId')}::bigint[], ${column('provider')}::text[],
                  ${column('providerOrderId')}::text[], ${column('amountKrw')}::bigint[], ${column('status')}::text[])
           AS t(order_id, buyer_id, provider, provider_order_id, amount, status)
    RETURNING ${whole}`.execute(tx)
  const made = new Map(rows.map((row) => [row.providerOrderId, row]))
  return payments.map((one) => made.get(one.providerOrderId)!)
}

export interface BegunConfirm {
  paymentId: number
  providerKey: string
  leaseToken: string
}

/** Of locked payments. */
export async function beginConfirms(tx: Tx, begun: readonly BegunConfirm[], leaseMs: number): Promise<void> {
  const column = <K extends keyof BegunConfirm>(name: K): BegunConfirm[K][] => begun.map((one) => one[name])
  await sql`
    WITH moved AS (
      UPDATE payments.payment p
         SET status = 'CONFIRMING', provider_key = t.provider_key, lease_token = t.lease_token,
             lease_until = clock_timestamp() + make_interval(secs => ${leaseMs} / 1000.0), confirmed_at = clock_timestamp()
        FROM unnest(${column('paymentId')}::bigint[], ${column('providerKey')}::text[], ${column('leaseToken')}::uuid[])
             AS t(id, provider_key, lease_token)
       WHERE p.id = t.id AND p.id = ANY (${column('paymentId')})
      RETURNING p.id
    )
    INSERT INTO payments.history (payment_id, status) SELECT id, 'CONFIRMING' FROM moved`.execute(tx)
}

export interface SettledPayment {
  paymentId: number
  providerKey: string | null
  status: PaymentStatus
  capturedKrw: number
  code: string | null
  method: string | null
  receiptUrl: string | null
  approvedAt: Date | null
  /** UNKNOWN: when to look again. */
  nextCheckMs: number | null
  tryNo: number
}

/**
 * Of locked payments: what is known of them now. Nobody has them in hand any more. The ids stand beside the news so that the rows are
 * looked up, however short PostgreSQL believes the table to be.
 */
export async function settlePayments(tx: Tx, settled: readonly SettledPayment[]): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    WITH news AS (
      SELECT "paymentId" AS payment, "providerKey" AS new_key, status AS new_status, "capturedKrw" AS new_captured, code AS new_code,
             method AS new_method, "receiptUrl" AS new_url, "approvedAt" AS new_approved_at, "nextCheckMs" AS check_ms, "tryNo" AS new_try
        FROM jsonb_to_recordset(${JSON.stringify(settled)}::jsonb)
             AS t("paymentId" bigint, "providerKey" text, status text, "capturedKrw" bigint, code text, method text, "receiptUrl" text,
                  "approvedAt" timestamptz, "nextCheckMs" double precision, "tryNo" integer)
    ), kept AS (
      INSERT INTO payments.history (payment_id, status, code) SELECT payment, new_status, new_code FROM news
    )
    UPDATE payments.payment
       SET status = new_status, provider_key = new_key, captured = greatest(captured, new_captured), code = new_code,
           method = coalesce(new_method, method), receipt_url = coalesce(new_url, receipt_url),
           approved_at = coalesce(new_approved_at, approved_at), try_no = new_try, lease_token = NULL, lease_until = NULL,
           next_check_at = clock_timestamp() + make_interval(secs => check_ms / 1000),
           failed_at = CASE WHEN new_status = 'FAILED' THEN clock_timestamp() END, verified_at = NULL
      FROM news WHERE id = payment AND id = ANY (${settled.map((one) => one.paymentId)})
    RETURNING ${whole}`.execute(tx)
  return rows
}

/** Attempts that nobody has in hand, and whose time to be looked at has come: they are in the caller's hands then. */
export async function claimUnsettled(
  db: Db,
  claim: { leaseToken: string; leaseMs: number; rowsMax: number },
): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    UPDATE payments.payment
       SET lease_token = ${claim.leaseToken}, checks = checks + 1,
           lease_until = clock_timestamp() + make_interval(secs => ${claim.leaseMs} / 1000.0),
           next_check_at = clock_timestamp() + make_interval(secs => ${claim.leaseMs} / 1000.0)
     WHERE id IN (SELECT id FROM payments.payment
                   WHERE status IN ('CONFIRMING', 'UNKNOWN') AND coalesce(next_check_at, lease_until) <= clock_timestamp()
                     AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                   ORDER BY coalesce(next_check_at, lease_until) LIMIT ${claim.rowsMax} FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING ${whole}`.execute(db)
  return rows
}

/** Decided attempts that were never compared with the provider's book, some seconds after. Those that failed first. */
export async function listUnverified(
  db: Db,
  query: { afterMs: number; rowsMax: number },
): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment
     WHERE verified_at IS NULL AND provider_key IS NOT NULL AND status IN ('FAILED', 'COMPLETED')
       AND coalesce(failed_at, approved_at, confirmed_at) < clock_timestamp() - make_interval(secs => ${query.afterMs} / 1000.0)
     ORDER BY status DESC, id DESC LIMIT ${query.rowsMax}`.execute(db)
  return rows
}

export async function markVerified(db: Db, paymentIds: readonly number[]): Promise<void> {
  await sql`UPDATE payments.payment SET verified_at = clock_timestamp() WHERE id = ANY (${paymentIds})`.execute(
    db,
  )
}

export async function countUnsettled(db: Db): Promise<{ unknown: number; oldestSeconds: number }> {
  const { rows } = await sql<{ unknown: number; oldestSeconds: number }>`
    SELECT count(*)::integer AS unknown,
           coalesce(extract(epoch FROM clock_timestamp() - min(confirmed_at)), 0)::float8 AS "oldestSeconds"
      FROM payments.payment WHERE status IN ('CONFIRMING', 'UNKNOWN')`.execute(db)
  return rows[0]!
}

/** Being checked, oldest first. */
export async function listUnsettled(db: Db, rowsMax: number): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE status IN ('CONFIRMING', 'UNKNOWN')
     ORDER BY confirmed_at LIMIT ${rowsMax}`.execute(db)
  return rows
}

/** Of a member, oldest first. */
export async function listOfBuyer(db: Db, buyerId: number): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    SELECT ${whole} FROM payments.payment WHERE buyer_id = ${buyerId} ORDER BY id`.execute(db)
  return rows
}
