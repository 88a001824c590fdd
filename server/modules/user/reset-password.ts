import { writeAudit } from '../../platform/audit.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Tx } from '../../platform/db.ts'
import type { Passwords } from '../../platform/passwords.ts'
import { isOwnEmail } from './check-input.ts'
import type { DenyDeps } from './deny.ts'
import { endAllSignIns } from './end-sign-in.ts'
import { hashToken } from './issue-tokens.ts'
import type { ResetPasswordRequest } from './password-bodies.ts'
import { indexTries, openPersonal } from './personal.ts'
import type { SlowDown } from './slow-down.ts'
import { findAccountOfReset, findCredentials, lockSignIns, setPassword, takeReset } from './sql-password.ts'
import { certifyAccount, useCode } from './sql.ts'

export type ResetPasswordDeps = DenyDeps & { pii: PersonalData; passwords: Passwords; slowDown: SlowDown }

export type ResetPasswordOutcome =
  { outcome: 'reset' } | { outcome: 'wrong_password' } | { outcome: 'too_easy' } | { outcome: 'invalid_link' }

/** A link that is wrong, expired, replaced or used is one answer, and costs no hashing. Every login of the account ends. */
export async function resetPassword(
  deps: ResetPasswordDeps,
  { token, newPassword, newPassword2 }: ResetPasswordRequest,
): Promise<ResetPasswordOutcome> {
  const { database, pii, clock } = deps
  if (newPassword !== newPassword2) return { outcome: 'wrong_password' }
  const tokenHash = hashToken(token)
  const accountId = await findAccountOfReset(database.db, tokenHash, new Date(clock.now()))
  const account = accountId === undefined ? undefined : await findCredentials(database.db, accountId)
  if (account === undefined) return { outcome: 'invalid_link' }
  const email = openPersonal(pii, 'email', account)
  if (isOwnEmail(newPassword, email)) return { outcome: 'too_easy' }
  const passwordHash = await deps.passwords.hash(newPassword)
  const deny = await database.transaction((tx) =>
    replace(deps, tx, { accountId: account.id, tokenHash, passwordHash }),
  )
  if (deny === undefined) return { outcome: 'invalid_link' }
  deny()
  await deps.slowDown.forgive(indexTries(pii, email))
  return { outcome: 'reset' }
}

/** Undefined where the link was used meanwhile. */
async function replace(
  deps: DenyDeps,
  tx: Tx,
  { accountId, tokenHash, passwordHash }: { accountId: number; tokenHash: Buffer; passwordHash: string },
): Promise<(() => void) | undefined> {
  const at = new Date(deps.clock.now())
  await lockSignIns(tx, accountId)
  if (!(await takeReset(tx, tokenHash, at))) return undefined
  // Whoever has the mail owns the address: that is what the code would have shown.
  await useCode(tx, accountId, at)
  const isNowCertified = await certifyAccount(tx, accountId, at)
  await setPassword(tx, accountId, passwordHash, at)
  const entry = { actorId: 0, subject: 'account', subjectId: accountId, action: 'PASSWORD_RESET' } as const
  const [before, after] = isNowCertified
    ? [{ role: 'UNCERTIFIED_USER' }, { role: 'CERTIFIED_USER' }]
    : [null, null]
  await writeAudit(tx, [{ ...entry, before, after }])
  return endAllSignIns(deps, tx, accountId)
}
