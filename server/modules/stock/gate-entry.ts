// What a process keeps of an item whose gate it uses: the rules and numbers it knows, who has an order, who waits.
import type { Claim, GateAnswer, GateRefusal, SaleFlag } from './contract.ts'
import type { TakeRequest } from './gate-store.ts'
import type { GateRow } from './sql-gate.ts'

/** A claim as it came, and as the store is asked for it. */
export interface Asked {
  claim: Claim
  request: TakeRequest
}

interface Waiting {
  asked: Asked
  sequence: number
  resolve(answer: GateAnswer | Promise<GateAnswer>): void
  cancel(): void
}

export interface Entry {
  itemId: number
  row: GateRow
  flag: SaleFlag | undefined
  flagLoading: Promise<void> | undefined
  /** The rules are being read again: memory must not refuse. */
  isStale: boolean
  usedMs: number
  /**
   * Claims granted here and not settled yet, and how often: one whose truth is not known may be asked for again, and stays
   * taken until both are settled.
   */
  inHand: Map<string, number>
  /** By claim id, in order of arrival. */
  waiting: Map<string, Waiting>
  /** As the store last said; 0: it has not been heard yet. */
  storeVersion: number
  storeEpoch: number
  unitsInFlight: number
  /** Loads in a row because the store's epoch was not the row's, and when the next one may be. */
  loads: number
  loadNotBeforeMs: number
}

const LOAD_GAP_MS = 900
const LOAD_GAP_MS_MAX = 60_000
const LOADS_IN_A_ROW = 8

export function createEntry(row: GateRow, usedMs: number): Entry {
  return {
    itemId: row.itemId,
    row,
    flag: undefined,
    flagLoading: undefined,
    isStale: false,
    usedMs,
    inHand: new Map(),
    waiting: new Map(),
    storeVersion: 0,
    storeEpoch: 0,
    unitsInFlight: 0,
    loads: 0,
    loadNotBeforeMs: 0,
  }
}

/** Why nothing of this sale can be had now, as far as committed numbers and the database's clock say. */
export function reasonOf(row: GateRow, earliestMs: number): GateRefusal | undefined {
  if (!row.isLimited) return undefined
  if (earliestMs < row.openMs) return 'not_open'
  if (row.saleState === 'CLOSED' || earliestMs >= row.closeMs) return 'closed'
  if (row.saleState === 'PAUSED') return 'paused'
  return row.available === 0 ? 'sold_out' : undefined
}

/**
 * May the store be loaded again now? Once is what a loss needs; where another process can not reach the store and goes
 * past it again and again, epochs must not be used up: the waits between grow to a minute (2^21 epochs last for years).
 */
export function mayLoadAgain(entry: Entry, nowMs: number): boolean {
  if (nowMs < entry.loadNotBeforeMs) return false
  if (nowMs - entry.loadNotBeforeMs > 2 * LOAD_GAP_MS_MAX) entry.loads = 0
  const doublings = Math.max(0, entry.loads - LOADS_IN_A_ROW)
  entry.loadNotBeforeMs = nowMs + Math.min(LOAD_GAP_MS * 2 ** doublings, LOAD_GAP_MS_MAX)
  entry.loads = Math.min(entry.loads + 1, LOADS_IN_A_ROW + 10)
  return true
}

export function takeInHand({ inHand }: Entry, id: string): void {
  inHand.set(id, (inHand.get(id) ?? 0) + 1)
}

/** True where nobody here has the claim in hand any more. */
export function putDown({ inHand }: Entry, id: string): boolean {
  const left = (inHand.get(id) ?? 1) - 1
  if (left > 0) inHand.set(id, left)
  else inHand.delete(id)
  return left === 0
}
