import type { Tx } from '../../platform/db.ts'
import { denySessions, oldestLiveAccess, type DenyDeps } from './deny.ts'
import { endSignIns } from './sql-password.ts'
import { endSignIn, findSessionsOfSignIn } from './sql.ts'

/** Ends a login: no token of it is reissued, its access tokens are refused. Call the returned function after the commit. */
export async function endWholeSignIn(deps: DenyDeps, tx: Tx, signInId: string): Promise<() => void> {
  await endSignIn(tx, signInId, new Date(deps.clock.now()))
  return denySessions(deps, tx, await findSessionsOfSignIn(tx, signInId, oldestLiveAccess(deps.clock)))
}

/** The same for every login of an account, but one where `keptId` names it. They are locked by the caller: `lockSignIns`. */
export async function endAllSignIns(
  deps: DenyDeps,
  tx: Tx,
  accountId: number,
  keptId?: string,
): Promise<() => void> {
  const at = new Date(deps.clock.now())
  const issuedAfter = oldestLiveAccess(deps.clock)
  return denySessions(deps, tx, await endSignIns(tx, accountId, { keptId, at, issuedAfter }))
}
