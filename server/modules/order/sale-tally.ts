// What is asked of each sale, second by second, for those who watch it: counted in every process that sells, told to all of them.
import type { ListenTarget } from '../../platform/notify.ts'

/** Of one sale and one second. */
interface Tally {
  claims: number
  refusals: Record<string, number>
  /** Of claims that reached the gate, by the buckets of `bucketOf`. */
  latencies: number[]
}

export interface SaleTally {
  /** `outcome` is undefined where nobody knows it. Milliseconds; left out where it was refused from memory. */
  count(itemId: number, outcome: string | undefined, milliseconds?: number): void
  /** Tells what was counted since the last call; nothing where nothing was. */
  tell(): Promise<undefined>
  listen: ListenTarget
  /** What was heard since the last call of this watcher, and of how many processes. */
  take(itemId: number): { tally: Tally; processes: number }
}

const SOLD = new Set(['placed', 'replay'])
const BUCKETS = 32
const FIRST_MS = 0.25
const GROWTH = 1.5
/** A NOTIFY is 8,000 bytes at most. */
const ITEMS_TOLD_MAX = 20
const ITEMS_MAX = 1_000

const newTally = (): Tally => ({ claims: 0, refusals: {}, latencies: [] })

export const bucketOf = (milliseconds: number): number =>
  Math.min(
    BUCKETS - 1,
    Math.max(0, Math.ceil(Math.log(Math.max(milliseconds, FIRST_MS) / FIRST_MS) / Math.log(GROWTH))),
  )

/** The upper edge of the bucket in which the quantile lies; null where there is nothing. `q` from 0 to 1. */
export function quantileOf(latencies: readonly number[], q: number): number | null {
  const all = latencies.reduce((sum, count) => sum + (count ?? 0), 0)
  if (all === 0) return null
  let seen = 0
  const bucket = latencies.findIndex((count) => (seen += count ?? 0) >= q * all)
  return Math.round(FIRST_MS * GROWTH ** bucket * 100) / 100
}

export function createSaleTally(options: {
  processId: string
  notify(payload: string): Promise<void>
  /** Whether somebody in this process watches the sale. */
  isWatched(itemId: number): boolean
}): SaleTally {
  let counted = new Map<number, Tally>()
  const heard = new Map<number, { tally: Tally; from: Set<string> }>()

  return {
    count(itemId, outcome, milliseconds) {
      let tally = counted.get(itemId)
      if (tally === undefined) {
        if (counted.size >= ITEMS_MAX) return
        counted.set(itemId, (tally = newTally()))
      }
      tally.claims++
      if (outcome === undefined || !SOLD.has(outcome)) {
        const reason = outcome ?? 'unavailable'
        tally.refusals[reason] = (tally.refusals[reason] ?? 0) + 1
      }
      if (milliseconds === undefined) return
      const bucket = bucketOf(milliseconds)
      tally.latencies[bucket] = (tally.latencies[bucket] ?? 0) + 1
    },
    async tell() {
      if (counted.size === 0) return undefined
      const items = [...counted].toSorted(([, a], [, b]) => b.claims - a.claims).slice(0, ITEMS_TOLD_MAX)
      counted = new Map()
      await options.notify(JSON.stringify({ from: options.processId, items }))
      return undefined
    },
    listen: {
      onMessage(payload) {
        const { from, items } = JSON.parse(payload) as { from: string; items: [number, Tally][] }
        for (const [itemId, tally] of items) {
          if (!options.isWatched(itemId)) continue
          const known = heard.get(itemId) ?? { tally: newTally(), from: new Set<string>() }
          heard.set(itemId, known)
          add(known.tally, tally)
          known.from.add(from)
        }
      },
      onListen: () => undefined,
    },
    take(itemId) {
      const known = heard.get(itemId)
      heard.delete(itemId)
      return { tally: known?.tally ?? newTally(), processes: known?.from.size ?? 0 }
    },
  }
}

function add(sum: Tally, more: Tally): void {
  sum.claims += more.claims
  for (const [reason, count] of Object.entries(more.refusals))
    sum.refusals[reason] = (sum.refusals[reason] ?? 0) + count
  // What is empty in an array becomes null in JSON.
  more.latencies.forEach((count: number | null, bucket) => {
    sum.latencies[bucket] = (sum.latencies[bucket] ?? 0) + (count ?? 0)
  })
}
