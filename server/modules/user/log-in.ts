import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Language } from '../../platform/errors.ts'
import type { Passwords } from '../../platform/passwords.ts'
import type { LogInRequest } from './contract.ts'
import { issueTokens, REFRESH_TTL_SECONDS, type IssueDeps, type IssuedTokens } from './issue-tokens.ts'
import { indexEmail, indexTries, openPersonal } from './personal.ts'
import type { SlowDown } from './slow-down.ts'
import { findAccountByEmail, holdAccount, insertSignIn, updateLanguage } from './sql.ts'

export interface LogInDeps extends IssueDeps {
  database: Database
  pii: PersonalData
  passwords: Passwords
  slowDown: SlowDown
}

export type LogInOutcome =
  | { outcome: 'logged_in'; id: number; name: string; email: string; tokens: IssuedTokens }
  | { outcome: 'bad_credentials' }
  | { outcome: 'uncertified' }
  | { outcome: 'slow_down'; seconds: number }

/** An unknown e-mail and a wrong password are one answer, in the same time. */
export async function logIn(
  deps: LogInDeps,
  { email, password }: LogInRequest,
  /** Undefined where the caller asks for none. */
  language: Language | undefined,
): Promise<LogInOutcome> {
  const { database, pii, slowDown } = deps
  const key = indexTries(pii, email)
  const seconds = await slowDown.enter(key)
  if (seconds > 0) return { outcome: 'slow_down', seconds }
  const account = await findAccountByEmail(database.db, indexEmail(pii, email))
  const isRight = await deps.passwords.verify(account?.passwordHash, password)
  if (account === undefined || !isRight) return { outcome: 'bad_credentials' }
  await slowDown.forgive(key)
  if (account.role === 'UNCERTIFIED_USER') return { outcome: 'uncertified' }
  const tokens = await startSignIn(deps, account, language)
  if (tokens === undefined) return { outcome: 'bad_credentials' }
  const name = openPersonal(pii, 'name', account)
  return { outcome: 'logged_in', id: account.id, name, email: openPersonal(pii, 'email', account), tokens }
}

/** Undefined where the account went away, or got another password, since this one was checked. */
function startSignIn(
  deps: LogInDeps,
  checked: { id: number; passwordHash: string },
  language: Language | undefined,
): Promise<IssuedTokens | undefined> {
  const accountId = checked.id
  return deps.database.transaction(async (tx) => {
    const account = await holdAccount(tx, accountId)
    if (account?.passwordHash !== checked.passwordHash) return undefined
    if (language !== undefined) await updateLanguage(tx, accountId, language)
    const startedAt = new Date(deps.clock.now())
    const signIn = { id: deps.ids.uuid(), accountId, startedAt }
    const expiresAt = new Date(startedAt.getTime() + REFRESH_TTL_SECONDS * 1000)
    await insertSignIn(tx, { ...signIn, expiresAt })
    return issueTokens(deps, tx, signIn, account.role, null)
  })
}
