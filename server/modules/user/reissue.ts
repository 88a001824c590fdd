// New tokens for a refresh token, which is thereby spent (RFC 9700, 4.14.2: rotation with detection of reuse).
import type { Tx } from '../../platform/db.ts'
import type { DenyDeps } from './deny.ts'
import { endWholeSignIn } from './end-sign-in.ts'
import { hashToken, issueTokens, type IssueDeps, type IssuedTokens } from './issue-tokens.ts'
import {
  extendSignIn,
  findRefreshToken,
  findSuccessors,
  holdAccount,
  lockSignInOfToken,
  spendToken,
} from './sql.ts'

/**
 * An answer can be lost and two tabs can ask at once. Within this time a spent token still gets a successor, at most
 * `SUCCESSORS_MAX` and only while none of them was used. The first of them that is used passes the others over, and a
 * passed-over or spent token that comes back after that ends the login: its owner and a thief can not both go on.
 */
const GRACE_MS = 10_000
const SUCCESSORS_MAX = 3

export type ReissueOutcome =
  { outcome: 'reissued'; tokens: IssuedTokens } | { outcome: 'expired' } | { outcome: 'refused' }

export async function reissue(deps: IssueDeps & DenyDeps, refreshToken: string): Promise<ReissueOutcome> {
  const { result, deny } = await deps.database.transaction((tx) => decide(deps, tx, hashToken(refreshToken)))
  deny?.()
  return result
}

interface Decision {
  result: ReissueOutcome
  /** What is to be refused from the commit on. */
  deny?: () => void
}

async function decide(deps: IssueDeps & DenyDeps, tx: Tx, tokenHash: Buffer): Promise<Decision> {
  const locked = await lockSignInOfToken(tx, tokenHash)
  const token = locked === undefined ? undefined : await findRefreshToken(tx, tokenHash)
  if (token === undefined || token.endedAt !== null) return { result: { outcome: 'refused' } }
  if (await isReuse(deps, tx, token)) {
    return { result: { outcome: 'refused' }, deny: await endWholeSignIn(deps, tx, token.signInId) }
  }
  const isExpired = token.expiresAt.getTime() <= deps.clock.now()
  return { result: isExpired ? { outcome: 'expired' } : await rotate(deps, tx, token) }
}

type Token = NonNullable<Awaited<ReturnType<typeof findRefreshToken>>>

async function isReuse({ clock }: IssueDeps, tx: Tx, token: Token): Promise<boolean> {
  if (token.passedOverAt !== null) return true
  if (token.spentAt === null) return false
  if (clock.now() - token.spentAt.getTime() > GRACE_MS) return true
  const successors = await findSuccessors(tx, token.signInId, token.id)
  return (
    successors.length >= SUCCESSORS_MAX ||
    successors.some(({ spentAt, passedOverAt }) => spentAt !== null || passedOverAt !== null)
  )
}

/** The role is read anew: whoever was made a seller since is one from here on. */
async function rotate(deps: IssueDeps, tx: Tx, token: Token): Promise<ReissueOutcome> {
  const account = await holdAccount(tx, token.accountId)
  if (account === undefined) return { outcome: 'refused' }
  const now = deps.clock.now()
  if (token.spentAt === null) await spendToken(tx, token, new Date(now))
  const signIn = { id: token.signInId, accountId: token.accountId, startedAt: token.startedAt }
  const tokens = await issueTokens(deps, tx, signIn, account.role, token.id)
  await extendSignIn(tx, token.signInId, new Date(now + tokens.refreshSeconds * 1000))
  return { outcome: 'reissued', tokens }
}
