// Counts that hold across processes: kept in a place that all share, remembered here to say no cheaply, and kept here alone
// while that place is away.
import type { Clock } from './clock.ts'
import { sqlState } from './db.ts'
import type { Log } from './log.ts'
import { createShortMemory, type ShortMemory } from './short-memory.ts'

export interface Counted {
  count: number
  /** Until the window ends; the next one counts from nothing. */
  msLeft: number
}

/** Adds to the count of the key's window, in one atomic step; opens a window where none is live. */
export type AddToCount = (key: string, add: number, windowMs: number) => Promise<Counted>

export interface SharedCounters {
  /** Counts one more. A count past `max` says no; how far past it is need not be exact. */
  countOne(key: string, limit: { max: number; windowMs: number }): Promise<Counted>
}

interface CounterDeps {
  add: AddToCount
  clock: Clock
  log: Log
}

export function createSharedCounters(deps: CounterDeps): SharedCounters {
  const known = createShortMemory<number>(deps.clock)
  const addInTurn = createTurns(createAdd(deps, known))
  return {
    async countOne(key, { max, windowMs }) {
      const last = known.find(key)
      // Within a window a count only grows: whoever is known to be at the limit costs nothing more.
      if (last !== undefined && last.value >= max) return { count: last.value + 1, msLeft: last.msLeft }
      return addInTurn(key, windowMs)
    },
  }
}

/** While the shared place fails, this process goes on from what it knows, and asks again after this. */
const AWAY_MS = 1_000
/** One answer that never comes must not hold up all the others of its key. */
const ANSWER_MS_MAX = 2_000

/** Adds in the shared place, or here where that fails: a limit that can not be counted must not stop what it limits. */
function createAdd({ add, clock, log }: CounterDeps, known: ShortMemory<number>): AddToCount {
  const away = createShortMemory<true>(clock, 1)
  const isAway = (): boolean => away.find('') !== undefined
  const addShared: AddToCount = async (...given) => {
    try {
      if (!isAway()) return await inTime(add(...given))
    } catch (error) {
      if (!isAway())
        log.warn({ code: sqlState(error) }, 'limits are counted by this process alone for a while')
      away.set('', true, AWAY_MS)
    }
    return addHere(...given)
  }
  const addHere = (key: string, more: number, windowMs: number): Counted => {
    const last = known.find(key)
    return { count: (last?.value ?? 0) + more, msLeft: last?.msLeft ?? windowMs }
  }
  return async (key, more, windowMs) => {
    const counted = await addShared(key, more, windowMs)
    known.set(key, counted.count, counted.msLeft)
    return counted
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(Object.assign(new Error('counting took too long'), { code: 'ETIMEDOUT' }))
  }, ANSWER_MS_MAX)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

type Answer = (counted: Counted) => void

/**
 * One addition at a time for each key; those who come meanwhile are counted together by the next. So a burst from one
 * address holds one connection, and two statements tell it that it is over.
 */
function createTurns(add: AddToCount): (key: string, windowMs: number) => Promise<Counted> {
  const waiting = new Map<string, Answer[]>()
  const run = async (key: string, windowMs: number, first: Answer): Promise<void> => {
    for (let batch = [first]; batch.length > 0; batch = waiting.get(key)?.splice(0) ?? []) {
      // eslint-disable-next-line no-await-in-loop -- one after the other is the point
      const { count, msLeft } = await add(key, batch.length, windowMs)
      for (const [index, answer] of batch.entries())
        answer({ count: count - batch.length + index + 1, msLeft })
    }
    waiting.delete(key)
  }
  return (key, windowMs) =>
    new Promise((resolve) => {
      const queue = waiting.get(key)
      if (queue !== undefined) return void queue.push(resolve)
      waiting.set(key, [])
      void run(key, windowMs, resolve)
    })
}
