// How often one address may call the routes that guess, mail or hash.
import type { RateLimitOptions, RateLimitPluginOptions } from '@fastify/rate-limit'
import { AppError } from '../../platform/errors.ts'

const MINUTE_MS = 60_000

const PER_MINUTE = { signUp: 30, logIn: 30, verify: 30, resend: 10, reissue: 60, logOut: 60 } as const
export const FREE_LOG_IN_TRIES = 10
export const RESEND_GAP_MS = 30_000

export type Limited = keyof typeof PER_MINUTE

export const LIMITER: RateLimitPluginOptions = {
  global: false,
  cache: 20_000,
  // Thrown by the plugin: the common error handler makes the answer of it.
  errorResponseBuilder: (_request, { ttl }) =>
    new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)) }),
}

export function limitOf(what: Limited, rateFactor: number): RateLimitOptions {
  return { max: scaled(PER_MINUTE[what], rateFactor), timeWindow: MINUTE_MS }
}

export const scaled = (limit: number, rateFactor: number): number =>
  Math.max(1, Math.round(limit * rateFactor))
