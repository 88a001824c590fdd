// What many read at once, kept for less than a second: one load a key however many ask, and never older than it says.
import type { Clock } from './clock.ts'

export interface Loaded<Value> {
  /** Undefined: there is no such thing. */
  value: Value | undefined
  /** Where it changes by itself before the usual time is over: how long after the moment it was read. */
  freshMs?: number | undefined
}

/** Answers in the order of the keys. */
type Load<Key, Value> = (keys: readonly Key[]) => Promise<readonly Loaded<Value>[]>

export interface ReadCache<Key, Value> {
  /** At once where it is known. */
  read(key: Key, load: Load<Key, Value>): Value | undefined | Promise<Value | undefined>
  /** The same for several: one load for all that are not known. In the order of the keys. */
  readMany(keys: readonly Key[], load: Load<Key, Value>): Promise<(Value | undefined)[]>
  /** What is known now, however it is meant to be used: to decide whether news are news. */
  peek(key: Key): Value | undefined
  /** Whoever asks from now on gets what is loaded from now on. */
  forget(keys: readonly Key[]): void
  /** From now on these are at most `ms` old: for news that come too often to load each time. */
  shorten(keys: readonly Key[], ms: number): void
  forgetAll(): void
}

/** Of its life. */
const REFRESH_AFTER = 2 / 3

interface Entry<Value> {
  value: Value | undefined
  sinceMs: number
  untilMs: number
}

interface Flight<Value> {
  answer: Promise<Value | undefined>
  sinceMs: number
  /** Shortened while it was on its way. */
  freshMs: number
  isForgotten: boolean
}

/**
 * An age counts from the moment at which the load began: nothing that was committed before a caller asks is missing in the
 * answer for longer than `freshMs`. Whoever finds a load on its way that began too long ago, or was forgotten since, waits for it
 * to end and shares the next one; so there is one load of a key at a time, whatever happens.
 */
export function createReadCache<Key, Value>(options: {
  clock: Clock
  freshMs: number
  entriesMax: number
  /** Keys that lead to nothing are kept apart, so that they push nothing out. */
  missingMax: number
}): ReadCache<Key, Value> {
  const { clock, freshMs } = options
  const found = createEntries<Key, Value>(options.entriesMax)
  const missing = createEntries<Key, Value>(options.missingMax)
  const flights = new Map<Key, Flight<Value>>()

  const freshEntry = (key: Key, now = clock.now()): Entry<Value> | undefined => {
    const entry = found.get(key) ?? missing.get(key)
    return entry !== undefined && isWithin(entry, now) ? entry : undefined
  }
  /** What many ask for is loaded again before it ends, so that nobody waits for it. */
  const isDueSoon = (key: Key, { value, sinceMs, untilMs }: Entry<Value>, now: number): boolean =>
    value !== undefined && now - sinceMs > (untilMs - sinceMs) * REFRESH_AFTER && !flights.has(key)

  /** Starts one load for all of these, none of which is on its way. */
  const start = (keys: readonly Key[], load: Load<Key, Value>): void => {
    const sinceMs = clock.now()
    const loading = load(keys)
    keys.forEach((key, at) => {
      const flight: Flight<Value> = {
        sinceMs,
        freshMs,
        isForgotten: false,
        answer: loading.then((answers) => {
          flights.delete(key)
          const loaded = answers[at]
          if (!flight.isForgotten) keep(key, flight, loaded)
          return loaded?.value
        }),
      }
      // Those who wait are told; here it only leaves the way free.
      flight.answer.catch(() => flights.delete(key))
      flights.set(key, flight)
    })
  }
  const keep = (key: Key, flight: Flight<Value>, loaded: Loaded<Value> | undefined): void => {
    const { sinceMs } = flight
    const value = loaded?.value
    const untilMs = sinceMs + Math.min(flight.freshMs, loaded?.freshMs ?? freshMs)
    const [to, other] = value === undefined ? [missing, found] : [found, missing]
    other.delete(key)
    to.set(key, { value, sinceMs, untilMs })
  }

  const join = (key: Key): Promise<Value | undefined> | 'later' | undefined => {
    const flight = flights.get(key)
    if (flight === undefined) return undefined
    const isRecent = isWithin({ sinceMs: flight.sinceMs, untilMs: flight.sinceMs + freshMs }, clock.now())
    return isRecent && !flight.isForgotten ? flight.answer : 'later'
  }
  /** When its load has ended, well or not. */
  const landed = async (key: Key): Promise<void> => {
    await flights.get(key)?.answer.catch(() => undefined)
  }

  const readMany = async (keys: readonly Key[], load: Load<Key, Value>): Promise<(Value | undefined)[]> => {
    const later = new Set<Key>()
    const due = new Set<Key>()
    const now = clock.now()
    const entries = keys.map((key) => {
      const entry = freshEntry(key, now)
      if (entry !== undefined) {
        if (isDueSoon(key, entry, now)) due.add(key)
      } else if (join(key) === 'later') later.add(key)
      else if (!flights.has(key)) due.add(key)
      return entry
    })
    if (due.size > 0) start([...due], load)
    const waits = keys.map(async (key, at) =>
      entries[at] !== undefined || later.has(key) ? undefined : flights.get(key)?.answer,
    )
    const lateKeys = [...later]
    const readLate = async (): Promise<(Value | undefined)[]> => {
      if (lateKeys.length === 0) return []
      await Promise.all(lateKeys.map(landed))
      return readMany(lateKeys, load)
    }
    const [values, lateValues] = await Promise.all([Promise.all(waits), readLate()])
    const lateOf = new Map(lateKeys.map((key, at) => [key, lateValues[at]]))
    return keys.map((key, at) => entries[at]?.value ?? values[at] ?? lateOf.get(key))
  }

  const read = (key: Key, load: Load<Key, Value>): Value | undefined | Promise<Value | undefined> => {
    const now = clock.now()
    const entry = freshEntry(key, now)
    if (entry !== undefined) {
      if (isDueSoon(key, entry, now)) start([key], load)
      return entry.value
    }
    const joined = join(key)
    if (joined === 'later') return landed(key).then(() => read(key, load))
    if (joined !== undefined) return joined
    start([key], load)
    return flights.get(key)!.answer
  }

  const forgetFlight = (flight: Flight<Value>): void => void (flight.isForgotten = true)
  return {
    read,
    readMany,
    peek: (key) => freshEntry(key)?.value,
    forget(keys) {
      for (const key of keys) {
        found.delete(key)
        missing.delete(key)
        const flight = flights.get(key)
        if (flight !== undefined) forgetFlight(flight)
      }
    },
    shorten(keys, ms) {
      for (const key of keys) {
        const entry = found.get(key) ?? missing.get(key)
        if (entry !== undefined) entry.untilMs = Math.min(entry.untilMs, entry.sinceMs + ms)
        const flight = flights.get(key)
        if (flight !== undefined) flight.freshMs = Math.min(flight.freshMs, ms)
      }
    },
    forgetAll() {
      found.clear()
      missing.clear()
      flights.forEach(forgetFlight)
    },
  }
}

/** A clock that was set back must not make anything last longer. */
const isWithin = ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }, now: number): boolean =>
  now >= sinceMs && now < untilMs

interface Entries<Key, Value> {
  get(key: Key): Entry<Value> | undefined
  set(key: Key, entry: Entry<Value>): void
  delete(key: Key): void
  clear(): void
}

/** What was loaded longest ago goes first: it has the least time left. No look-up has to keep count of use. */
function createEntries<Key, Value>(entriesMax: number): Entries<Key, Value> {
  const entries = new Map<Key, Entry<Value>>()
  return {
    get: (key) => entries.get(key),
    set(key, entry) {
      entries.delete(key)
      entries.set(key, entry)
      const oldest = entries.size > entriesMax ? entries.keys().next() : undefined
      if (oldest?.done === false) entries.delete(oldest.value)
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  }
}
