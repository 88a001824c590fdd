// How often: by the account of who is signed in, else by the address. Says so in each answer (draft-ietf-httpapi-ratelimit-headers-06).
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { Counted, SharedCounters } from '../platform/shared-counters.ts'
import { createShortMemory, type ShortMemory } from '../platform/short-memory.ts'
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

/** Callers that a process counts by itself, for each limit. Past this many the oldest is forgotten, to its owner's advantage. */
const CALLERS_MAX = 100_000

export function createLimiter({ counters, clock, rateFactor }: LimitDeps): Limiter {
  const limits = Object.fromEntries(
    Object.entries(LIMITS).map(([name, limit]) => [
      name,
      scale(limit, rateFactor, createShortMemory(clock, CALLERS_MAX)),
    ]),
  ) as Record<LimitName, ScaledLimit>
  return {
    count(request, reply, name) {
      const limit = limits[name]
      const { max, free, windowMs } = limit
      const caller = callerOf(request)
      const here = free > 0 ? countHere(limit, caller) : undefined
      if (here !== undefined && here.count <= free) return tell(reply, limit, here)
      // What was counted here alone is not in the shared count.
      return counters
        .countOne(`${scopeOf(request, name)} ${caller}`, { max: max - free, windowMs })
        .then((shared) => tell(reply, limit, { ...shared, count: shared.count + free }))
    },
  }
}

interface ScaledLimit {
  max: number
  /** As it is told. */
  maxText: string
  /** Of these, what a process counts by itself. */
  free: number
  windowMs: number
  windows: Windows
}

type Windows = ShortMemory<{ count: number }>

function scale(
  { max, free, windowSeconds }: (typeof LIMITS)[LimitName],
  factor: number,
  windows: Windows,
): ScaledLimit {
  const scaled = Math.max(1, Math.round(max * factor))
  return {
    max: scaled,
    maxText: String(scaled),
    free: Math.round(free * factor),
    windowMs: windowSeconds * 1000,
    windows,
  }
}

function countHere({ windows, windowMs }: ScaledLimit, caller: string): Counted {
  const known = windows.find(caller)
  if (known === undefined) {
    windows.set(caller, { count: 1 }, windowMs)
    return { count: 1, msLeft: windowMs }
  }
  known.value.count += 1
  return { count: known.value.count, msLeft: known.msLeft }
}

function tell(reply: FastifyReply, { max, maxText }: ScaledLimit, { count, msLeft }: Counted): void {
  const secondsLeft = Math.max(1, Math.ceil(msLeft / 1000))
  // Text already: of a number Node makes text twice, once to check it.
  reply.headers({
    'ratelimit-limit': maxText,
    'ratelimit-remaining': String(Math.max(0, max - count)),
    'ratelimit-reset': String(secondsLeft),
  })
  if (count > max) throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: secondsLeft })
}

/** Unset on routes that are open to everybody. */
const accountOf = (request: FastifyRequest): FastifyRequest['caller'] | null => request.caller

function callerOf(request: FastifyRequest): string {
  const account = accountOf(request)
  return account === null ? networkOf(request.ip) : `user ${account.userId}`
}

/** Each public route that guesses or mails counts for itself; reads count together. */
function scopeOf(request: FastifyRequest, name: LimitName): string {
  const isAlone = LIMITS[name].free === 0 && accountOf(request) === null
  return isAlone ? `${request.method} ${request.routeOptions.url}` : name
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
