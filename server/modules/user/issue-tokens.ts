// An access token for minutes and, beside it, the refresh token that gets the next one.
import { createHash, randomBytes } from 'node:crypto'
import type { Tokens, UserRole } from '../../platform/auth.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import { insertRefreshToken } from './sql.ts'

export const ACCESS_TTL_SECONDS = 15 * 60
export const REFRESH_TTL_SECONDS = 24 * 60 * 60
/** However often it is reissued, a login ends after this. */
const SIGN_IN_TTL_SECONDS = 30 * 24 * 60 * 60
const TOKEN_BYTES = 32

export interface IssuedTokens {
  accessToken: string
  refreshToken: string
  refreshSeconds: number
}

export interface IssueDeps {
  tokens: Tokens
  ids: Ids
  clock: Clock
}

export interface SignIn {
  id: string
  accountId: number
  startedAt: Date
}

/** The id of the refresh token is the session id in the access token, so the deny-list can name exactly that one. */
export async function issueTokens(
  { tokens, ids, clock }: IssueDeps,
  tx: Tx,
  signIn: SignIn,
  role: UserRole,
  parentId: string | null,
): Promise<IssuedTokens> {
  const now = clock.now()
  const end = Math.min(
    now + REFRESH_TTL_SECONDS * 1000,
    signIn.startedAt.getTime() + SIGN_IN_TTL_SECONDS * 1000,
  )
  const id = ids.uuid()
  const refreshToken = randomBytes(TOKEN_BYTES).toString('base64url')
  await insertRefreshToken(tx, {
    id,
    signInId: signIn.id,
    parentId,
    tokenHash: hashToken(refreshToken),
    issuedAt: new Date(now),
    expiresAt: new Date(end),
  })
  const accessToken = tokens.sign({ userId: signIn.accountId, role, sessionId: id }, ACCESS_TTL_SECONDS)
  return { accessToken, refreshToken, refreshSeconds: Math.max(0, Math.floor((end - now) / 1000)) }
}

/** 256 random bits need no slow hash. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
