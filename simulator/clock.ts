// The simulator's time: real time and an offset that tests move, so that ten minutes or fifteen days pass at once.

export interface Clock {
  now(): number
}

export interface SimulatorClock extends Clock {
  offsetMs(): number
  setOffset(ms: number): void
}

export function createClock(base: Clock = { now: () => Date.now() }): SimulatorClock {
  let offset = 0
  return {
    now: () => base.now() + offset,
    offsetMs: () => offset,
    setOffset(ms) {
      offset = ms
    },
  }
}

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
const SEOUL_OFFSET_MS = 9 * HOUR_MS

const seoul = (ms: number): string => new Date(ms + SEOUL_OFFSET_MS).toISOString()

// Formatting an instant is the dearest part of an answer, and all answers of a second share it.
let lastSecond = Number.NaN
let lastText = ''

/** As Toss writes instants: `2026-01-02T03:04:05+09:00`. */
export function toTossTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== lastSecond) {
    lastText = `${seoul(second * 1000).slice(0, 19)}+09:00`
    lastSecond = second
  }
  return lastText
}

/** As Toss writes the time of an event: local, six digits, no zone. */
export const toTossEventTime = (ms: number): string => `${seoul(ms).slice(0, -1)}000`

/** As NICEPAY writes instants: `2026-01-02T03:04:05.000+0900`. */
export const toNiceTime = (ms: number): string => `${seoul(ms).slice(0, 19)}.000+0900`

/** The day in Korea: `2026-01-02`. */
export const toSeoulDay = (ms: number): string => seoul(ms).slice(0, 10)

const DAY = /^\d{4}-\d{2}-\d{2}$/
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/

/** A day, or a local date-time, of Korea. Undefined where it is neither. */
export function parseSeoul(text: string): number | undefined {
  const zoned = DAY.test(text) ? `${text}T00:00:00+09:00` : LOCAL.test(text) ? `${text}+09:00` : text
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? undefined : ms
}
