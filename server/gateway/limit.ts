// How often: by the account of who is signed in, else by the address. Says so in each answer (draft-ietf-httpapi-ratelimit-headers-06).
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { Counted, SharedCounters } from '../platform/shared-counters.ts'
import { createShortMemory } from '../platform/short-memory.ts'
import { LIMITS, type LimitName } from './rules.ts'

export interface Limiter {
  /** Counts the request; throws TOO_MANY_REQUESTS. A promise only where other processes must be asked. */
  count(request: FastifyRequest, reply: FastifyReply, name: LimitName): void | Promise<void>
}

interface LimitDeps {
  counters: SharedCounters
  clock: Clock
  /** All limits times this. */
  rateFactor: number
}

/** Keys that a process counts by itself. Past this many the oldest is forgotten, to its owner's advantage. */
const KEYS_MAX = 100_000

export function createLimiter({ counters, clock, rateFactor }: LimitDeps): Limiter {
  const scaled = (limit: number): number => Math.max(1, Math.round(limit * rateFactor))
  const windows = createShortMemory<{ count: number }>(clock, KEYS_MAX)
  const countHere = (key: string, windowMs: number): Counted => {
    const known = windows.find(key)
    if (known === undefined) {
      windows.set(key, { count: 1 }, windowMs)
      return { count: 1, msLeft: windowMs }
    }
    known.value.count += 1
    return { count: known.value.count, msLeft: known.msLeft }
  }
  return {
    count(request, reply, name) {
      const { max, free, windowSeconds } = LIMITS[name]
      const windowMs = windowSeconds * 1000
      const most = scaled(max)
      const freely = Math.round(free * rateFactor)
      const key = keyOf(request, name)
      const here = freely > 0 ? countHere(key, windowMs) : undefined
      if (here !== undefined && here.count <= freely) return tell(reply, most, here)
      // What was counted here alone is not in the shared count.
      return counters
        .countOne(key, { max: most - freely, windowMs })
        .then((shared) => tell(reply, most, { ...shared, count: shared.count + freely }))
    },
  }
}

function tell(reply: FastifyReply, max: number, { count, msLeft }: Counted): void {
  const secondsLeft = Math.max(1, Math.ceil(msLeft / 1000))
  reply.header('ratelimit-limit', max)
  reply.header('ratelimit-remaining', Math.max(0, max - count))
  reply.header('ratelimit-reset', secondsLeft)
  if (count > max) throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: secondsLeft })
}

function keyOf(request: FastifyRequest, name: LimitName): string {
  // Unset on routes that are open to everybody.
  const caller = request.caller as FastifyRequest['caller'] | null
  if (caller !== null) return `${name} user ${caller.userId}`
  // Each public route that guesses or mails counts for itself; reads count together.
  const what = LIMITS[name].free === 0 ? `${request.method} ${request.routeOptions.url}` : name
  return `${what} ${networkOf(request.ip)}`
}

/** One household has one IPv4 address, or 2^64 IPv6 addresses. */
function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped !== null) return mapped[1]!
  const [head = '', tail] = ip.split('::')
  const groups = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - last.length
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last].slice(0, 4).join(':')
}
