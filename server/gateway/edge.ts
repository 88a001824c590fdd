// Step 1 of the purchase line: who is calling, from which site, and how often. No business rule.
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, Tokens } from '../platform/auth.ts'
import { AppError } from '../platform/errors.ts'
import type { Http } from '../platform/http.ts'
import type { Limiter } from './limit.ts'
import { RULES, type RouteRule } from './rules.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's row of rules.ts; set here where the route does not bring one of its own, as probes of tests do. */
    rule?: RouteRule
    /** The handler itself calls `authenticate` before it does anything but refuse: see `deferred` below. */
    deferred?: boolean
  }
  interface FastifyRequest {
    /** Set on every route that is not open to everybody. */
    caller: Caller
    /** False where a deferred route is entered with a token whose signature has not been checked yet. */
    isVerified: boolean
  }
}

const NOBODY = null as unknown as Caller
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** For answers that are data. Pages bring their own policy. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const
const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } as const

export function guardEdge(
  http: Http,
  options: { tokens: Tokens; publicUrl: string | undefined; isSecure: boolean; limiter: Limiter },
): void {
  const { tokens, publicUrl, limiter } = options
  const securityHeaders = { ...SECURITY_HEADERS, ...(options.isSecure && STRICT_TRANSPORT) }
  // Only to load it: its `parse` and `serialize` work after that. No hook, so that the purchase line does not pay for it.
  void http.register(fastifyCookie, { hook: false })
  http.decorateRequest('caller', NOBODY)
  http.decorateRequest('isVerified', false)
  http.addHook('onRoute', (route) => {
    const rule = route.config?.rule ?? ruleOf(route.method, route.url)
    if (rule === undefined)
      throw new Error(`${String(route.method)} ${route.url} has no rule: deny by default`)
    route.config = { ...route.config, rule }
  })
  http.addHook('onRequest', (request, reply, done) => {
    try {
      reply.headers(securityHeaders)
      const { rule, deferred } = request.routeOptions.config
      if (!READS.has(request.method) && rule?.fromElsewhere !== true) refuseCrossSite(request, publicUrl)
      // Nothing is at this address.
      if (rule === undefined) return done()
      if (rule.who !== 'everybody') {
        const token = requireToken(request)
        // A deferred route is entered with claims that only look right: enough to be refused a sold-out item for, no more.
        const peeked = deferred === true ? tokens.peek(token) : undefined
        request.caller = peeked?.caller ?? tokens.verify(token)
        request.isVerified = peeked?.isVerified ?? true
        if (!rule.who.includes(request.caller.role)) throw new AppError('UNAUTHORIZED_ACCESS')
        if (rule.whose === 'self') requireSelf(request, rule)
      }
      const counted = deferred === true ? undefined : limiter.count(request, reply, rule.limit)
      if (counted === undefined) done()
      // eslint-disable-next-line promise/no-callback-in-promise -- Fastify's hooks with `done` cost less than async ones
      else counted.then(() => done(), done)
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Fastify answers HEAD wherever it answers GET. */
function ruleOf(method: string | readonly string[], url: string): RouteRule | undefined {
  const name = String(method)
  return RULES[`${name === 'HEAD' ? 'GET' : name} ${url}`]
}

function requireSelf({ caller, params }: FastifyRequest, rule: RouteRule): void {
  const isSelf = (params as { userId?: string }).userId === String(caller.userId)
  if (!isSelf && !(rule.orAdmin === true && caller.role === 'ADMIN'))
    throw new AppError('UNAUTHORIZED_ACCESS')
}

/** The caller of a deferred route, the signature now checked. Throws the 401 codes. */
export function authenticate(tokens: Tokens, request: FastifyRequest): Caller {
  if (!request.isVerified) {
    request.caller = tokens.verify(requireToken(request))
    request.isVerified = true
  }
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
