// Somebody deletes their account. The row goes; ids in orders and in the audit trail stay and lead to nobody.
import { writeAudit } from '../../platform/audit.ts'
import type { Caller } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import type { DepartRequest } from './profile-bodies.ts'
import type { OtherModules } from './contract.ts'
import { denyCaller, type DenyDeps } from './deny.ts'
import { endAllSignIns } from './end-sign-in.ts'
import { indexDeparted, openPersonal } from './personal.ts'
import { provePassword, type ProveDeps, type Refused } from './prove-password.ts'
import { deleteAccount, insertDeparted } from './sql-departed.ts'
import { findCredentials, lockSignIns, type Credentials } from './sql-password.ts'
import { lockForRoleChange } from './sql.ts'

export type DepartDeps = ProveDeps & DenyDeps & { others: OtherModules }

export type DepartOutcome =
  | { outcome: 'departed' }
  | { outcome: 'unknown_user' }
  | { outcome: 'has_orders' }
  | { outcome: 'last_admin' }
  | Refused

export async function depart(
  deps: DepartDeps,
  caller: Caller,
  { password, password2 }: DepartRequest,
): Promise<DepartOutcome> {
  const { database } = deps
  if (password !== password2) return { outcome: 'wrong_password' }
  const account = await findCredentials(database.db, caller.userId)
  if (account === undefined) return { outcome: 'unknown_user' }
  const refused = await provePassword(deps, account, password)
  if (refused !== undefined) return refused
  const { outcome, deny = [] } = await database.transaction((tx) =>
    decide(deps, tx, caller, account.passwordHash),
  )
  for (const one of deny) one()
  return { outcome }
}

interface Decision {
  outcome: Exclude<DepartOutcome['outcome'], 'slow_down'>
  /** What is to be refused from the commit on. */
  deny?: (() => void)[]
}

async function decide(deps: DepartDeps, tx: Tx, caller: Caller, provenHash: string): Promise<Decision> {
  const { userId } = caller
  await lockSignIns(tx, userId)
  // With every administrator, so that the last two can not go at once.
  const admins = (await lockForRoleChange(tx, userId)).filter(({ role }) => role === 'ADMIN')
  const account = await findCredentials(tx, userId)
  if (account === undefined) return { outcome: 'unknown_user' }
  if (account.passwordHash !== provenHash) return { outcome: 'wrong_password' }
  if (account.role === 'ADMIN' && admins.length === 1) return { outcome: 'last_admin' }
  if (await deps.others.orders.hasOrdersInProgress(tx, userId)) return { outcome: 'has_orders' }
  const deny = [await endAllSignIns(deps, tx, userId), await denyCaller(deps, tx, caller)]
  await erase(deps, tx, account)
  return { outcome: 'departed', deny }
}

/** All but the orders, which the law wants kept, and what was bought of open sales, under keyed hashes. */
async function erase({ pii, clock, others }: DepartDeps, tx: Tx, account: Credentials): Promise<void> {
  const { id, role } = account
  const person = { email: openPersonal(pii, 'email', account), phone: openPersonal(pii, 'phone', account) }
  const units = await others.orders.openUnits(tx, id)
  await insertDeparted(tx, indexDeparted(pii, person), units, new Date(clock.now()))
  await others.erase(tx, id)
  await deleteAccount(tx, id)
  const entry = { actorId: id, subject: 'account', subjectId: id, action: 'DELETE' } as const
  await writeAudit(tx, [{ ...entry, before: { role }, after: null }])
}
