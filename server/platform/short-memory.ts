// What this process knows for a while, key by key: bounded, so that a flood of keys costs look-ups and not memory.
import type { Clock } from './clock.ts'

export interface ShortMemory<Value> {
  find(key: string): { value: Value; msLeft: number } | undefined
  /** Known from now on for `ms`. */
  set(key: string, value: Value, ms: number): void
  forget(key: string): void
}

interface Entry<Value> {
  value: Value
  since: number
  until: number
}

const KEYS_MAX = 20_000

export function createShortMemory<Value>(clock: Clock, keysMax: number = KEYS_MAX): ShortMemory<Value> {
  const entries = new Map<string, Entry<Value>>()
  return {
    find(key) {
      const entry = entries.get(key)
      const now = clock.now()
      // A clock that was set back must not make anything last longer.
      if (entry === undefined || now < entry.since || now >= entry.until) return undefined
      return { value: entry.value, msLeft: entry.until - now }
    },
    set(key, value, ms) {
      const since = clock.now()
      // Set anew, so that the map's order is that of the last time and the oldest goes first.
      entries.delete(key)
      entries.set(key, { value, since, until: since + ms })
      const oldest = entries.size > keysMax ? entries.keys().next().value : undefined
      if (oldest !== undefined) entries.delete(oldest)
    },
    forget: (key) => void entries.delete(key),
  }
}
