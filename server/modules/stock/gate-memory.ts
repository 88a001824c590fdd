// Step 4 of the purchase line where one process sells: one synchronous step on what is kept of an item. The same rules as
// gate.lua. Left = available - units of claims in flight.
import type { StockChange } from './contract.ts'
import {
  CLAIMS_MAX,
  EPOCH_SIZE,
  GIVEN_MAX,
  WAITING_MAX,
  type GateStore,
  type Grant,
  type Numbers,
  type StoreNews,
  type TakeReply,
  type TakeRequest,
} from './gate-store.ts'

interface InFlight {
  units: number
  sequence: number
}

interface Kept extends Numbers {
  given: number
  claims: Map<string, InFlight>
  /** By sequence, in order of arrival. */
  waiting: Map<number, TakeRequest>
}

export function createMemoryStore(): GateStore {
  const items = new Map<number, Kept>()
  let hear: (news: StoreNews) => void = () => undefined

  const tell = (itemId: number, kept: Kept, grants: readonly Grant[]): void =>
    hear({ itemId, numbers: numbersOf(kept), grants })

  return {
    isShared: false,
    isAway: () => false,
    listen: (listener) => void (hear = listener),
    take(itemId, request) {
      const kept = items.get(itemId)
      return kept === undefined ? 'unknown' : take(kept, request)
    },
    load(row, isAnew) {
      const known = isAnew ? undefined : items.get(row.itemId)
      const kept = known ?? newKept()
      items.set(row.itemId, kept)
      if (row.epoch > kept.epoch) {
        kept.epoch = row.epoch
        kept.given = 0
      }
      if (learn(kept, row)) tell(row.itemId, kept, serveWaiting(kept))
      return true
    },
    settle(itemId, ids, change) {
      const kept = items.get(itemId)
      if (kept === undefined) return
      for (const id of ids) {
        kept.units -= kept.claims.get(id)?.units ?? 0
        kept.claims.delete(id)
      }
      if (change !== undefined) learn(kept, change)
      tell(itemId, kept, serveWaiting(kept))
    },
    learn(change) {
      const kept = items.get(change.itemId)
      if (kept !== undefined && learn(kept, change)) tell(change.itemId, kept, serveWaiting(kept))
    },
    leave(itemId, sequences) {
      for (const sequence of sequences) items.get(itemId)?.waiting.delete(sequence)
    },
    // Claims end with this process: none is left for others to find.
    look: () => Promise.resolve([]),
    drop: (itemId) => void items.delete(itemId),
  }
}

function newKept(): Kept {
  return { version: 0, available: 0, epoch: 0, units: 0, given: 0, claims: new Map(), waiting: new Map() }
}

function numbersOf({ version, available, epoch, units }: Kept): Numbers {
  return { version, available, epoch, units }
}

function take(kept: Kept, request: TakeRequest): TakeReply {
  const { id, quantity, waited } = request
  if (waited > 0) kept.waiting.delete(waited)
  const known = kept.claims.get(id)
  if (known !== undefined) return reply(kept, 'granted', known.sequence)
  if (kept.claims.size >= CLAIMS_MAX) return reply(kept, 'full', 0)
  const sequence = waited > 0 ? waited : nextSequence(kept)
  const fits = quantity <= kept.available - kept.units
  // More is asked than is left, and nobody's failure can change that: PostgreSQL decides.
  if (request.isPassed || (!fits && (kept.units === 0 || kept.waiting.size >= WAITING_MAX))) {
    kept.claims.set(id, { units: 0, sequence })
  } else if (fits) {
    kept.claims.set(id, { units: quantity, sequence })
    kept.units += quantity
  } else {
    kept.waiting.set(sequence, request)
    return reply(kept, 'waits', sequence)
  }
  return reply(kept, 'granted', sequence)
}

function reply(kept: Kept, taken: 'granted' | 'waits' | 'full', sequence: number): TakeReply {
  return { taken, sequence, numbers: kept }
}

function nextSequence(kept: Kept): number {
  kept.given = Math.min(kept.given + 1, GIVEN_MAX)
  return kept.epoch * EPOCH_SIZE + kept.given
}

/** A number is taken only with a higher version. At a committed zero nobody needs to wait. */
function learn(kept: Kept, { version, available }: Pick<StockChange, 'version' | 'available'>): boolean {
  if (version <= kept.version) return false
  kept.version = version
  kept.available = available
  if (available === 0) kept.waiting.clear()
  return true
}

/** Those who wait get what is left, first come first. More than is left and nobody in flight: PostgreSQL decides. */
function serveWaiting(kept: Kept): Grant[] {
  const grants: Grant[] = []
  for (const [waited, { id, quantity }] of kept.waiting) {
    if (kept.units > 0 && kept.available <= kept.units) break
    const known = kept.claims.get(id)
    const fits = quantity <= kept.available - kept.units
    if (known === undefined && !fits && kept.units > 0) continue
    kept.waiting.delete(waited)
    const sequence = known?.sequence ?? waited
    if (known === undefined) {
      const units = fits ? quantity : 0
      kept.claims.set(id, { units, sequence })
      kept.units += units
    }
    grants.push({ id, sequence })
  }
  return grants
}
