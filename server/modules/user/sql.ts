// Every statement of the module but those that count (sql-limits.ts).
import { sql, type Generated, type Kysely, type Selectable } from 'kysely'
import type { UserRole } from '../../platform/auth.ts'
import type { Db, Tx } from '../../platform/db.ts'
import type { Language } from '../../platform/errors.ts'

interface AccountTable {
  id: number
  emailIndex: Buffer
  phoneIndex: Buffer
  name: Buffer
  email: Buffer
  address: Buffer
  phone: Buffer
  passwordHash: string
  role: UserRole
  emailVerifiedAt: Date | null
  updatedAt: Generated<Date>
  language: Language
}

interface EmailCodeTable {
  accountId: number
  codeHash: Buffer
  issuedAt: Date
  expiresAt: Date
  tries: Generated<number>
  usedAt: Date | null
}

interface SignInTable {
  id: string
  accountId: number
  startedAt: Date
  expiresAt: Date
  endedAt: Date | null
}

interface RefreshTokenTable {
  id: string
  signInId: string
  parentId: string | null
  tokenHash: Buffer
  issuedAt: Date
  expiresAt: Date
  spentAt: Date | null
  passedOverAt: Date | null
}

// A type, not an interface: Kysely asks for an index signature.
type Tables = {
  'users.account': AccountTable
  'users.emailCode': EmailCodeTable
  'users.signIn': SignInTable
  'users.refreshToken': RefreshTokenTable
  'users.deniedSession': { id: string; deniedUntil: Date }
}

const on = (db: Db | Tx): Kysely<Tables> => db.withTables<Tables>()

// ---- accounts

export type NewAccountRow = Omit<Selectable<AccountTable>, 'updatedAt'>

/** The id is needed before the row: it is part of what seals the row's values. */
export async function nextAccountIds(db: Db | Tx, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    SELECT nextval('users.account_id_seq') AS id FROM generate_series(1, ${count}::int)`.execute(db)
  return rows.map((row) => row.id)
}

export const insertAccount = (tx: Tx, row: NewAccountRow): Promise<unknown> =>
  on(tx).insertInto('users.account').values(row).execute()

/** Leaves out those whose e-mail exists. */
export async function insertAccounts(tx: Tx, rows: readonly NewAccountRow[]): Promise<void> {
  const column = <K extends keyof NewAccountRow>(key: K): NewAccountRow[K][] => rows.map((row) => row[key])
  await sql`
    INSERT INTO users.account
      (id, email_index, phone_index, name, email, address, phone, password_hash, role, email_verified_at,
       language)
    SELECT * FROM unnest(
      ${column('id')}::bigint[], ${column('emailIndex')}::bytea[], ${column('phoneIndex')}::bytea[],
      ${column('name')}::bytea[], ${column('email')}::bytea[], ${column('address')}::bytea[],
      ${column('phone')}::bytea[], ${column('passwordHash')}::text[], ${column('role')}::text[],
      ${column('emailVerifiedAt')}::timestamptz[], ${column('language')}::text[])
    ON CONFLICT (email_index) DO NOTHING`.execute(tx)
}

export const findAccountByEmail = (db: Db | Tx, emailIndex: Buffer) =>
  on(db)
    .selectFrom('users.account')
    .select(['id', 'name', 'email', 'passwordHash', 'role'])
    .where('emailIndex', '=', emailIndex)
    .executeTakeFirst()

export const findAccountsByEmail = (db: Db | Tx, emailIndexes: readonly Buffer[]) =>
  on(db)
    .selectFrom('users.account')
    .select(['id', 'emailIndex'])
    .where('emailIndex', '=', sql<Buffer>`ANY(${emailIndexes}::bytea[])`)
    .execute()

/** Which of the two is taken already. */
export async function findTaken(
  db: Db,
  emailIndex: Buffer,
  phoneIndex: Buffer,
): Promise<{ email: boolean; phone: boolean }> {
  const { rows } = await sql<{ email: boolean; phone: boolean }>`
    SELECT EXISTS (SELECT 1 FROM users.account WHERE email_index = ${emailIndex}) AS email,
           EXISTS (SELECT 1 FROM users.account WHERE phone_index = ${phoneIndex}) AS phone`.execute(db)
  return rows[0] ?? { email: false, phone: false }
}

/** Nothing is written where it is the same already. */
export const updateLanguage = (tx: Tx, id: number, language: Language) =>
  on(tx)
    .updateTable('users.account')
    .set({ language })
    .where('id', '=', id)
    .where('language', '!=', language)
    .execute()

export const listContacts = (db: Db, ids: readonly number[]) =>
  on(db)
    .selectFrom('users.account')
    .select(['id', 'email', 'name', 'language'])
    .where('id', '=', sql<number>`ANY(${ids}::bigint[])`)
    .execute()

export const findAccount = (db: Db | Tx, id: number) =>
  on(db).selectFrom('users.account').select(['id', 'email', 'role']).where('id', '=', id).executeTakeFirst()

/** Holds off changes of role and password until the transaction ends, so that no token slips past them. */
export const holdAccount = (tx: Tx, id: number) =>
  on(tx)
    .selectFrom('users.account')
    .select(['role', 'passwordHash'])
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst()

/** Locks the account and every administrator, in one order for all, so that two can not demote each other at once. */
export const lockForRoleChange = (tx: Tx, id: number) =>
  on(tx)
    .selectFrom('users.account')
    .select(['id', 'role'])
    .where((where) => where.or([where('id', '=', id), where('role', '=', 'ADMIN')]))
    .orderBy('id')
    .forUpdate()
    .execute()

export const setRole = (tx: Tx, id: number, role: UserRole, at: Date) =>
  on(tx)
    .updateTable('users.account')
    .set({ role, emailVerifiedAt: sql<Date>`coalesce(email_verified_at, ${at})`, updatedAt: at })
    .where('id', '=', id)
    .execute()

/** Whether it was not certified before. */
export async function certifyAccount(tx: Tx, id: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('users.account')
    .set({ role: 'CERTIFIED_USER', emailVerifiedAt: at, updatedAt: at })
    .where('id', '=', id)
    .where('role', '=', 'UNCERTIFIED_USER')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

// ---- verification codes

export const findCodeIssuedAt = (db: Db, accountId: number) =>
  on(db)
    .selectFrom('users.emailCode')
    .select('issuedAt')
    .where('accountId', '=', accountId)
    .executeTakeFirst()

export const replaceCode = (
  db: Db,
  code: { accountId: number; codeHash: Buffer; issuedAt: Date; expiresAt: Date },
) =>
  on(db)
    .insertInto('users.emailCode')
    .values({ ...code, usedAt: null })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet({ ...code, tries: 0, usedAt: null }))
    .execute()

export const restartCode = (db: Db, accountId: number, codeHash: Buffer, issuedAt: Date, expiresAt: Date) =>
  on(db)
    .updateTable('users.emailCode')
    .set({ issuedAt, expiresAt })
    .where('accountId', '=', accountId)
    .where('codeHash', '=', codeHash)
    .execute()

/** Counts one try and gives the hash to compare with; nothing where no live code is left. */
export const takeTry = (tx: Tx, accountId: number, now: Date, triesMax: number) =>
  on(tx)
    .updateTable('users.emailCode')
    .set({ tries: sql<number>`tries + 1` })
    .where('accountId', '=', accountId)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where('tries', '<', triesMax)
    .returning('codeHash')
    .executeTakeFirst()

export const useCode = (tx: Tx, accountId: number, usedAt: Date) =>
  on(tx).updateTable('users.emailCode').set({ usedAt }).where('accountId', '=', accountId).execute()

// ---- logins and their tokens

export const insertSignIn = (tx: Tx, row: Omit<SignInTable, 'endedAt'>) =>
  on(tx).insertInto('users.signIn').values(row).execute()

export const insertRefreshToken = (tx: Tx, row: Omit<RefreshTokenTable, 'spentAt' | 'passedOverAt'>) =>
  on(tx).insertInto('users.refreshToken').values(row).execute()

/** Locks the login a token belongs to: all that happens to its tokens happens one after the other. */
export const lockSignInOfToken = (tx: Tx, tokenHash: Buffer) =>
  on(tx)
    .selectFrom('users.signIn as login')
    .innerJoin('users.refreshToken as token', 'token.signInId', 'login.id')
    .select('login.id')
    .where('token.tokenHash', '=', tokenHash)
    .forUpdate('login')
    .executeTakeFirst()

/** The token and its login, to be read after the lock: a row joined while waiting may be the old one. */
export const findRefreshToken = (tx: Tx, tokenHash: Buffer) =>
  on(tx)
    .selectFrom('users.refreshToken as token')
    .innerJoin('users.signIn as login', 'login.id', 'token.signInId')
    .select([
      'token.id',
      'token.signInId',
      'token.parentId',
      'token.expiresAt',
      'token.spentAt',
      'token.passedOverAt',
    ])
    .select(['login.accountId', 'login.startedAt', 'login.endedAt'])
    .where('token.tokenHash', '=', tokenHash)
    .executeTakeFirst()

export const findSuccessors = (tx: Tx, signInId: string, parentId: string) =>
  on(tx)
    .selectFrom('users.refreshToken')
    .select(['spentAt', 'passedOverAt'])
    .where('signInId', '=', signInId)
    .where('parentId', '=', parentId)
    .execute()

/** Spends a token and passes over the unused ones that were issued for the same parent. */
export async function spendToken(
  tx: Tx,
  token: { id: string; signInId: string; parentId: string | null },
  at: Date,
): Promise<void> {
  await sql`
    UPDATE users.refresh_token
       SET spent_at = CASE WHEN id = ${token.id} THEN ${at}::timestamptz ELSE spent_at END,
           passed_over_at = CASE WHEN id = ${token.id} THEN passed_over_at ELSE ${at}::timestamptz END
     WHERE sign_in_id = ${token.signInId} AND spent_at IS NULL
       AND (id = ${token.id} OR parent_id = ${token.parentId}::uuid)`.execute(tx)
}

export const extendSignIn = (tx: Tx, id: string, expiresAt: Date) =>
  on(tx).updateTable('users.signIn').set({ expiresAt }).where('id', '=', id).execute()

export const findSignInOfSession = (tx: Tx, sessionId: string) =>
  on(tx).selectFrom('users.refreshToken').select('signInId').where('id', '=', sessionId).executeTakeFirst()

export const endSignIn = (tx: Tx, id: string, endedAt: Date) =>
  on(tx)
    .updateTable('users.signIn')
    .set({ endedAt })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .execute()

/** Sessions of a login whose access tokens may not have expired yet. */
export async function findSessionsOfSignIn(tx: Tx, signInId: string, issuedAfter: Date): Promise<string[]> {
  const rows = await on(tx)
    .selectFrom('users.refreshToken')
    .select('id')
    .where('signInId', '=', signInId)
    .where('issuedAt', '>', issuedAfter)
    .execute()
  return rows.map((row) => row.id)
}

/** The same for every live login of an account. */
export async function findSessionsOfAccount(tx: Tx, accountId: number, issuedAfter: Date): Promise<string[]> {
  const rows = await on(tx)
    .selectFrom('users.refreshToken as token')
    .innerJoin('users.signIn as login', 'login.id', 'token.signInId')
    .select('token.id')
    .where('login.accountId', '=', accountId)
    .where('login.endedAt', 'is', null)
    .where('token.issuedAt', '>', issuedAfter)
    .execute()
  return rows.map((row) => row.id)
}

// ---- denied sessions

export const DENIED_CHANNEL = 'user_denied'

/** Stores the denials and tells every process; the notification leaves with the commit. */
export async function insertDenied(tx: Tx, sessionIds: readonly string[], until: Date): Promise<void> {
  await sql`
    WITH denied AS (
      INSERT INTO users.denied_session (id, denied_until)
      SELECT id, ${until} FROM unnest(${sessionIds}::uuid[]) AS id
      ON CONFLICT (id) DO UPDATE SET denied_until = greatest(denied_session.denied_until, excluded.denied_until)
      RETURNING id)
    SELECT pg_notify(${DENIED_CHANNEL}, id || ' ' || ${until.getTime()}::bigint) FROM denied`.execute(tx)
}

export const findDenied = (db: Db, now: Date) =>
  on(db)
    .selectFrom('users.deniedSession')
    .select(['id', 'deniedUntil'])
    .where('deniedUntil', '>', now)
    .execute()

// ---- housekeeping

/** Deletes at most `rowsMax` logins and denials each that mean nothing any more; the larger number deleted. */
export async function forgetExpired(db: Db, now: Date, rowsMax: number): Promise<number> {
  const signIns = await sql`DELETE FROM users.sign_in WHERE id IN
    (SELECT id FROM users.sign_in WHERE expires_at < ${now} ORDER BY expires_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(
    db,
  )
  const denials = await sql`DELETE FROM users.denied_session WHERE id IN
    (SELECT id FROM users.denied_session WHERE denied_until < ${now} LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(
    db,
  )
  return Math.max(Number(signIns.numAffectedRows ?? 0), Number(denials.numAffectedRows ?? 0))
}
