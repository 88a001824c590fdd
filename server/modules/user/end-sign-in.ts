import type { Tx } from '../../platform/db.ts'
import { denySessions, oldestLiveAccess, type DenyDeps } from './deny.ts'
import { endSignIn, findSessionsOfSignIn } from './sql.ts'

/** Ends a login: no token of it is reissued, its access tokens are refused. Call the returned function after the commit. */
export async function endWholeSignIn(deps: DenyDeps, tx: Tx, signInId: string): Promise<() => void> {
  await endSignIn(tx, signInId, new Date(deps.clock.now()))
  return denySessions(deps, tx, await findSessionsOfSignIn(tx, signInId, oldestLiveAccess(deps.clock)))
}
