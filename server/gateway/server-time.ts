// The clock that decides when a sale opens, for pages that count down: answered from memory, read from the database now and then.
import type { Clock } from '../platform/clock.ts'
import { readClock, type ClockReading } from '../platform/database-clock.ts'
import type { Database } from '../platform/db.ts'
import { AppError } from '../platform/errors.ts'
import type { Http } from '../platform/http.ts'
import { FOR_EVERYBODY } from './rules.ts'

/** Clocks of machines drift by less than a millisecond in this time … */
const FRESH_MS = 10_000
/** … and are not set anew in this one without being noticed. */
const KEPT_MS = 60_000

export function serverTimeRoute(http: Http, { database, clock }: { database: Database; clock: Clock }): void {
  let reading: ClockReading | undefined
  let flight: Promise<ClockReading> | undefined
  const read = (): Promise<ClockReading> =>
    (flight ??= readClock(database.db, clock)
      .then((made) => (reading = made))
      .finally(() => {
        flight = undefined
      }))
  http.get('/time', { config: { rule: FOR_EVERYBODY }, schema: { hide: true } }, async (_request, reply) => {
    const ageMs = reading === undefined ? Infinity : clock.now() - reading.atMs
    // Whoever finds one that is a bit old is answered with it: the next one gets the new.
    const asked = ageMs > FRESH_MS ? read() : undefined
    asked?.catch(() => undefined)
    const kept = ageMs < KEPT_MS ? reading : undefined
    const { offsetMs, errorMs } = kept ?? (await asked?.catch(unavailable)) ?? unavailable()
    reply.header('cache-control', 'no-store')
    return { serverTime: clock.now() + offsetMs, errorMs }
  })
}

function unavailable(): never {
  throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 })
}
