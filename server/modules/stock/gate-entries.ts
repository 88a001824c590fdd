// The items whose gate this process uses: what it knows of each, and how that keeps in step with PostgreSQL and the store.
import type { Clock } from '../../platform/clock.ts'
import type { SaleFlag, StockChange } from './contract.ts'
import { createEntry, mayLoadAgain, type Entry } from './gate-entry.ts'
import type { GateStore, Numbers } from './gate-store.ts'
import type { GateRow } from './sql-gate.ts'

export interface GateReads {
  /** Reads a stock row and raises its gate epoch under the row's lock. Undefined: no such item. */
  loadGate(itemId: number): Promise<GateRow | undefined>
  readGates(itemIds: readonly number[]): Promise<GateRow[]>
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}

export interface Entries {
  find(itemId: number): Entry | undefined
  all(): Entry[]
  /** Undefined: no such item. */
  open(itemId: number): Promise<Entry | undefined>
  /** Into the store, as a gate that is new: with an epoch of its own. False: no such item, or the store is away. */
  load(entry: Entry): Promise<boolean>
  loadFlag(entry: Entry): Promise<void>
  learn(entry: Entry, change: Pick<StockChange, 'version' | 'available'>): void
  hear(entry: Entry, numbers: Numbers): void
  /** Reads the rows again, and tells the store what it has missed. */
  refresh(itemIds: readonly number[]): Promise<void>
  /** The same for all in use, after those that nobody has used for a while were dropped. */
  recheck(): Promise<void>
}

const ENTRIES_MAX = 10_000
const IDLE_MS = 60_000

export function createEntries(options: {
  store: GateStore
  reads: GateReads
  clock: Clock
  /** What is known of the item was read again. */
  onRefreshed(entry: Entry): void
  /** The item is gone, or out of use. */
  onDropped(entry: Entry): void
}): Entries {
  const { store, reads, clock } = options
  const entries = new Map<number, Entry>()
  const opening = new Map<number, Promise<Entry | undefined>>()
  const loading = new Map<number, Promise<boolean>>()

  const open = (itemId: number): Promise<Entry | undefined> =>
    once(opening, itemId, async () => {
      const [row] = await reads.readGates([itemId])
      if (row === undefined) return undefined
      const entry = createEntry(row, clock.now())
      entries.set(itemId, entry)
      return entry
    })

  const load = (entry: Entry, isAnew = false): Promise<boolean> =>
    once(loading, entry.itemId, async () => {
      const row = await reads.loadGate(entry.itemId)
      if (row === undefined) return false
      if (isAnew) entry.row = row
      else takeRow(entry, row)
      // News may have been faster than the row.
      return store.load({ ...entry.row, epoch: row.epoch }, isAnew)
    })

  const drop = (entry: Entry): void => {
    entries.delete(entry.itemId)
    store.drop(entry.itemId)
    options.onDropped(entry)
  }

  const refreshOne = async (entry: Entry, row: GateRow, knownVersion: number): Promise<void> => {
    if (row.version < knownVersion) {
      // What was committed before the question is not there any more: the database was restored, or failed over and lost
      // its last commits. All that is known of the item is of a time that did not happen.
      entry.flag = undefined
      await load(entry, true)
      return
    }
    takeRow(entry, row)
    if (row.version > entry.storeVersion) store.learn(row)
    options.onRefreshed(entry)
    if (isReplaced(entry, row) && mayLoadAgain(entry, clock.now())) await load(entry)
  }
  /** Other processes went past the store, or it lost something: its numbers count again with an epoch of its own. */
  const isReplaced = (entry: Entry, row: GateRow): boolean =>
    store.isShared && entry.storeEpoch > 0 && (row.epoch > entry.storeEpoch || !row.isGateActive)

  const refresh = async (itemIds: readonly number[]): Promise<void> => {
    const asked = itemIds.flatMap((itemId) => entries.get(itemId) ?? [])
    const versions = asked.map((entry) => entry.row.version)
    const rows = new Map((await reads.readGates(itemIds)).map((row) => [row.itemId, row]))
    for (const [i, entry] of asked.entries()) {
      const row = rows.get(entry.itemId)
      if (entries.get(entry.itemId) !== entry) continue
      if (row === undefined) drop(entry)
      else await refreshOne(entry, row, versions[i]!)
    }
  }

  return {
    find: (itemId) => entries.get(itemId),
    all: () => [...entries.values()],
    open,
    load: (entry) => load(entry),
    loadFlag: (entry) =>
      (entry.flagLoading ??= reads
        .readFlag(entry.itemId)
        .then((flag) => {
          if (flag === undefined) return
          learn(entry, flag)
          if (flag.version === entry.row.version) entry.flag = flag
        })
        .finally(() => {
          entry.flagLoading = undefined
        })),
    learn,
    hear(entry, numbers) {
      entry.unitsInFlight = numbers.units
      entry.storeVersion = numbers.version
      entry.storeEpoch = numbers.epoch
      learn(entry, numbers)
    },
    refresh,
    async recheck() {
      const idleBefore = clock.now() - IDLE_MS
      for (const entry of entries.values()) {
        const isIdle = entry.usedMs < idleBefore || entries.size > ENTRIES_MAX
        if (isIdle && entry.inHand.size === 0 && entry.waiting.size === 0) drop(entry)
      }
      if (entries.size > 0) await refresh([...entries.keys()])
    },
  }
}

/** Version and number go together, forward only; a flag ends with any newer version. */
function learn(entry: Entry, { version, available }: Pick<StockChange, 'version' | 'available'>): void {
  if (version <= entry.row.version) return
  entry.row = { ...entry.row, version, available }
  entry.flag = undefined
}

/** A row read from PostgreSQL: its rules and numbers count unless memory is ahead of it. */
function takeRow(entry: Entry, row: GateRow): void {
  if (row.version < entry.row.version) return
  if (row.version > entry.row.version) entry.flag = undefined
  entry.row = row
  entry.isStale = false
}

/** Whoever asks for the same item meanwhile waits for the same answer. */
function once<T>(running: Map<number, Promise<T>>, itemId: number, work: () => Promise<T>): Promise<T> {
  const known = running.get(itemId)
  if (known !== undefined) return known
  const started = work().finally(() => running.delete(itemId))
  running.set(itemId, started)
  return started
}
