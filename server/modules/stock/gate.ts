// Step 4 of the purchase line: open? units left? take them, a number. What can be known here is answered here: the rules
// of the sale, the committed zero and who has an order; the store counts (gate-memory.ts, gate-redis.ts).
import type { Clock, Timers } from '../../platform/clock.ts'
import type { DatabaseClock } from '../../platform/database-clock.ts'
import type { Claim, ClaimRef, Gate, GateAnswer, GateRefusal, StockChange } from './contract.ts'
import { createEntries, type GateReads } from './gate-entries.ts'
import { putDown, reasonOf, takeInHand, type Asked, type Entry } from './gate-entry.ts'
import type { GateStore, StoreNews, TakeReply, TakeRequest } from './gate-store.ts'

export interface SaleGate extends Gate {
  /** Units changed, the rules of the sale did not. */
  learn(changes: readonly StockChange[]): void
  /** The rules of these sales changed: nothing is refused from memory until they are read again. */
  refresh(itemIds: readonly number[]): Promise<void>
  /** Reads every gate in use again and drops idle ones; called once a second, and after news may have been lost. */
  recheck(): Promise<void>
}

type Answer = GateAnswer | Promise<GateAnswer>

/** Claims settle within milliseconds; those of a process that died are looked for from here on. */
const OVERDUE_MS = 3_000
/** No gate numbers the claim: PostgreSQL decides and numbers it. */
const BY_POSTGRESQL: GateAnswer = { answer: 'granted', sequence: 0 }

export function createGate(options: {
  store: GateStore
  reads: GateReads
  clock: Clock
  timers: Timers
  databaseClock: DatabaseClock
  parkMsMax: number
  /** News of the store may have been lost. */
  onMissed: () => void
}): SaleGate {
  const { store, clock, timers, databaseClock } = options

  const reason = (entry: Entry): GateRefusal | undefined => reasonOf(entry.row, databaseClock.earliestMs())

  const answer = (entry: Entry, asked: Asked): Answer => {
    entry.usedMs = clock.now()
    const no = entry.isStale ? undefined : reason(entry)
    if (no === undefined) return take(entry, asked)
    if (entry.flag !== undefined) return refuseOrPass(entry, asked, no)
    return entries.loadFlag(entry).then(() => {
      const now = reason(entry)
      return now === undefined ? take(entry, asked) : refuseOrPass(entry, asked, now)
    })
  }

  const refuseOrPass = (entry: Entry, asked: Asked, no: GateRefusal): Answer => {
    const { flag } = entry
    const isSure =
      flag?.version === entry.row.version &&
      flag.buyers !== undefined &&
      !flag.buyers.has(asked.claim.buyerId)
    return isSure ? { answer: no } : take(entry, asked, { isPassed: true })
  }

  const take = (entry: Entry, asked: Asked, change?: Partial<TakeRequest>): Answer => {
    const request = change === undefined ? asked.request : { ...asked.request, ...change }
    const reply = store.take(entry.itemId, request)
    if (reply instanceof Promise) return reply.then((late) => onReply(entry, asked, request, late))
    return onReply(entry, asked, request, reply)
  }

  const onReply = (entry: Entry, asked: Asked, request: TakeRequest, reply: TakeReply): Answer => {
    if (reply === 'away') return BY_POSTGRESQL
    if (reply === 'unknown') return loadAndTake(entry, asked, request)
    entries.hear(entry, reply.numbers)
    if (reply.taken === 'full') return { answer: 'busy' }
    if (reply.taken === 'waits') return wait(entry, asked, reply.sequence)
    takeInHand(entry, request.id)
    return { answer: 'granted', sequence: reply.sequence }
  }

  const loadAndTake = async (entry: Entry, asked: Asked, request: TakeRequest): Promise<GateAnswer> => {
    if (!(await entries.load(entry))) return BY_POSTGRESQL
    const reply = await store.take(entry.itemId, request)
    return reply === 'unknown' ? BY_POSTGRESQL : onReply(entry, asked, request, reply)
  }

  const wait = (entry: Entry, asked: Asked, sequence: number): Answer => {
    // The news that ends the wait may have been faster than the reply.
    if (!entry.isStale && reason(entry) !== undefined) {
      store.leave(entry.itemId, [sequence])
      return answer(entry, asked)
    }
    return new Promise((resolve) => {
      const cancel = timers.after(options.parkMsMax, () => {
        entry.waiting.delete(asked.request.id)
        resolve(take(entry, asked, { isPassed: true, waited: sequence }))
      })
      entry.waiting.set(asked.request.id, { asked, sequence, resolve, cancel })
    })
  }

  /** What nobody can have any more needs no waiting for. */
  const endWaits = (entry: Entry): void => {
    if (entry.waiting.size === 0 || entry.isStale || reason(entry) === undefined) return
    const present = [...entry.waiting.values()]
    entry.waiting.clear()
    // Also at a committed zero, where the store lets go of those it has by itself: one that came after that would stay in line,
    // and be given units that nobody takes.
    store.leave(
      entry.itemId,
      present.map(({ sequence }) => sequence),
    )
    for (const { asked, cancel, resolve } of present) {
      cancel()
      resolve(answer(entry, asked))
    }
  }

  const hear = ({ itemId, numbers, grants }: StoreNews): void => {
    const entry = entries.find(itemId)
    if (entry === undefined) return
    entries.hear(entry, numbers)
    for (const { id, sequence } of grants) {
      const waiting = entry.waiting.get(id)
      if (waiting === undefined) continue
      entry.waiting.delete(id)
      takeInHand(entry, id)
      waiting.cancel()
      waiting.resolve({ answer: 'granted', sequence })
    }
    endWaits(entry)
  }
  const letGo = (entry: Entry): void => {
    for (const { cancel, resolve } of entry.waiting.values()) {
      cancel()
      resolve(BY_POSTGRESQL)
    }
  }
  const entries = createEntries({
    store,
    reads: options.reads,
    clock,
    onRefreshed: endWaits,
    onDropped: letGo,
  })
  store.listen(hear, options.onMissed)

  return {
    refusal(itemId, buyerId) {
      const entry = entries.find(itemId)
      if (entry?.flag === undefined || entry.isStale || entry.flag.version !== entry.row.version)
        return undefined
      const { buyers } = entry.flag
      return buyers === undefined || buyers.has(buyerId) ? undefined : reason(entry)
    },
    claim(claim, owner) {
      const asked = toAsked(claim, owner)
      const entry = entries.find(claim.itemId)
      if (entry !== undefined) return answer(entry, asked)
      return entries
        .open(claim.itemId)
        .then((opened) => (opened === undefined ? BY_POSTGRESQL : answer(opened, asked)))
    },
    settle(claims, changes) {
      const news = new Map(changes.map((change) => [change.itemId, change]))
      for (const [itemId, settled] of Map.groupBy(claims, (claim) => claim.itemId)) {
        const entry = entries.find(itemId)
        const ids = settled.map(claimId).filter((id) => entry === undefined || putDown(entry, id))
        const change = news.get(itemId)
        news.delete(itemId)
        if (entry !== undefined && change !== undefined) entries.learn(entry, change)
        store.settle(itemId, ids, change)
      }
      for (const change of news.values()) store.learn(change)
    },
    async overdue() {
      const inUse = entries.all().map(({ itemId }) => itemId)
      const found = await store.look(inUse, OVERDUE_MS)
      return found
        .filter(({ itemId, id }) => entries.find(itemId)?.inHand.has(id) === false)
        .map(({ itemId, id, owner, ageMs }) => ({ ...refOf(itemId, id), owner, ageMs }))
    },
    census() {
      const all = entries.all()
      return {
        items: all.length,
        claimsInFlight: all.reduce((sum, { inHand }) => sum + inHand.size, 0),
        unitsLeft: all.reduce((sum, { row, unitsInFlight }) => sum + row.available - unitsInFlight, 0),
        isAway: store.isAway(),
      }
    },
    learn(changes) {
      for (const change of changes) {
        const entry = entries.find(change.itemId)
        if (entry !== undefined) entries.learn(entry, change)
        store.learn(change)
        if (entry !== undefined) endWaits(entry)
      }
    },
    async refresh(itemIds) {
      const known = itemIds.flatMap((itemId) => entries.find(itemId) ?? [])
      for (const entry of known) entry.isStale = true
      if (known.length > 0) await entries.refresh(known.map(({ itemId }) => itemId))
    },
    recheck: entries.recheck,
  }
}

function toAsked(claim: Claim, owner: string): Asked {
  return {
    claim,
    request: { id: claimId(claim), quantity: claim.quantity, owner, isPassed: false, waited: 0 },
  }
}

/** A key has no space in it. */
function claimId({ buyerId, key }: ClaimRef): string {
  return `${buyerId} ${key}`
}

function refOf(itemId: number, id: string): ClaimRef {
  const [buyerId = '', key = ''] = id.split(' ', 2)
  return { itemId, buyerId: Number(buyerId), key }
}
