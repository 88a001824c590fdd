// Step 1 of the purchase line: who is calling, and from which site. No business rule.
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, Tokens, UserRole } from '../platform/auth.ts'
import { AppError } from '../platform/errors.ts'
import type { Http } from '../platform/http.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route: everybody, or callers with one of these roles. A route without it is refused at start. */
    access?: 'public' | readonly UserRole[]
    /** The handler itself calls `authenticate` before it does anything but refuse: see `deferred` below. */
    deferred?: boolean
  }
  interface FastifyRequest {
    /** Set on every route that is not public. */
    caller: Caller
  }
}

export const SIGNED_IN: readonly UserRole[] = ['UNCERTIFIED_USER', 'CERTIFIED_USER', 'SELLER', 'ADMIN']
export const BUYERS: readonly UserRole[] = ['CERTIFIED_USER', 'SELLER', 'ADMIN']
export const SELLERS: readonly UserRole[] = ['SELLER', 'ADMIN']
export const ADMINS: readonly UserRole[] = ['ADMIN']

const NOBODY = null as unknown as Caller
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

export function guardEdge(http: Http, options: { tokens: Tokens; publicUrl: string | undefined }): void {
  const { tokens } = options
  // Only to load it: its `parse` and `serialize` work after that. No hook, so that the purchase line does not pay for it.
  void http.register(fastifyCookie, { hook: false })
  http.decorateRequest('caller', NOBODY)
  http.addHook('onRoute', (route) => {
    if (route.config?.access === undefined)
      throw new Error(`${String(route.method)} ${route.url} has no config.access: deny by default`)
  })
  http.addHook('onRequest', (request, _reply, done) => {
    try {
      const { access, deferred } = request.routeOptions.config
      if (!READS.has(request.method)) refuseCrossSite(request, options.publicUrl)
      if (access !== undefined && access !== 'public') {
        const token = requireToken(request)
        // A deferred route is entered with claims that only look right: enough to be refused a sold-out item for, no more.
        request.caller = (deferred === true ? tokens.peek(token) : undefined) ?? tokens.verify(token)
        requireRole(request.caller, access)
      }
      done()
    } catch (error) {
      done(error as Error)
    }
  })
}

/** The caller of a deferred route, the signature now checked. Throws the 401 codes. */
export function authenticate(tokens: Tokens, request: FastifyRequest): Caller {
  request.caller = tokens.verify(requireToken(request))
  return request.caller
}

/** For `errorHandler` of a deferred route: a forged token is told so before its body is criticised. */
export function authenticateFirst(
  tokens: Tokens,
): (error: Error, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, _reply) => {
    authenticate(tokens, request)
    throw error
  }
}

function requireToken(request: FastifyRequest): string {
  const token = bearerToken(request.headers.authorization) ?? cookieToken(request.headers.cookie)
  if (token === undefined) throw new AppError('UNAUTHENTICATED')
  return token
}

function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (!/^bearer /i.test(header)) throw new AppError('UNSUPPORTED_JWT')
  return header.slice(7).trim()
}

function cookieToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : fastifyCookie.parse(header)['accessToken']
}

function requireRole(caller: Caller, access: readonly UserRole[]): void {
  if (!access.includes(caller.role)) throw new AppError('UNAUTHORIZED_ACCESS')
}

/** A write whose credentials a browser adds by itself must come from our own pages. No such header: not a browser. */
function refuseCrossSite(request: FastifyRequest, publicUrl: string | undefined): void {
  if (request.headers.authorization !== undefined) return
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  if (site !== undefined) throw new AppError('CROSS_SITE_REQUEST')
  const { origin } = request.headers
  if (origin === undefined) return
  const allowed = publicUrl === undefined ? request.headers.host : new URL(publicUrl).host
  if (!URL.canParse(origin) || new URL(origin).host !== allowed) throw new AppError('CROSS_SITE_REQUEST')
}
