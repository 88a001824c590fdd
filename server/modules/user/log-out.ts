import type { Caller } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import { denyCaller, isOurSession, type DenyDeps } from './deny.ts'
import { endWholeSignIn } from './end-sign-in.ts'
import { hashToken } from './issue-tokens.ts'
import { findSignInOfSession, lockSignInOfToken } from './sql.ts'

/** Ends every login the request shows a token of. Showing none, or a dead one, is no error: the wish is fulfilled. */
export async function logOut(
  deps: DenyDeps,
  shown: { caller: Caller | undefined; refreshToken: string | undefined },
): Promise<void> {
  const { caller, refreshToken } = shown
  if (caller === undefined && refreshToken === undefined) return
  const afterCommit = await deps.database.transaction(async (tx) => {
    const signInIds = await findSignIns(tx, caller, refreshToken)
    const denials: (() => void)[] = []
    // Two at most: the cookie's and, where it is another, the access token's.
    // eslint-disable-next-line no-await-in-loop
    for (const id of signInIds) denials.push(await endWholeSignIn(deps, tx, id))
    if (caller !== undefined) denials.push(await denyCaller(deps, tx, caller))
    return denials
  })
  for (const deny of afterCommit) deny()
}

async function findSignIns(
  tx: Tx,
  caller: Caller | undefined,
  refreshToken: string | undefined,
): Promise<Set<string>> {
  const found = new Set<string>()
  const ofRefresh =
    refreshToken === undefined ? undefined : await lockSignInOfToken(tx, hashToken(refreshToken))
  if (ofRefresh !== undefined) found.add(ofRefresh.id)
  const ofAccess =
    caller !== undefined && isOurSession(caller) ? await findSignInOfSession(tx, caller.sessionId) : undefined
  if (ofAccess !== undefined) found.add(ofAccess.signInId)
  return found
}
