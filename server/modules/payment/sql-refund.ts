// Money that goes back. The payment's row is locked, after its order's.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { RefundStatus } from './state.ts'

export interface NewRefund {
  paymentId: number
  orderId: number
  amountKrw: number
  cause: string
  reason: string
}

export interface RefundRow extends NewRefund {
  refundId: number
  status: RefundStatus
  tryNo: number
  tries: number
  balanceBeforeKrw: number | null
  leaseToken: string | null
  code: string | null
  createdAt: Date
  doneAt: Date | null
}

const whole = sql`id AS "refundId", payment_id AS "paymentId", order_id AS "orderId", amount AS "amountKrw", cause, reason, status,
  try_no AS "tryNo", tries, balance_before AS "balanceBeforeKrw", lease_token AS "leaseToken", code, created_at AS "createdAt",
  done_at AS "doneAt"`

/** Those whose cause is new. Breaks payment_refunds where they are more than was captured. */
export async function insertRefunds(tx: Tx, refunds: readonly NewRefund[]): Promise<void> {
  const column = <K extends keyof NewRefund>(name: K): NewRefund[K][] => refunds.map((one) => one[name])
  await sql`
    WITH fresh AS (
      INSERT INTO payments.refund (payment_id, order_id, amount, cause, reason)
      SELECT t.payment_id, t.order_id, t.amount, t.cause, t.reason
        FROM unnest(${column('paymentId')}::bigint[], ${column('orderId')}::bigint[], ${column('amountKrw')}::bigint[],
                    ${column('cause')}::text[], ${column('reason')}::text[]) AS t(payment_id, order_id, amount, cause, reason)
      ON CONFLICT (payment_id, cause) DO NOTHING
      RETURNING payment_id, amount
    )
    UPDATE payments.payment p SET refund_asked = p.refund_asked + f.amount
      FROM (SELECT payment_id, sum(amount) AS amount FROM fresh GROUP BY payment_id) f
     WHERE p.id = f.payment_id`.execute(tx)
}

export async function listRefunds(db: Db, paymentIds: readonly number[]): Promise<RefundRow[]> {
  const { rows } = await sql<RefundRow>`
    SELECT ${whole} FROM payments.refund WHERE payment_id = ANY (${paymentIds}) ORDER BY id`.execute(db)
  return rows
}

/** Those that are due, in the caller's hands for `leaseMs`. One of a payment at a time: each changes what is left of it. */
export async function claimRefunds(
  db: Db,
  claim: { leaseToken: string; leaseMs: number; rowsMax: number },
): Promise<RefundRow[]> {
  const { rows } = await sql<RefundRow>`
    UPDATE payments.refund
       SET lease_token = ${claim.leaseToken}, tries = tries + 1,
           next_try_at = clock_timestamp() + make_interval(secs => ${claim.leaseMs} / 1000.0)
     WHERE id IN (SELECT r.id FROM payments.refund r
                   WHERE r.status <> 'DONE' AND r.next_try_at <= clock_timestamp()
                     AND NOT EXISTS (SELECT 1 FROM payments.refund o
                                      WHERE o.payment_id = r.payment_id AND o.status <> 'DONE' AND o.id < r.id)
                   ORDER BY r.next_try_at LIMIT ${claim.rowsMax} FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING ${whole}`.execute(db)
  return rows
}

/** What was left before it was sent first. Kept over all tries. Undefined where the lease is somebody else's by now. */
export async function rememberBalance(
  db: Db,
  refund: { refundId: number; leaseToken: string },
): Promise<number | undefined> {
  const { rows } = await sql<{ balance: number }>`
    UPDATE payments.refund r SET balance_before = coalesce(r.balance_before, p.captured - p.refunded)
      FROM payments.payment p
     WHERE p.id = r.payment_id AND r.id = ${refund.refundId} AND r.lease_token = ${refund.leaseToken}
    RETURNING r.balance_before AS balance`.execute(db)
  return rows[0]?.balance
}

/** Done, with its payment. False where it was done before. Order and payment are locked. */
export async function finishRefund(tx: Tx, refundId: number): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    WITH done AS (
      UPDATE payments.refund SET status = 'DONE', done_at = clock_timestamp(), code = NULL, lease_token = NULL
       WHERE id = ${refundId} AND status <> 'DONE' RETURNING payment_id, amount
    ), moved AS (
      UPDATE payments.payment p
         SET refunded = p.refunded + d.amount,
             status = CASE WHEN p.refunded + d.amount = p.captured THEN 'CANCELED'
                           WHEN p.status = 'FAILED' THEN p.status ELSE 'PARTIALLY_CANCELED' END
        FROM done d WHERE p.id = d.payment_id
      RETURNING p.id, p.status
    )
    INSERT INTO payments.history (payment_id, status) SELECT id, status FROM moved RETURNING id`.execute(tx)
  return rows.length > 0
}

export async function postponeRefund(
  db: Db,
  later: {
    refundId: number
    leaseToken: string
    status: RefundStatus
    tryNo: number
    code: string
    nextTryMs: number
    /** Asked anew: what is left is looked up again. */
    forgetBalance: boolean
  },
): Promise<void> {
  await sql`
    UPDATE payments.refund
       SET status = ${later.status}, try_no = ${later.tryNo}, code = ${later.code}, lease_token = NULL,
           balance_before = CASE WHEN ${later.forgetBalance} THEN NULL ELSE balance_before END,
           next_try_at = clock_timestamp() + make_interval(secs => ${later.nextTryMs} / 1000.0)
     WHERE id = ${later.refundId} AND lease_token = ${later.leaseToken} AND status <> 'DONE'`.execute(db)
}

export async function countOpenRefunds(db: Db): Promise<{ open: number; stuck: number }> {
  const { rows } = await sql<{ open: number; stuck: number }>`
    SELECT count(*)::integer AS open, (count(*) FILTER (WHERE status = 'STUCK'))::integer AS stuck
      FROM payments.refund WHERE status <> 'DONE'`.execute(db)
  return rows[0]!
}

/** Not done, oldest first. */
export async function listOpenRefunds(db: Db, rowsMax: number): Promise<RefundRow[]> {
  const { rows } = await sql<RefundRow>`
    SELECT ${whole} FROM payments.refund WHERE status <> 'DONE' ORDER BY id LIMIT ${rowsMax}`.execute(db)
  return rows
}
