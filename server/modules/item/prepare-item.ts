// An item as it is answered: put into text once and sent many times, the clock filled in as it leaves.
import { toSeoulIso } from '../../platform/clock.ts'
import { hashOf } from '../../platform/etag.ts'
import { saleStatusOf, type Sale } from '../stock/contract.ts'
import type { ItemAnswer } from './contract.ts'
import type { ShelfRow } from './sql-shelf.ts'

export interface PreparedItem {
  /** Without the clock. */
  answer: ItemAnswer
  text: TimedText
  etag: string
  revision: string
  /** Of the stock row. */
  version: number
  /** Until it opens or closes by itself; undefined where it does neither. */
  msToTurn: number | undefined
}

/** JSON with a hole for each time of the database. */
export type TimedText = readonly string[]

/** JSON has none: it writes it as an escape. */
const HOLE = '\0'

export const timedText = (text: string): TimedText => text.split(HOLE)
export const withHoles = (text: TimedText): string => text.join(HOLE)
export const atTime = (text: TimedText, time: () => string): string =>
  text.length === 1 ? text[0]! : text.join(time())

const REVISION_CHARACTERS = 11

/** Of what an editor changes: units that are sold meanwhile do not make an edit stale. */
export function revisionOf(item: { name: string; description: string; price: number }): string {
  return hashOf(JSON.stringify([item.name, item.description, item.price])).slice(0, REVISION_CHARACTERS)
}

/** Whether an entity tag, without its quotes, is of this revision. */
export const isOfRevision = (tag: string, revision: string): boolean => tag.split('.', 1)[0] === revision

export const etagWith = (revision: string, rest: string): string => `"${revision}.${rest}"`

export function prepareItem(row: ShelfRow, held: number): PreparedItem {
  const answer = toAnswer(row, held)
  const known = JSON.stringify(answer)
  const revision = revisionOf(answer)
  return {
    answer,
    text: timedText(row.isLimited ? `${known.slice(0, -1)},"serverTime":"${HOLE}"}` : known),
    etag: etagWith(revision, hashOf(known)),
    revision,
    version: row.version,
    msToTurn: msToTurn(row),
  }
}

function toAnswer(row: ShelfRow, held: number): ItemAnswer {
  return {
    id: row.itemId,
    name: row.name,
    description: row.description,
    quantity: row.available,
    price: row.unitPriceKrw,
    openTime: toIso(row.openTime),
    isReserved: row.isLimited,
    sellerId: row.sellerId,
    ...(row.isLimited && saleFields(row, held)),
  }
}

function saleFields(sale: Sale, held: number): Partial<ItemAnswer> {
  return {
    saleStatus: saleStatusOf(sale),
    held,
    sold: sale.total - sale.available - held,
    total: sale.total,
    closeTime: toIso(sale.closeTime),
    limitPerBuyer: sale.limitPerBuyer ?? 0,
    holdSeconds: sale.holdSeconds,
  }
}

const toIso = (instant: Date | null): string | null => (instant === null ? null : toSeoulIso(instant))

function msToTurn({ openTime, closeTime, serverTime }: Sale): number | undefined {
  const ahead = [openTime, closeTime]
    .map((turn) => (turn?.getTime() ?? 0) - serverTime.getTime())
    .filter((ms) => ms > 0)
  return ahead.length === 0 ? undefined : Math.min(...ahead)
}
