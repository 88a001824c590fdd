// Step 4 of the purchase line: one synchronous step that answers claims. Open? Units left? Take them.
// Left = available - units of claims in flight. No number is taken but with a higher version of the stock row.
import type { Clock } from '../../platform/clock.ts'
import type { DatabaseClock } from '../../platform/database-clock.ts'
import type { Claim, Gate, GateAnswer, GateRefusal, SaleFlag, StockChange } from './contract.ts'
import { createParking } from './parking.ts'
import type { GateRow } from './sql-gate.ts'

export interface MemoryGate extends Gate {
  /** Units changed, the rules of the sale did not. */
  learn(changes: readonly StockChange[]): void
  /** The rules of these sales changed: nothing is refused from memory until they are read again. */
  refresh(itemIds: readonly number[]): Promise<void>
  /** Reads every gate in use again and drops idle ones; called once a second, and after a lost LISTEN. */
  recheck(): Promise<void>
}

export interface GateReads {
  /** Reads a stock row and raises its gate epoch under the row's lock. Undefined: no such item. */
  loadGate(itemId: number): Promise<GateRow | undefined>
  readGates(itemIds: readonly number[]): Promise<GateRow[]>
  readFlag(itemId: number): Promise<SaleFlag | undefined>
}

interface InFlight {
  units: number
  sequence: number
}

interface Entry {
  itemId: number
  row: GateRow
  /** Numbers given by this gate in its epoch. */
  given: number
  inFlight: Map<string, InFlight>
  unitsInFlight: number
  flag: SaleFlag | undefined
  flagLoading: Promise<void> | undefined
  /** The row is being read again: memory must not refuse. */
  stale: boolean
  usedMs: number
}

const EPOCH_SIZE = 2 ** 32
/** Half of an epoch is the gate's, the other half is for numbers that PostgreSQL gives. */
const GIVEN_MAX = 2 ** 31 - 1
const ENTRIES_MAX = 10_000
const IDLE_MS = 60_000

export function createMemoryGate(options: {
  reads: GateReads
  clock: Clock
  databaseClock: DatabaseClock
  parkMsMax: number
}): MemoryGate {
  const { reads, clock, databaseClock } = options
  const entries = new Map<number, Entry>()
  const loading = new Map<number, Promise<Entry | undefined>>()
  const parking = createParking(options.parkMsMax)

  const load = (itemId: number): Promise<Entry | undefined> => {
    let promise = loading.get(itemId)
    if (promise === undefined) {
      promise = reads
        .loadGate(itemId)
        .then((row) => {
          if (row === undefined) return undefined
          const entry = newEntry(itemId, row, clock.now())
          entries.set(itemId, entry)
          return entry
        })
        .finally(() => loading.delete(itemId))
      loading.set(itemId, promise)
    }
    return promise
  }

  /** Why nothing of this sale can be had now, as far as committed numbers and the database's clock say. */
  const reasonOf = ({ row }: Entry): GateRefusal | undefined => {
    if (!row.isLimited) return undefined
    const now = databaseClock.earliestMs()
    if (now < row.openMs) return 'not_open'
    if (row.saleState === 'CLOSED' || now >= row.closeMs) return 'closed'
    if (row.saleState === 'PAUSED') return 'paused'
    return row.available === 0 ? 'sold_out' : undefined
  }

  /** A claim whose truth is not known yet keeps its number and its units, whatever the sale says meanwhile. */
  const grantedBefore = (entry: Entry, claim: Claim): GateAnswer | undefined => {
    const again = entry.inFlight.get(claimId(claim))
    return again && { answer: 'granted', sequence: again.sequence }
  }

  const grant = (entry: Entry, claim: Claim, units: number): GateAnswer => {
    const again = grantedBefore(entry, claim)
    if (again !== undefined) return again
    entry.given = Math.min(entry.given + 1, GIVEN_MAX)
    const sequence = entry.row.epoch * EPOCH_SIZE + entry.given
    entry.inFlight.set(claimId(claim), { units, sequence })
    entry.unitsInFlight += units
    return { answer: 'granted', sequence }
  }

  /** PostgreSQL decides: the claim takes nothing from the others meanwhile. */
  const passOn = (entry: Entry, claim: Claim): GateAnswer => grant(entry, claim, 0)

  const loadFlag = (entry: Entry): Promise<void> =>
    (entry.flagLoading ??= reads
      .readFlag(entry.itemId)
      .then((flag) => {
        if (flag !== undefined) {
          learnOne(entry, { itemId: entry.itemId, version: flag.version, available: flag.available })
          if (flag.version === entry.row.version) entry.flag = flag
        }
      })
      .finally(() => {
        entry.flagLoading = undefined
      }))

  /** For a sale that is open. Undefined: not now, but a claim in flight may still leave its units. */
  const decide = (entry: Entry, claim: Claim): GateAnswer | undefined => {
    const again = grantedBefore(entry, claim)
    if (again !== undefined) return again
    const left = entry.row.available - entry.unitsInFlight
    if (left >= claim.quantity) return grant(entry, claim, claim.quantity)
    // More is asked than is left, and nobody's failure can change that.
    return entry.unitsInFlight === 0 ? passOn(entry, claim) : undefined
  }

  const refuseOrPass = (entry: Entry, claim: Claim, reason: GateRefusal): GateAnswer => {
    const { flag } = entry
    const sure =
      flag?.version === entry.row.version && flag.buyers !== undefined && !flag.buyers.has(claim.buyerId)
    return sure ? { answer: reason } : passOn(entry, claim)
  }

  /** Undefined: wait for claims in flight to settle. */
  const judge = (entry: Entry, claim: Claim): GateAnswer | Promise<GateAnswer> | undefined => {
    const reason = entry.stale ? undefined : reasonOf(entry)
    if (reason === undefined) return decide(entry, claim)
    if (entry.flag !== undefined) return refuseOrPass(entry, claim, reason)
    return loadFlag(entry).then(() => {
      const now = reasonOf(entry)
      return now === undefined
        ? (decide(entry, claim) ?? park(entry, claim))
        : refuseOrPass(entry, claim, now)
    })
  }

  const park = (entry: Entry, claim: Claim): GateAnswer | Promise<GateAnswer> =>
    parking.park(entry.itemId, { retry: () => judge(entry, claim), giveUp: () => passOn(entry, claim) })

  const answer = (entry: Entry, claim: Claim): GateAnswer | Promise<GateAnswer> => {
    entry.usedMs = clock.now()
    return judge(entry, claim) ?? park(entry, claim)
  }

  const learnOne = (entry: Entry, change: StockChange): void => {
    if (change.version <= entry.row.version) return
    entry.row = { ...entry.row, version: change.version, available: change.available }
    entry.flag = undefined
  }

  /** A row read without raising the epoch: its rules and numbers count unless memory is ahead of it. */
  const takeRow = (entry: Entry, row: GateRow): void => {
    if (row.version < entry.row.version) return
    if (row.version > entry.row.version) entry.flag = undefined
    entry.row = { ...row, epoch: entry.row.epoch }
    entry.stale = false
  }

  const readAgain = async (itemIds: readonly number[]): Promise<void> => {
    const rows = await reads.readGates(itemIds)
    const found = new Set<number>()
    for (const row of rows) {
      found.add(row.itemId)
      const entry = entries.get(row.itemId)
      if (entry !== undefined) takeRow(entry, row)
    }
    for (const itemId of itemIds) {
      if (!found.has(itemId)) entries.delete(itemId)
      parking.retry(itemId)
    }
  }

  return {
    refusal(itemId, buyerId) {
      const entry = entries.get(itemId)
      if (entry?.flag === undefined || entry.stale || entry.flag.version !== entry.row.version)
        return undefined
      const { buyers } = entry.flag
      if (buyers === undefined || buyers.has(buyerId)) return undefined
      return reasonOf(entry)
    },
    claim(claim) {
      const entry = entries.get(claim.itemId)
      if (entry !== undefined) return answer(entry, claim)
      return load(claim.itemId).then((loaded) =>
        loaded === undefined ? { answer: 'granted', sequence: 0 } : answer(loaded, claim),
      )
    },
    settle(claims, changes) {
      for (const change of changes) {
        const entry = entries.get(change.itemId)
        if (entry !== undefined) learnOne(entry, change)
      }
      const touched = new Set<number>()
      for (const claim of claims) {
        const entry = entries.get(claim.itemId)
        const id = claimId(claim)
        const settled = entry?.inFlight.get(id)
        if (entry === undefined || settled === undefined) continue
        entry.inFlight.delete(id)
        entry.unitsInFlight -= settled.units
        touched.add(claim.itemId)
      }
      for (const itemId of touched) parking.retry(itemId)
    },
    census() {
      let claimsInFlight = 0
      let unitsLeft = 0
      for (const entry of entries.values()) {
        claimsInFlight += entry.inFlight.size
        unitsLeft += entry.row.available - entry.unitsInFlight
      }
      return { items: entries.size, claimsInFlight, unitsLeft }
    },
    learn(changes) {
      for (const change of changes) {
        const entry = entries.get(change.itemId)
        if (entry === undefined) continue
        learnOne(entry, change)
        parking.retry(change.itemId)
      }
    },
    async refresh(itemIds) {
      const known = itemIds.filter((itemId) => entries.has(itemId))
      if (known.length === 0) return
      for (const itemId of known) entries.get(itemId)!.stale = true
      await readAgain(known)
    },
    async recheck() {
      const idleBefore = clock.now() - IDLE_MS
      for (const [itemId, entry] of entries) {
        const idle = entry.usedMs < idleBefore || entries.size > ENTRIES_MAX
        if (idle && entry.inFlight.size === 0 && !parking.has(itemId)) entries.delete(itemId)
      }
      if (entries.size > 0) await readAgain([...entries.keys()])
    },
  }
}

function newEntry(itemId: number, row: GateRow, usedMs: number): Entry {
  return {
    itemId,
    row,
    given: 0,
    inFlight: new Map(),
    unitsInFlight: 0,
    flag: undefined,
    flagLoading: undefined,
    stale: false,
    usedMs,
  }
}

function claimId(claim: Claim): string {
  return `${claim.buyerId} ${claim.key}`
}
