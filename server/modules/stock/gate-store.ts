// Where a gate counts: units left, claims in flight, numbers given, who waits. In this process (gate-memory.ts) or, where
// several processes sell, in Redis (gate-redis.ts, gate.lua). One set of rules, tested against one another.
import type { StockChange } from './contract.ts'
import type { GateRow } from './sql-gate.ts'

/** As the store last said. `units` are those of claims in flight. */
export interface Numbers {
  version: number
  available: number
  epoch: number
  units: number
}

export interface TakeRequest {
  /** buyer and key. */
  id: string
  quantity: number
  /** Who writes it: only when that backend is gone may its claim be given up by others. */
  owner: string
  /** PostgreSQL decides, whatever is left: takes no units. */
  isPassed: boolean
  /** The number with which it has waited; 0: none. */
  waited: number
}

export type TakeReply =
  | {
      /** `waits`: nothing is left, but claims in flight may still leave their units. `full`: no more claims are kept. */
      taken: 'granted' | 'waits' | 'full'
      sequence: number
      numbers: Numbers
    }
  /** The item has to be loaded. */
  | 'unknown'
  /** The store does not answer: PostgreSQL decides. */
  | 'away'

export interface Grant {
  id: string
  sequence: number
}

export interface StoreNews {
  itemId: number
  numbers: Numbers
  /** Claims that waited and need not any more. */
  grants: readonly Grant[]
}

export interface OverdueClaim {
  itemId: number
  id: string
  owner: string
  ageMs: number
}

export interface GateStore {
  /** Several processes count here together, and it can be lost. */
  isShared: boolean
  /** It does not answer: PostgreSQL decides meanwhile. */
  isAway(): boolean
  /** Idempotent by id: a claim in flight is granted again with its number. */
  take(itemId: number, request: TakeRequest): TakeReply | Promise<TakeReply>
  /**
   * Numbers of the row where they are newer; a higher epoch starts the numbering anew. `isAnew`: whatever is kept is
   * forgotten. False: the store is away.
   */
  load(row: GateRow, isAnew: boolean): boolean | Promise<boolean>
  /** Removes claims whose truth is known, with the numbers it came with. Serves those who wait. */
  settle(itemId: number, ids: readonly string[], change: StockChange | undefined): void
  learn(change: StockChange): void
  /** Claims that waited with these numbers do not any more. */
  leave(itemId: number, sequences: readonly number[]): void
  /** Claims in flight for longer than `ageMs`; some of them where there are many. Keeps the items alive. */
  look(itemIds: readonly number[], ageMs: number): Promise<OverdueClaim[]>
  /** Nobody here uses the item any more. */
  drop(itemId: number): void
  /** `hear` is told what changed, also by others; `onMissed`, that news may have been lost. Once, before anything else. */
  listen(hear: (news: StoreNews) => void, onMissed: () => void): void
}

export const EPOCH_SIZE = 2 ** 32
/** Half of an epoch is the gate's, the other half is for numbers that PostgreSQL gives. */
export const GIVEN_MAX = 2 ** 31 - 1
export const CLAIMS_MAX = 100_000
export const WAITING_MAX = 20_000
