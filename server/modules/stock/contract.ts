import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Db, Tx } from '../../platform/db.ts'

/** SCHEDULED before `openTime`, CLOSED for good after `closeTime` or by hand. */
export const SaleStatus = Type.Union([
  Type.Literal('SCHEDULED'),
  Type.Literal('OPEN'),
  Type.Literal('PAUSED'),
  Type.Literal('SOLD_OUT'),
  Type.Literal('CLOSED'),
])
export type SaleStatus = Static<typeof SaleStatus>

export const QUANTITY_MAX = 1_000
export const STOCK_UNITS_MAX = 1_000_000_000
export const PRICE_KRW_MAX = 2_000_000_000
export const LIMITED_HOLD_SECONDS = 300
export const NORMAL_HOLD_SECONDS = 1_800

/** What a change of a stock row left behind. Gates and other processes are told by it. */
export interface StockChange {
  itemId: number
  version: number
  available: number
}

export interface NewStock {
  itemId: number
  sellerId: number
  isLimited: boolean
  unitPriceKrw: number
  quantity: number
  /** For limited items; others are for sale at once. */
  openTime: Date | undefined
  closeTime: Date | undefined
  limitPerBuyer: number | undefined
  holdSeconds: number | undefined
}

/** A stock row as of one moment of the database's clock (`serverTime`). */
export interface Sale {
  itemId: number
  sellerId: number
  isLimited: boolean
  unitPriceKrw: number
  total: number
  available: number
  version: number
  saleState: 'RUNNING' | 'PAUSED' | 'CLOSED'
  openTime: Date | null
  closeTime: Date | null
  limitPerBuyer: number | null
  holdSeconds: number
  serverTime: Date
}

export interface UnitLine {
  itemId: number
  quantity: number
  /** The price the buyer saw, if the request names one. */
  priceKrw: number | undefined
}

/** Why units were not taken. */
export interface UnitRefusal {
  outcome: 'no_item' | 'limited_item' | 'closed' | 'paused' | 'not_enough' | 'price_changed'
  itemId: number
}

export type TakenUnits =
  | {
      outcome: 'taken'
      /** In the order of the lines. */
      unitPricesKrw: number[]
      /** The longest hold that all items allow. */
      holdSeconds: number
      changes: StockChange[]
      takenAt: Date
    }
  | UnitRefusal

export type ChangedUnits = { outcome: 'changed'; changes: StockChange[] } | UnitRefusal

export type RemovedStock =
  { outcome: 'removed'; changes: StockChange[] } | { outcome: 'in_use'; itemId: number }

/** `rules`: anything may be different; `units`: only the numbers are. */
export interface StockNews {
  kind: 'units' | 'rules'
  changes: readonly StockChange[]
}

/** What the other modules may ask of stock. */
export interface StockApi {
  /** The stock row, ledger entry and audit entry of a new item. */
  openStock(tx: Tx, stock: NewStock): Promise<StockChange>
  /** Undefined where the item has no stock row. */
  setPrice(
    tx: Tx,
    change: { itemId: number; unitPriceKrw: number; actorId: number },
  ): Promise<StockChange | undefined>
  /**
   * Ends the sale of items for good, all or none, with the stock rows locked in item order; those without stock are passed over.
   * `in_use`: this one has live orders, or its limited sale is open.
   */
  removeStocks(tx: Tx, change: { itemIds: readonly number[]; actorId: number }): Promise<RemovedStock>
  /** Version and units left now; items without stock are left out. */
  readUnits(db: Db, itemIds: readonly number[]): Promise<StockChange[]>
  /** Takes units of normal items, all or nothing, with the stock rows locked in item order. */
  takeUnits(tx: Tx, lines: readonly UnitLine[]): Promise<TakenUnits>
  /** For an order that is there: positive quantities are taken as above, negative ones come back. All or nothing. */
  changeUnits(tx: Tx, lines: readonly UnitLine[], actorId: number): Promise<ChangedUnits>
  /** After the commit: this process's gate takes the news at once, other processes are notified. */
  announce(changes: readonly StockChange[]): void
  /** The same after units came back from orders: only the numbers changed, not the sale's rules. */
  announceUnits(changes: readonly StockChange[]): void
  /** `listener` is told of all that this process has changed or hears of, after the commit. Some of it twice. */
  onNews(listener: (news: StockNews) => void): void
  gate: Gate
  /** In the order of `itemIds`; items without stock are left out. */
  readSales(db: Db, itemIds: readonly number[]): Promise<Sale[]>
}

export function saleStatusOf(sale: Sale): SaleStatus {
  const now = sale.serverTime.getTime()
  if (sale.saleState === 'CLOSED' || (sale.closeTime !== null && now >= sale.closeTime.getTime()))
    return 'CLOSED'
  if (sale.saleState === 'PAUSED') return 'PAUSED'
  if (sale.openTime !== null && now < sale.openTime.getTime()) return 'SCHEDULED'
  return sale.available === 0 ? 'SOLD_OUT' : 'OPEN'
}

/** A claim: one buyer's attempt to take units. Its id is (buyer, key) within the item. */
export interface Claim {
  itemId: number
  buyerId: number
  key: string
  quantity: number
  /** The price the buyer saw; undefined where the request names none. */
  priceKrw: number | undefined
}

/** What names a claim. */
export type ClaimRef = Pick<Claim, 'itemId' | 'buyerId' | 'key'>

/** A claim that should have been settled long ago, of a process that may be gone. */
export interface OverdueClaim extends ClaimRef {
  owner: string
  ageMs: number
}

export type GateRefusal = 'not_open' | 'closed' | 'paused' | 'sold_out'

export type GateAnswer =
  | { answer: GateRefusal }
  /** More claims are in flight than a gate keeps. */
  | { answer: 'busy' }
  /** The claim may go to the writer. `sequence` 0: no gate numbered it. */
  | { answer: 'granted'; sequence: number }

/** Makes "no" cheap and keeps the order of arrival. Never the truth: PostgreSQL decides every granted claim. */
export interface Gate {
  /** A "no" that needs no I/O and is sure for this buyer, or undefined. */
  refusal(itemId: number, buyerId: number): GateRefusal | undefined
  /**
   * Idempotent by claim id: a claim still in flight is granted again with its number. `owner` names the backend that
   * will write it. Rejects where PostgreSQL is away.
   */
  claim(claim: Claim, owner: string): GateAnswer | Promise<GateAnswer>
  /** Claims whose truth is known leave the gate together with the numbers that this truth came with. */
  settle(claims: readonly ClaimRef[], changes: readonly StockChange[]): void
  /** Claims in flight for seconds that this process does not have in hand. */
  overdue(): Promise<OverdueClaim[]>
  /** What this process holds at the moment, over all items it has in use. */
  census(): GateCensus
}

export interface GateCensus {
  items: number
  claimsInFlight: number
  /** Committed available units less units of claims in flight. */
  unitsLeft: number
  /** The gate does not answer: PostgreSQL decides meanwhile. */
  isAway: boolean
}

/** What a buyer's set is read for: who has an order of the item in any state, as of `version`. */
export interface SaleFlag {
  version: number
  available: number
  /** Undefined where there are more than the flag may hold. */
  buyers: Set<number> | undefined
}
