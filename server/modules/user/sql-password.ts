// Statements about passwords, the links to choose new ones, and the logins that end with them.
import { sql } from 'kysely'
import type { UserRole } from '../../platform/auth.ts'
import type { Db, Tx } from '../../platform/db.ts'

export interface Credentials {
  id: number
  name: Buffer
  email: Buffer
  phone: Buffer
  passwordHash: string
  role: UserRole
}

export async function findCredentials(db: Db | Tx, id: number): Promise<Credentials | undefined> {
  const { rows } = await sql<Credentials>`
    SELECT id, name, email, phone, password_hash, role FROM users.account WHERE id = ${id}`.execute(db)
  return rows[0]
}

/** The same, and nobody changes or shares it until the transaction ends. */
export async function lockCredentials(tx: Tx, id: number): Promise<Credentials | undefined> {
  const { rows } = await sql<Credentials>`
    SELECT id, name, email, phone, password_hash, role FROM users.account WHERE id = ${id} FOR UPDATE`.execute(
    tx,
  )
  return rows[0]
}

export const setPassword = (tx: Tx, id: number, passwordHash: string, at: Date): Promise<unknown> =>
  sql`UPDATE users.account SET password_hash = ${passwordHash}, updated_at = ${at} WHERE id = ${id}`.execute(
    tx,
  )

// ---- logins that end together

/**
 * Locks every live login of an account, before the account itself: a reissue locks in this order, too. It is either over, and what
 * it issued is seen, or finds its login ended.
 */
export const lockSignIns = (tx: Tx, accountId: number): Promise<unknown> =>
  sql`SELECT id FROM users.sign_in WHERE account_id = ${accountId} AND ended_at IS NULL ORDER BY id FOR UPDATE`.execute(
    tx,
  )

/** Ends every live login but `keptId`. Sessions of them whose access tokens may not have expired yet. */
export async function endSignIns(
  tx: Tx,
  accountId: number,
  { keptId, at, issuedAfter }: { keptId: string | undefined; at: Date; issuedAfter: Date },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    WITH ended AS (
      UPDATE users.sign_in SET ended_at = ${at}
       WHERE account_id = ${accountId} AND ended_at IS NULL AND id IS DISTINCT FROM ${keptId ?? null}::uuid
      RETURNING id)
    SELECT token.id FROM users.refresh_token token JOIN ended ON token.sign_in_id = ended.id
     WHERE token.issued_at > ${issuedAfter}`.execute(tx)
  return rows.map(({ id }) => id)
}

// ---- links to choose a new password

export async function findResetIssuedAt(db: Db, accountId: number): Promise<Date | undefined> {
  const { rows } = await sql<{ issuedAt: Date }>`
    SELECT issued_at FROM users.password_reset WHERE account_id = ${accountId}`.execute(db)
  return rows[0]?.issuedAt
}

interface Reset {
  accountId: number
  tokenHash: Buffer
  issuedAt: Date
  expiresAt: Date
}

/** Nothing where the account is gone. */
export const replaceReset = (
  db: Db,
  { accountId, tokenHash, issuedAt, expiresAt }: Reset,
): Promise<unknown> =>
  sql`
    INSERT INTO users.password_reset (account_id, token_hash, issued_at, expires_at)
    SELECT id, ${tokenHash}, ${issuedAt}, ${expiresAt} FROM users.account WHERE id = ${accountId} FOR KEY SHARE
    ON CONFLICT (account_id) DO UPDATE
      SET token_hash = excluded.token_hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at`.execute(
    db,
  )

/** The life of the link counts anew, unless another has replaced it. */
export const restartReset = (
  db: Db,
  { accountId, tokenHash, issuedAt, expiresAt }: Reset,
): Promise<unknown> =>
  sql`
    UPDATE users.password_reset SET issued_at = ${issuedAt}, expires_at = ${expiresAt}
     WHERE account_id = ${accountId} AND token_hash = ${tokenHash}`.execute(db)

export async function findAccountOfReset(db: Db, tokenHash: Buffer, now: Date): Promise<number | undefined> {
  const { rows } = await sql<{ accountId: number }>`
    SELECT account_id FROM users.password_reset WHERE token_hash = ${tokenHash} AND expires_at > ${now}`.execute(
    db,
  )
  return rows[0]?.accountId
}

/** Uses the link up. False where it was used, replaced or has expired meanwhile. */
export async function takeReset(tx: Tx, tokenHash: Buffer, now: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    DELETE FROM users.password_reset WHERE token_hash = ${tokenHash} AND expires_at > ${now}`.execute(tx)
  return numAffectedRows === 1n
}

export const deleteReset = (tx: Tx, accountId: number): Promise<unknown> =>
  sql`DELETE FROM users.password_reset WHERE account_id = ${accountId}`.execute(tx)

/** At most `rowsMax` that have expired; how many. */
export async function forgetResets(db: Db, now: Date, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM users.password_reset WHERE account_id IN (
      SELECT account_id FROM users.password_reset WHERE expires_at < ${now}
       ORDER BY expires_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
