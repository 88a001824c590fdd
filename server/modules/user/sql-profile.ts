// Statements about what a person sees and changes of their account.
import { sql, type RawBuilder } from 'kysely'
import type { UserRole } from '../../platform/auth.ts'
import type { Db, Tx } from '../../platform/db.ts'

export interface ProfileRow {
  id: number
  name: Buffer
  email: Buffer
  address: Buffer
  phone: Buffer
  role: UserRole
  emailVerifiedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

const profileColumns = sql.raw(
  'id, name, email, address, phone, role, email_verified_at, created_at, updated_at',
) as RawBuilder<ProfileRow>

export async function findProfile(db: Db, id: number): Promise<ProfileRow | undefined> {
  const { rows } = await sql<ProfileRow>`
    SELECT ${profileColumns} FROM users.account WHERE id = ${id}`.execute(db)
  return rows[0]
}

export async function findProfileByEmail(db: Db, emailIndex: Buffer): Promise<ProfileRow | undefined> {
  const { rows } = await sql<ProfileRow>`
    SELECT ${profileColumns} FROM users.account WHERE email_index = ${emailIndex}`.execute(db)
  return rows[0]
}

interface Contact {
  address: Buffer
  phone: Buffer
  phoneIndex: Buffer
}

/** False where there is no such account. Breaks `account_phone_taken` where the phone is somebody else's. */
export async function updateContact(tx: Tx, id: number, contact: Contact, at: Date): Promise<boolean> {
  const { address, phone, phoneIndex } = contact
  const { numAffectedRows } = await sql`
    UPDATE users.account SET address = ${address}, phone = ${phone}, phone_index = ${phoneIndex}, updated_at = ${at}
     WHERE id = ${id}`.execute(tx)
  return numAffectedRows === 1n
}

interface SignInRow {
  startedAt: Date
  expiresAt: Date
  endedAt: Date | null
}

/** Newest first. */
export async function listSignIns(db: Db, accountId: number, rowsMax: number): Promise<SignInRow[]> {
  const { rows } = await sql<SignInRow>`
    SELECT started_at, expires_at, ended_at FROM users.sign_in
     WHERE account_id = ${accountId} ORDER BY started_at DESC LIMIT ${rowsMax}`.execute(db)
  return rows
}
