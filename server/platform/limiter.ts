// @fastify/rate-limit with counts that hold across processes. A module registers the plugin with these options, and says at
// each limited route how many, and by what key (`keyGenerator`; the caller's address unless told).
import { callbackify } from 'node:util'
import type {
  FastifyRateLimitStore,
  FastifyRateLimitStoreCtor,
  RateLimitPluginOptions,
} from '@fastify/rate-limit'
import { AppError } from './errors.ts'
import type { SharedCounters } from './shared-counters.ts'

export type Limiter = RateLimitPluginOptions

export function createLimiter(counters: SharedCounters): Limiter {
  return {
    global: false,
    // The plugin calls `new`: an arrow function would not do.
    store: function Store() {
      return storeOf(counters, '')
    } as unknown as FastifyRateLimitStoreCtor,
    // Thrown by the plugin: the common error handler makes the answer of it.
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)) }),
  }
}

/** Each route counts for itself. */
function storeOf(counters: SharedCounters, route: string): FastifyRateLimitStore {
  const countOne = callbackify(async (key: string, windowMs: number, max: number) => {
    const { count, msLeft } = await counters.countOne(`${route} ${key}`, { max, windowMs })
    return { current: count, ttl: msLeft }
  })
  return {
    incr: (key, callback, windowMs, max) => countOne(key, windowMs, max, callback),
    child(options) {
      // Its types speak of the route itself; what comes is the limit's options with the route inside.
      const { method, url } = (options as unknown as { routeInfo: { method: string; url: string } }).routeInfo
      return storeOf(counters, `${method} ${url}`)
    },
  }
}
