import { writeAudit } from '../../platform/audit.ts'
import type { Caller } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import { isOwnEmail } from './check-input.ts'
import { isOurSession, type DenyDeps } from './deny.ts'
import { endAllSignIns } from './end-sign-in.ts'
import type { ChangePasswordRequest } from './password-bodies.ts'
import { openPersonal } from './personal.ts'
import { provePassword, type ProveDeps, type Refused } from './prove-password.ts'
import { deleteReset, findCredentials, lockCredentials, lockSignIns, setPassword } from './sql-password.ts'
import { findSignInOfSession } from './sql.ts'

export type ChangePasswordDeps = ProveDeps & DenyDeps

export type ChangePasswordOutcome =
  | { outcome: 'changed'; id: number; name: string; email: string }
  | { outcome: 'unknown_user' }
  | { outcome: 'too_easy' }
  | Refused

/** Every login but the caller's own ends: whoever else had the old password is out. */
export async function changePassword(
  deps: ChangePasswordDeps,
  caller: Caller,
  { originalPassword, newPassword, newPassword2 }: ChangePasswordRequest,
): Promise<ChangePasswordOutcome> {
  const { database, pii, passwords } = deps
  if (newPassword !== newPassword2) return { outcome: 'wrong_password' }
  const account = await findCredentials(database.db, caller.userId)
  if (account === undefined) return { outcome: 'unknown_user' }
  const email = openPersonal(pii, 'email', account)
  if (isOwnEmail(newPassword, email)) return { outcome: 'too_easy' }
  const refused = await provePassword(deps, account, originalPassword)
  if (refused !== undefined) return refused
  const newHash = await passwords.hash(newPassword)
  const oldHash = account.passwordHash
  const deny = await database.transaction((tx) => replace(deps, tx, caller, { oldHash, newHash }))
  if (deny === undefined) return { outcome: 'wrong_password' }
  deny()
  return { outcome: 'changed', id: account.id, name: openPersonal(pii, 'name', account), email }
}

/** Undefined where somebody else was faster. */
async function replace(
  deps: DenyDeps,
  tx: Tx,
  caller: Caller,
  { oldHash, newHash }: { oldHash: string; newHash: string },
): Promise<(() => void) | undefined> {
  const { userId } = caller
  await lockSignIns(tx, userId)
  const account = await lockCredentials(tx, userId)
  if (account?.passwordHash !== oldHash) return undefined
  await setPassword(tx, userId, newHash, new Date(deps.clock.now()))
  await deleteReset(tx, userId)
  const entry = { actorId: userId, subject: 'account', subjectId: userId, action: 'PASSWORD' } as const
  await writeAudit(tx, [{ ...entry, before: null, after: null }])
  const own = isOurSession(caller) ? await findSignInOfSession(tx, caller.sessionId) : undefined
  return endAllSignIns(deps, tx, userId, own?.signInId)
}
