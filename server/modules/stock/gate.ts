// Step 4 of the purchase line: open? units left? take them, a number. What can be known here is answered here: the rules
// of the sale, the committed zero and who has an order; the store counts (gate-memory.ts, gate-redis.ts).
import type { Clock, Timers } from '../../platform/clock.ts'
import type { DatabaseClock } from '../../platform/database-clock.ts'
import type { Claim, ClaimRef, Gate, GateAnswer, GateRefusal, SaleFlag, StockChange } from './contract.ts'
import { askAgain, createEntry, reasonOf, type Asked, type Entry } from './gate-entry.ts'
import type { GateStore, Numbers, StoreNews, TakeReply, TakeRequest } from './gate-store.ts'
import type { GateRow } from './sql-gate.ts'

export interface SaleGate extends Gate {
  /** Units changed, the rules of the sale did not. */
  learn(changes: readonly StockChange[]): void
  /** The rules of these sales changed: nothing is refused from memory until they are read again. */
  refresh(itemIds: readonly number[]): Promise<void>
  /** Reads every gate in use again and drops idle ones; called once a second, and after news may have been lost. */
  recheck(): Promise<void>
}

export interface GateReads {
  /** Reads a stock row and raises its gate epoch under the row's lock. Undefined: no such item. */
  loadGate(itemId: number): Promise<GateRow | undefined>
  readGates(itemIds: readonly number[]): Promise<GateRow[]>
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}

type Answer = GateAnswer | Promise<GateAnswer>

const ENTRIES_MAX = 10_000
const IDLE_MS = 60_000
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
  const { store, reads, clock, timers, databaseClock } = options
  const entries = new Map<number, Entry>()
  const opening = new Map<number, Promise<Entry | undefined>>()
  const loading = new Map<number, Promise<boolean>>()

  const once = <T>(running: Map<number, Promise<T>>, itemId: number, work: () => Promise<T>): Promise<T> => {
    const known = running.get(itemId)
    if (known !== undefined) return known
    const started = work().finally(() => running.delete(itemId))
    running.set(itemId, started)
    return started
  }

  const open = (itemId: number): Promise<Entry | undefined> =>
    once(opening, itemId, async () => {
      const [row] = await reads.readGates([itemId])
      if (row === undefined) return undefined
      const entry = createEntry(row, clock.now())
      entries.set(itemId, entry)
      return entry
    })

  /** Into the store, as a gate that is new: with an epoch of its own. False: no such item, or the store is away. */
  const load = (entry: Entry, isAnew = false): Promise<boolean> =>
    once(loading, entry.itemId, async () => {
      const row = await reads.loadGate(entry.itemId)
      if (row === undefined) return false
      if (isAnew) entry.row = row
      else takeRow(entry, row)
      // News may have been faster than the row.
      return store.load({ ...entry.row, epoch: row.epoch }, isAnew)
    })

  const reason = (entry: Entry): GateRefusal | undefined => reasonOf(entry.row, databaseClock.earliestMs())

  /** Version and number go together, forward only; a flag ends with any newer version. */
  const learnOne = (
    entry: Entry,
    { version, available }: Pick<StockChange, 'version' | 'available'>,
  ): void => {
    if (version <= entry.row.version) return
    entry.row = { ...entry.row, version, available }
    entry.flag = undefined
  }

  const hearNumbers = (entry: Entry, numbers: Numbers): void => {
    entry.unitsInFlight = numbers.units
    entry.storeVersion = numbers.version
    entry.storeEpoch = numbers.epoch
    learnOne(entry, numbers)
  }

  const loadFlag = (entry: Entry): Promise<void> =>
    (entry.flagLoading ??= reads
      .readFlag(entry.itemId)
      .then((flag) => {
        if (flag === undefined) return
        learnOne(entry, flag)
        if (flag.version === entry.row.version) entry.flag = flag
      })
      .finally(() => {
        entry.flagLoading = undefined
      }))

  const answer = (entry: Entry, asked: Asked): Answer => {
    entry.usedMs = clock.now()
    const no = entry.isStale ? undefined : reason(entry)
    if (no === undefined) return take(entry, asked)
    if (entry.flag !== undefined) return refuseOrPass(entry, asked, no)
    return loadFlag(entry).then(() => {
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
    hearNumbers(entry, reply.numbers)
    if (reply.taken === 'full') return { answer: 'busy' }
    if (reply.taken === 'waits') return wait(entry, asked, reply.sequence)
    entry.inHand.add(request.id)
    return { answer: 'granted', sequence: reply.sequence }
  }

  const loadAndTake = async (entry: Entry, asked: Asked, request: TakeRequest): Promise<GateAnswer> => {
    if (!(await load(entry))) return BY_POSTGRESQL
    const reply = await store.take(entry.itemId, request)
    return reply === 'unknown' ? BY_POSTGRESQL : onReply(entry, asked, request, reply)
  }

  const wait = (entry: Entry, asked: Asked, sequence: number): Answer => {
    // The news that ends the wait may have been faster than the reply.
    if (!entry.isStale && reason(entry) !== undefined) return answer(entry, asked)
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
    // At a committed zero the store lets all of them go by itself.
    if (entry.row.available > 0)
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
    const entry = entries.get(itemId)
    if (entry === undefined) return
    hearNumbers(entry, numbers)
    for (const { id, sequence } of grants) {
      const waiting = entry.waiting.get(id)
      if (waiting === undefined) continue
      entry.waiting.delete(id)
      entry.inHand.add(id)
      waiting.cancel()
      waiting.resolve({ answer: 'granted', sequence })
    }
    endWaits(entry)
  }
  store.listen(hear, options.onMissed)

  /** A row read from PostgreSQL: its rules and numbers count unless memory is ahead of it. */
  const takeRow = (entry: Entry, row: GateRow): void => {
    if (row.version < entry.row.version) return
    if (row.version > entry.row.version) entry.flag = undefined
    entry.row = row
    entry.isStale = false
  }

  const drop = (entry: Entry): void => {
    entries.delete(entry.itemId)
    store.drop(entry.itemId)
    for (const { cancel, resolve } of entry.waiting.values()) {
      cancel()
      resolve(BY_POSTGRESQL)
    }
  }

  const readAgain = async (itemIds: readonly number[]): Promise<void> => {
    const known = new Map(itemIds.map((itemId) => [itemId, entries.get(itemId)?.row.version ?? 0]))
    const rows = new Map((await reads.readGates(itemIds)).map((row) => [row.itemId, row]))
    for (const itemId of itemIds) {
      const entry = entries.get(itemId)
      const row = rows.get(itemId)
      if (entry === undefined) continue
      if (row === undefined) {
        drop(entry)
        continue
      }
      if (row.version < known.get(itemId)!) {
        // What was committed before the question is not there any more: the database was restored, or failed over and
        // lost its last commits. All that is known of the item is of a time that did not happen.
        entry.flag = undefined
        await load(entry, true)
        continue
      }
      takeRow(entry, row)
      if (row.version > entry.storeVersion) store.learn(row)
      endWaits(entry)
    }
    if (store.isShared) await loadReplaced([...rows.values()])
  }

  /** Other processes went past the store, or it lost something: its numbers count again with an epoch of its own. */
  const loadReplaced = async (rows: readonly GateRow[]): Promise<void> => {
    for (const row of rows) {
      const entry = entries.get(row.itemId)
      if (entry === undefined || entry.storeEpoch === 0) continue
      const isReplaced = row.epoch > entry.storeEpoch || !row.isGateActive
      if (isReplaced && askAgain(entry, clock.now())) await load(entry)
    }
  }

  return {
    refusal(itemId, buyerId) {
      const entry = entries.get(itemId)
      if (entry?.flag === undefined || entry.isStale || entry.flag.version !== entry.row.version)
        return undefined
      const { buyers } = entry.flag
      return buyers === undefined || buyers.has(buyerId) ? undefined : reason(entry)
    },
    claim(claim, owner) {
      const asked = toAsked(claim, owner)
      const entry = entries.get(claim.itemId)
      if (entry !== undefined) return answer(entry, asked)
      return open(claim.itemId).then((opened) =>
        opened === undefined ? BY_POSTGRESQL : answer(opened, asked),
      )
    },
    settle(claims, changes) {
      const news = new Map(changes.map((change) => [change.itemId, change]))
      for (const [itemId, settled] of Map.groupBy(claims, (claim) => claim.itemId)) {
        const ids = settled.map(claimId)
        const entry = entries.get(itemId)
        const change = news.get(itemId)
        news.delete(itemId)
        for (const id of ids) entry?.inHand.delete(id)
        if (entry !== undefined && change !== undefined) learnOne(entry, change)
        store.settle(itemId, ids, change)
      }
      for (const change of news.values()) store.learn(change)
    },
    async overdue() {
      const found = await store.look([...entries.keys()], OVERDUE_MS)
      return found
        .filter(({ itemId, id }) => entries.get(itemId)?.inHand.has(id) === false)
        .map(({ itemId, id, owner, ageMs }) => ({ ...refOf(itemId, id), owner, ageMs }))
    },
    census() {
      const all = [...entries.values()]
      return {
        items: all.length,
        claimsInFlight: all.reduce((sum, { inHand }) => sum + inHand.size, 0),
        unitsLeft: all.reduce((sum, { row, unitsInFlight }) => sum + row.available - unitsInFlight, 0),
        isAway: store.isAway(),
      }
    },
    learn(changes) {
      for (const change of changes) {
        const entry = entries.get(change.itemId)
        if (entry !== undefined) learnOne(entry, change)
        store.learn(change)
        if (entry !== undefined) endWaits(entry)
      }
    },
    async refresh(itemIds) {
      const known = itemIds.filter((itemId) => entries.has(itemId))
      if (known.length === 0) return
      for (const itemId of known) entries.get(itemId)!.isStale = true
      await readAgain(known)
    },
    async recheck() {
      const idleBefore = clock.now() - IDLE_MS
      for (const entry of entries.values()) {
        const isIdle = entry.usedMs < idleBefore || entries.size > ENTRIES_MAX
        if (isIdle && entry.inHand.size === 0 && entry.waiting.size === 0) drop(entry)
      }
      if (entries.size > 0) await readAgain([...entries.keys()])
    },
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
