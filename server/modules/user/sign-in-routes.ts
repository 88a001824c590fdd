import type { Caller, Tokens } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { BASE, comeAgain, languageFor, NOTHING, requireValid, type Refusals } from './answers.ts'
import { checkLogIn } from './check-input.ts'
import { LogInAnswer, LogInRequest } from './contract.ts'
import type { DenyDeps } from './deny.ts'
import { logIn, type LogInDeps, type LogInOutcome } from './log-in.ts'
import { logOut } from './log-out.ts'
import { reissue, type ReissueOutcome } from './reissue.ts'
import {
  createTokenCookies,
  shownAccessToken,
  shownRefreshToken,
  type TokenCookies,
} from './token-cookies.ts'

export type SignInRouteDeps = LogInDeps &
  DenyDeps & { config: { secureCookies: boolean; rateFactor: number } }

const SIGN_IN_TAGS = ['로그인 / Sign in']

const LOG_IN_REFUSALS: Refusals<LogInOutcome, 'logged_in' | 'slow_down'> = {
  bad_credentials: 'BAD_CREDENTIALS',
  uncertified: 'UNCERTIFIED_EMAIL',
}
const REISSUE_REFUSALS: Refusals<ReissueOutcome, 'reissued'> = {
  expired: 'EXPIRED_JWT',
  refused: 'INVALID_JWT',
}
const WELCOME = { ko: '로그인 성공!', en: 'Logged in!' } as const

export function addSignInRoutes(http: Http, deps: SignInRouteDeps): void {
  const cookies = createTokenCookies({ secure: deps.config.secureCookies })
  addLogIn(http, deps, cookies)
  addLogOut(http, deps, cookies)
  addReissue(http, deps, cookies)
}

function addLogIn(http: Http, deps: SignInRouteDeps, cookies: TokenCookies): void {
  http.post(
    `${BASE}/login`,
    {
      attachValidation: true,
      schema: {
        tags: SIGN_IN_TAGS,
        summary: '로그인 / Log in',
        description:
          'Tokens come as cookies; the access token also in the header Authorization. Guessing is slowed down, for each account and for each address.',
        body: LogInRequest,
        response: { 200: LogInAnswer, ...problems('BAD_CREDENTIALS', 'UNCERTIFIED_EMAIL') },
      },
    },
    async (request, reply) => {
      const language = languageFor(request)
      requireValid(request, checkLogIn(request.body, language))
      const asked = request.headers['accept-language'] === undefined ? undefined : language
      const result = await logIn(deps, request.body, asked)
      if (result.outcome === 'slow_down') throw comeAgain(result)
      if (result.outcome !== 'logged_in') throw new AppError(LOG_IN_REFUSALS[result.outcome])
      cookies.give(reply, result.tokens)
      const { id, name, email } = result
      return { id, name, email, message: WELCOME[language] }
    },
  )
}

function addLogOut(http: Http, deps: SignInRouteDeps, cookies: TokenCookies): void {
  http.post(
    `${BASE}/logout`,
    {
      schema: {
        tags: SIGN_IN_TAGS,
        summary: '로그아웃 / Log out',
        description:
          'Ends the login of the tokens that are shown; their access tokens are refused at once. 204 also without any.',
        response: { 204: NOTHING },
      },
    },
    async (request, reply) => {
      const caller = callerOf(deps.tokens, shownAccessToken(request))
      await logOut(deps, { caller, refreshToken: shownRefreshToken(request)?.token })
      cookies.clear(reply)
      return reply.code(204).send(null)
    },
  )
}

function callerOf(tokens: Tokens, token: string | undefined): Caller | undefined {
  try {
    return token === undefined ? undefined : tokens.verify(token)
  } catch {
    // Expired, denied or not ours: nothing left to end.
    return undefined
  }
}

function addReissue(http: Http, deps: SignInRouteDeps, cookies: TokenCookies): void {
  http.post(
    `${BASE}/reissue`,
    {
      schema: {
        tags: SIGN_IN_TAGS,
        summary: '토큰 재발급 / Reissue the tokens',
        description:
          'For the cookie refreshToken or the header Refresh-Token. A refresh token works once; one that is used again ends the login.',
        response: { 204: NOTHING, ...problems('UNAUTHENTICATED', 'EXPIRED_JWT', 'INVALID_JWT') },
      },
    },
    async (request, reply) => {
      const shown = shownRefreshToken(request)
      if (shown === undefined) throw new AppError('UNAUTHENTICATED')
      const result = await reissue(deps, shown.token)
      if (result.outcome !== 'reissued') throw new AppError(REISSUE_REFUSALS[result.outcome])
      cookies.give(reply, result.tokens)
      if (shown.from === 'header') reply.header('refresh-token', `Bearer ${result.tokens.refreshToken}`)
      return reply.code(204).send(null)
    },
  )
}
