import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import type { GivenRole } from './contract.ts'
import { denySessions, oldestLiveAccess, type DenyDeps } from './deny.ts'
import { findSessionsOfAccount, lockForRoleChange, setRole } from './sql.ts'

export type ChangeRoleOutcome =
  { outcome: 'changed' } | { outcome: 'unknown_user' } | { outcome: 'last_admin' }

interface RoleChange {
  userId: number
  role: GivenRole
  changedBy: number
}

/** Counts at once: access tokens with the old role are refused, and the refresh token gets one with the new role. */
export async function changeRole(deps: DenyDeps, change: RoleChange): Promise<ChangeRoleOutcome> {
  const { result, deny } = await deps.database.transaction((tx) => decide(deps, tx, change))
  deny?.()
  return result
}

async function decide(
  deps: DenyDeps,
  tx: Tx,
  { userId, role, changedBy }: RoleChange,
): Promise<{ result: ChangeRoleOutcome; deny?: () => void }> {
  const locked = await lockForRoleChange(tx, userId)
  const account = locked.find(({ id }) => id === userId)
  if (account === undefined) return { result: { outcome: 'unknown_user' } }
  if (account.role === role) return { result: { outcome: 'changed' } }
  const isLastAdmin = account.role === 'ADMIN' && locked.length === 1
  if (isLastAdmin) return { result: { outcome: 'last_admin' } }
  const changedAt = new Date(deps.clock.now())
  await setRole(tx, userId, role, changedAt)
  const entry = { actorId: changedBy, subject: 'account', subjectId: userId, action: 'ROLE' } as const
  await writeAudit(tx, [{ ...entry, before: { role: account.role }, after: { role } }])
  const sessions = await findSessionsOfAccount(tx, userId, oldestLiveAccess(deps.clock))
  return { result: { outcome: 'changed' }, deny: await denySessions(deps, tx, sessions) }
}
