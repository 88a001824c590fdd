// Access tokens: who is calling, checked synchronously and without I/O.
import { createSigner, createVerifier, TokenError } from 'fast-jwt'
import { AppError, type ErrorCode } from './errors.ts'
import type { Clock } from './clock.ts'

const USER_ROLES = ['UNCERTIFIED_USER', 'CERTIFIED_USER', 'SELLER', 'ADMIN'] as const
export type UserRole = (typeof USER_ROLES)[number]

export interface Caller {
  userId: number
  role: UserRole
  /** The session token this access token was issued beside; the deny-list speaks of it. */
  sessionId: string
  /** Seconds since the epoch. */
  expiresAt: number
}

export interface Tokens {
  /** A signed access token for `ttlSeconds`. */
  sign(caller: Omit<Caller, 'expiresAt'>, ttlSeconds: number): string
  /** Throws EXPIRED_JWT, INVALID_JWT, UNSUPPORTED_JWT or ILLEGAL_ARGUMENT_JWT. */
  verify(token: string): Caller
  /**
   * The claims of a token that has our header and is not expired or denied. Unless `isVerified`, its signature is NOT checked: good only
   * for saying no.
   */
  peek(token: string): { caller: Caller; isVerified: boolean } | undefined
}

const ISSUER = 'hurry-up-order'
const AUDIENCE = 'hurry-up-order'
const TYPE = 'at+jwt'
const CACHE_GENERATION_MAX = 10_000
const TOKEN_CHARACTERS_MAX = 2_000

interface Payload {
  sub: string
  sid: string
  role: UserRole
  exp: number
}

export function createTokens(options: { secret: string; clock: Clock; denied: DenyList }): Tokens {
  const { clock, denied } = options
  const signer = createSigner({
    key: options.secret,
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: TYPE },
    iss: ISSUER,
    aud: AUDIENCE,
  })
  const verifier = createVerifier({
    key: options.secret,
    algorithms: ['HS256'],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    checkTyp: TYPE,
    requiredClaims: ['sub', 'sid', 'role', 'exp', 'iat'],
    ignoreExpiration: true,
  })
  const sign: Tokens['sign'] = (caller, ttlSeconds) => {
    const iat = Math.floor(clock.now() / 1000)
    return signer({
      sub: String(caller.userId),
      sid: caller.sessionId,
      role: caller.role,
      iat,
      exp: iat + ttlSeconds,
    })
  }
  const ourHeader = sign({ userId: 0, role: 'CERTIFIED_USER', sessionId: '' }, 0).split('.', 1)[0] + '.'
  const cache = createTokenCache(CACHE_GENERATION_MAX)

  const assertLive = (caller: Caller): Caller => {
    if (caller.expiresAt * 1000 <= clock.now()) throw new AppError('EXPIRED_JWT')
    if (denied.has(caller.sessionId)) throw new AppError('INVALID_JWT')
    return caller
  }
  return {
    sign,
    verify(token) {
      const known = cache.get(token)
      if (known !== undefined) return assertLive(known)
      if (token.length > TOKEN_CHARACTERS_MAX) throw new AppError('ILLEGAL_ARGUMENT_JWT')
      const caller = assertLive(toCaller(readVerified(verifier, token)))
      cache.set(token, caller)
      return caller
    },
    peek(token) {
      const known = cache.get(token)
      const caller = known ?? (token.startsWith(ourHeader) ? toPeeked(token, ourHeader.length) : undefined)
      if (caller === undefined || caller.expiresAt * 1000 <= clock.now() || denied.has(caller.sessionId))
        return undefined
      return { caller, isVerified: known !== undefined }
    },
  }
}

function readVerified(verifier: (token: string) => unknown, token: string): Payload {
  try {
    return verifier(token) as Payload
  } catch (error) {
    throw new AppError(
      error instanceof TokenError ? (TOKEN_ERRORS[error.code] ?? 'INVALID_JWT') : 'ILLEGAL_ARGUMENT_JWT',
      { cause: error },
    )
  }
}

const TOKEN_ERRORS: Record<string, ErrorCode> = {
  FAST_JWT_MALFORMED: 'ILLEGAL_ARGUMENT_JWT',
  FAST_JWT_INVALID_TYPE: 'ILLEGAL_ARGUMENT_JWT',
  FAST_JWT_INVALID_ALGORITHM: 'UNSUPPORTED_JWT',
  FAST_JWT_MISSING_SIGNATURE: 'UNSUPPORTED_JWT',
}

function toCaller(payload: Payload): Caller {
  const userId = Number(payload.sub)
  if (!Number.isSafeInteger(userId) || !USER_ROLES.includes(payload.role)) throw new AppError('INVALID_JWT')
  return { userId, role: payload.role, sessionId: payload.sid, expiresAt: payload.exp }
}

function toPeeked(token: string, start: number): Caller | undefined {
  const end = token.indexOf('.', start)
  if (end < 0 || token.length > TOKEN_CHARACTERS_MAX) return undefined
  try {
    const payload = JSON.parse(Buffer.from(token.slice(start, end), 'base64url').toString()) as Payload
    return typeof payload.exp === 'number' ? toCaller(payload) : undefined
  } catch {
    return undefined
  }
}

interface Checked {
  token: string
  caller: Caller
}

/** Characters of an HS256 signature in base64url: a key that is much cheaper to hash than the whole token. */
const SIGNATURE_CHARACTERS = 43

/** A bounded cache: when the young generation is full it becomes the old one, and the old one is forgotten. */
function createTokenCache(entriesMax: number): {
  get(token: string): Caller | undefined
  set(token: string, caller: Caller): void
} {
  let young = new Map<string, Checked>()
  let old = new Map<string, Checked>()
  const keep = (key: string, checked: Checked): void => {
    if (young.size >= entriesMax) {
      old = young
      young = new Map()
    }
    young.set(key, checked)
  }
  return {
    set: (token, caller) => keep(token.slice(-SIGNATURE_CHARACTERS), { token, caller }),
    get(token) {
      const key = token.slice(-SIGNATURE_CHARACTERS)
      const found = young.get(key)
      if (found !== undefined) return found.token === token ? found.caller : undefined
      const aged = old.get(key)
      if (aged?.token !== token) return undefined
      keep(key, aged)
      return aged.caller
    },
  }
}

/** Sessions whose access tokens are refused although they have not expired: logout, change of role. */
export interface DenyList {
  has(sessionId: string): boolean
  /** Refuses the session until `untilMs`, when its last access token has expired by itself. */
  add(sessionId: string, untilMs: number): void
}

const SWEEP_EVERY_ADDS = 1_000

export function createDenyList(clock: Clock): DenyList {
  const until = new Map<string, number>()
  let adds = 0
  return {
    has: (sessionId) => until.size > 0 && until.has(sessionId),
    add(sessionId, untilMs) {
      until.set(sessionId, untilMs)
      // Ended entries are harmless but must not pile up.
      if (++adds % SWEEP_EVERY_ADDS === 0)
        for (const [id, end] of until) if (end < clock.now()) until.delete(id)
    },
  }
}
