// Slows guessing at one account down, whatever addresses it comes from; the same for accounts that do not exist.
import type { Clock } from '../../platform/clock.ts'

export interface SlowDown {
  /** Counts a try. Seconds to wait where it may not be made now, else 0. */
  enter(key: string): number
  /** The try was a success. */
  forgive(key: string): void
}

const WAIT_SECONDS_MAX = 60
const FORGET_MS = 15 * 60 * 1000
const KEYS_MAX = 20_000

interface Tries {
  count: number
  lastAt: number
  nextAt: number
}

/** The first `freeTries` cost nothing; each further one must wait twice as long as the one before, at most a minute. */
export function createSlowDown(options: { clock: Clock; freeTries: number }): SlowDown {
  const { clock, freeTries } = options
  const known = new Map<string, Tries>()
  return {
    enter(key) {
      const now = clock.now()
      const last = known.get(key)
      if (last !== undefined && last.nextAt > now) return Math.ceil((last.nextAt - now) / 1000)
      const count = last === undefined || now - last.lastAt > FORGET_MS ? 1 : last.count + 1
      const waitSeconds = count > freeTries ? Math.min(2 ** (count - freeTries), WAIT_SECONDS_MAX) : 0
      // Set anew, so that the map's order is that of the last try and the oldest goes first.
      known.delete(key)
      known.set(key, { count, lastAt: now, nextAt: now + waitSeconds * 1000 })
      const oldest = known.size > KEYS_MAX ? known.keys().next().value : undefined
      if (oldest !== undefined) known.delete(oldest)
      return 0
    },
    forgive: (key) => void known.delete(key),
  }
}
