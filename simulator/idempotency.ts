// Answers kept for an Idempotency-Key, as Toss keeps them: fifteen days, refusals too, whatever the body was.
import type { Answer } from './answer.ts'
import { DAY_MS, type Clock } from './clock.ts'
import type { Journal } from './journal.ts'

const KEPT_MS = 15 * DAY_MS
/** Past that the oldest are forgotten early. */
const KEPT_MAX = 1_000_000
export const KEY_LENGTH_MAX = 300

export interface KeptAnswer {
  id: string
  at: number
  answer: Answer
}

export interface KeptAnswers {
  find(id: string): Answer | 'in_flight' | undefined
  begin(id: string): void
  keep(id: string, answer: Answer): void
  /** Nothing was answered: as if it had never come. */
  end(id: string): void
  restore(kept: KeptAnswer): void
  all(): KeptAnswer[]
  clear(): void
}

/** Key, API key, URL and method; the body is not compared. */
export const identityOf = (key: string, secretKey: string, method: string, url: string): string =>
  `${key}\n${secretKey}\n${method}\n${url}`

export function createKeptAnswers(clock: Clock, journal: Journal): KeptAnswers {
  const kept = new Map<string, KeptAnswer>()
  const inFlight = new Set<string>()

  function forgetOld(): void {
    const oldest = clock.now() - KEPT_MS
    for (const [id, { at }] of kept) {
      if (at > oldest && kept.size <= KEPT_MAX) return
      kept.delete(id)
    }
  }

  return {
    find(id) {
      if (inFlight.has(id)) return 'in_flight'
      const found = kept.get(id)
      return found !== undefined && clock.now() - found.at < KEPT_MS ? found.answer : undefined
    },
    begin: (id) => void inFlight.add(id),
    keep(id, answer) {
      const row = { id, at: clock.now(), answer }
      // Deleted first, so that the map stays in the order of time.
      kept.delete(id)
      kept.set(id, row)
      journal.write('answer', row)
      forgetOld()
    },
    end: (id) => void inFlight.delete(id),
    restore: (row) => void kept.set(row.id, row),
    all: () => [...kept.values()],
    clear() {
      kept.clear()
      inFlight.clear()
    },
  }
}
