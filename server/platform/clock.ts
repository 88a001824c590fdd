/** Time comes in from outside, so that tests can set it. */
export interface Clock {
  /** Milliseconds since the epoch by this machine. */
  now(): number
}

/** Waiting comes in from outside, too. */
export interface Timers {
  /** Runs `run` once, `ms` from now, unless the returned function was called before. */
  after(ms: number, run: () => void): () => void
  /** Runs `run` when everything that has arrived by now was looked at. */
  soon(run: () => void): void
  /** Runs `run` when what goes on at the moment has been done, before anything else is looked at. */
  next(run: () => void): void
}

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  soon: (run) => void setImmediate(run),
  next: (run) => process.nextTick(run),
}

export const systemClock: Clock = { now: () => Date.now() }

const SEOUL_OFFSET_MS = 9 * 60 * 60 * 1000

/** An instant as ISO 8601 in Korean time: `2026-01-02T03:04:05.678+09:00`. */
export function toSeoulIso(instant: Date | number): string {
  const ms = typeof instant === 'number' ? instant : instant.getTime()
  return new Date(ms + SEOUL_OFFSET_MS).toISOString().slice(0, -1) + '+09:00'
}

const ISO_LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/
const ISO_ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** The instant of an ISO 8601 date-time; one without a zone is Asia/Seoul. Undefined where it is none. */
export function parseInstant(text: string): Date | undefined {
  const zoned = ISO_LOCAL.test(text) ? `${text}+09:00` : ISO_ZONED.test(text) ? text : undefined
  if (zoned === undefined) return undefined
  const instant = new Date(zoned)
  if (Number.isNaN(instant.getTime())) return undefined
  // The engine rolls 31 February over to March: such a date is refused.
  const day = Number(zoned.slice(8, 10))
  const lastDay = new Date(Date.UTC(Number(zoned.slice(0, 4)), Number(zoned.slice(5, 7)), 0)).getUTCDate()
  return day >= 1 && day <= lastDay ? instant : undefined
}
