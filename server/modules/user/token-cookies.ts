// How tokens travel: as cookies for browsers, in headers for programs.
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ACCESS_TTL_SECONDS, type IssuedTokens } from './issue-tokens.ts'

const ACCESS = 'accessToken'
const REFRESH = 'refreshToken'
const REFRESH_HEADER = 'refresh-token'
const BEARER = /^bearer\s+/i
/** Longer ones are none of ours. */
const TOKEN_CHARACTERS_MAX = 2_000

export interface TokenCookies {
  give(reply: FastifyReply, tokens: IssuedTokens): void
  clear(reply: FastifyReply): void
}

export function createTokenCookies(options: { secure: boolean }): TokenCookies {
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: options.secure } as const
  const cookie = (name: string, value: string, maxAge: number): string =>
    fastifyCookie.serialize(name, value, { ...attributes, maxAge })
  return {
    give(reply, { accessToken, refreshToken, refreshSeconds }) {
      reply.header('set-cookie', [
        cookie(ACCESS, accessToken, ACCESS_TTL_SECONDS),
        cookie(REFRESH, refreshToken, refreshSeconds),
      ])
      reply.header('authorization', `Bearer ${accessToken}`).header('cache-control', 'no-store')
    },
    clear(reply) {
      reply.header('set-cookie', [cookie(ACCESS, '', 0), cookie(REFRESH, '', 0)])
    },
  }
}

export function shownAccessToken(request: FastifyRequest): string | undefined {
  return bearer(request.headers.authorization) ?? cookieOf(request, ACCESS)
}

/** A program sends its refresh token in a header and gets the next one back in the same way. */
export function shownRefreshToken(
  request: FastifyRequest,
): { token: string; from: 'header' | 'cookie' } | undefined {
  const header = request.headers[REFRESH_HEADER]
  const inHeader = bearer(typeof header === 'string' ? header : undefined)
  if (inHeader !== undefined) return { token: inHeader, from: 'header' }
  const inCookie = cookieOf(request, REFRESH)
  return inCookie === undefined ? undefined : { token: inCookie, from: 'cookie' }
}

function bearer(header: string | undefined): string | undefined {
  return header !== undefined && BEARER.test(header) ? decent(header.replace(BEARER, '').trim()) : undefined
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const { cookie } = request.headers
  return cookie === undefined ? undefined : decent(fastifyCookie.parse(cookie)[name])
}

const decent = (token: string | undefined): string | undefined =>
  token !== undefined && token !== '' && token.length <= TOKEN_CHARACTERS_MAX ? token : undefined
