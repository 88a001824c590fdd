// The server's clock as seen from here: the offset of the round trip that took least of five, and how far off it can be.
import { createListeners } from '../listeners.ts'

export interface ClockReading {
  /** Server time = Date.now() + offsetMs … */
  offsetMs: number
  /** … give or take this: half of the best round trip. */
  accuracyMs: number
}

interface RoundTrip {
  sentAt: number
  receivedAt: number
  serverTime: number
  /** How far off the server's own reading may be. */
  errorMs: number
}

/** The server read its clock somewhere between the two moments: the shorter the trip, the surer. Undefined without any. */
export function bestOf(trips: readonly RoundTrip[]): ClockReading | undefined {
  const best = trips.toSorted((a, b) => tripMs(a) - tripMs(b)).at(0)
  if (best === undefined) return undefined
  const half = tripMs(best) / 2
  return { offsetMs: best.serverTime - (best.sentAt + half), accuracyMs: half + best.errorMs }
}

const tripMs = ({ sentAt, receivedAt }: RoundTrip): number => receivedAt - sentAt

const TRIPS = 5
const TRIP_MS_MAX = 3_000
/** Clocks drift some ten milliseconds an hour; networks change sooner. */
const AGAIN_MS = 5 * 60_000
const LOOK_MS = 1_000
/** Between two attempts that found no server. */
const PATIENCE_MS = 5_000
/** A machine that slept, or whose clock was set. */
const JUMP_MS = 500

let reading: ClockReading | undefined
let flight: Promise<ClockReading | undefined> | undefined
let readAt = 0
const { subscribe, tell } = createListeners()

/** Reads the clock of the server where that was not done lately. Never throws; without an answer the clock stays as it was. */
export function readServerClock(): Promise<ClockReading | undefined> {
  if (reading !== undefined && performance.now() - readAt < AGAIN_MS) return Promise.resolve(reading)
  flight ??= measure().finally(() => {
    flight = undefined
  })
  return flight
}

let keepers = 0
let stopKeeping = (): void => undefined

/** Measured now, again every few minutes, and at once after a sleep: until the returned function was called by all who follow it. */
export function keepServerClock(): () => void {
  keepers++
  if (keepers === 1) stopKeeping = keep()
  void readServerClock()
  return () => {
    keepers--
    if (keepers === 0) stopKeeping()
  }
}

function keep(): () => void {
  // How far the clock that can be set is from the one that nobody sets: it stays the same but for jumps.
  let apart = Date.now() - performance.now()
  let triedAt = performance.now()
  const timer = setInterval(() => {
    const moved = Math.abs(Date.now() - performance.now() - apart)
    if (moved > JUMP_MS) {
      apart = Date.now() - performance.now()
      readAt = Number.NEGATIVE_INFINITY
    } else if (performance.now() - triedAt < PATIENCE_MS) return
    triedAt = performance.now()
    void readServerClock()
  }, LOOK_MS)
  return () => clearInterval(timer)
}

/** Milliseconds since 1970 by the server's clock; by this machine's until that is known. */
export const serverNow = (): number => Date.now() + (reading?.offsetMs ?? 0)

export const clockReading = (): ClockReading | undefined => reading

export const onClockReading = subscribe

async function measure(): Promise<ClockReading | undefined> {
  const trips: RoundTrip[] = []
  for (let trip = 0; trip < TRIPS; trip++) {
    const made = await roundTrip().catch(() => undefined)
    if (made !== undefined) trips.push(made)
  }
  const best = bestOf(trips)
  if (best !== undefined) {
    reading = best
    readAt = performance.now()
    tell()
  }
  return reading
}

async function roundTrip(): Promise<RoundTrip> {
  const startedAt = performance.now()
  const sentAt = Date.now()
  const answer = await fetch('/time', { cache: 'no-store', signal: AbortSignal.timeout(TRIP_MS_MAX) })
  const body = (await answer.json()) as { serverTime: number; errorMs: number }
  // Elapsed time by the clock that nobody sets.
  const receivedAt = sentAt + (performance.now() - startedAt)
  if (!answer.ok || !Number.isFinite(body.serverTime)) throw new Error('no time')
  return { sentAt, receivedAt, ...body }
}
