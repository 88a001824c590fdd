// Items as this process knows them: from the database at most once a second, however many look.
import { toSeoulIso, type Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createDatabaseClock } from '../../platform/database-clock.ts'
import { createReadCache } from '../../platform/read-cache.ts'
import { createShortMemory } from '../../platform/short-memory.ts'
import type { Sale, StockChange, StockNews } from '../stock/contract.ts'
import { prepareItem, type PreparedItem } from './prepare-item.ts'
import { findShelf, type ShelfRow } from './sql-shelf.ts'

export interface Shelf {
  /** At once where it is known; undefined where there is no such item. */
  read(itemId: number): PreparedItem | undefined | Promise<PreparedItem | undefined>
  /** In the order of `itemIds`; what is not known is read all at once. */
  readMany(itemIds: readonly number[]): Promise<(PreparedItem | undefined)[]>
  /** Rows that were just read for something else. */
  prepare(rows: readonly ShelfRow[]): Promise<PreparedItem[]>
  hear(news: StockNews): void
  /** The database's clock, now. */
  time(): string
}

/** Below a second with the time that an answer takes. */
export const FRESH_MS = 900
const ITEMS_MAX = 5_000
const MISSING_MAX = 10_000
/** In a sale units change a thousand times a second: after the first few of a second, who looks gets what is a bit older. */
const PROMPT_PER_SECOND = 5
const BUSY_FRESH_MS = 200
const BUSY_ITEMS_MAX = 10_000

export function createShelf(deps: {
  database: Database
  clock: Clock
  /** Units in unpaid orders of limited items. */
  heldUnits(sales: readonly Sale[]): Promise<Map<number, number>>
}): Shelf {
  const { clock } = deps
  const { db } = deps.database
  const databaseClock = createDatabaseClock(clock)
  const cache = createReadCache<number, PreparedItem>({
    clock,
    freshMs: FRESH_MS,
    entriesMax: ITEMS_MAX,
    missingMax: MISSING_MAX,
  })
  const heldUnits = gatherCounts(deps.heldUnits)
  const prompt = createShortMemory<{ count: number }>(clock, BUSY_ITEMS_MAX)

  const prepare = async (rows: readonly ShelfRow[]): Promise<PreparedItem[]> => {
    const [first] = rows
    if (first !== undefined) databaseClock.learn(first.serverTime.getTime())
    // Counting reads through all unpaid orders: not for those of which nothing was ever ordered.
    const ordered = rows.filter(({ isLimited, available, total }) => isLimited && available < total)
    const held = ordered.length === 0 ? undefined : await heldUnits(ordered)
    return rows.map((row) => prepareItem(row, held?.get(row.itemId) ?? 0))
  }
  const load = async (
    itemIds: readonly number[],
  ): Promise<{ value: PreparedItem | undefined; freshMs: number | undefined }[]> => {
    const items = await prepare(await findShelf(db, itemIds))
    const byId = new Map(items.map((item) => [item.answer.id, item]))
    return itemIds.map((itemId) => {
      const value = byId.get(itemId)
      return { value, freshMs: value?.msToTurn }
    })
  }
  const hearUnits = ({ itemId, version }: StockChange): void => {
    // Also what this process has said itself comes back to it.
    if ((cache.peek(itemId)?.version ?? -1) >= version) return
    const known = prompt.find(String(itemId))
    if (known === undefined) prompt.set(String(itemId), { count: 1 }, 1_000)
    else known.value.count++
    if ((known?.value.count ?? 1) <= PROMPT_PER_SECOND) cache.forget([itemId])
    else cache.shorten([itemId], BUSY_FRESH_MS)
  }
  return {
    read: (itemId) => cache.read(itemId, load),
    readMany: (itemIds) => cache.readMany(itemIds, load),
    prepare,
    hear({ kind, changes }) {
      if (kind === 'units') changes.forEach(hearUnits)
      else cache.forget(changes.map(({ itemId }) => itemId))
    },
    time: createTimeText(databaseClock.earliestMs),
  }
}

type HeldUnits = (sales: readonly Sale[]) => Promise<Map<number, number>>

/**
 * One count at a time: whoever comes while it runs shares the next one. While many orders are new, each count reads through all of
 * them, and a hundred pages become due at the same moment.
 */
export function gatherCounts(count: HeldUnits): HeldUnits {
  let running: Promise<unknown> = Promise.resolve()
  let waiting: Sale[] = []
  let next: ReturnType<HeldUnits> | undefined
  const start = (): ReturnType<HeldUnits> => {
    const counted = count(waiting)
    running = counted.catch(() => undefined)
    waiting = []
    next = undefined
    return counted
  }
  return (sales) => {
    waiting.push(...sales)
    return (next ??= running.then(start))
  }
}

/** Thousands are answered in the same millisecond. */
function createTimeText(now: () => number): () => string {
  let lastMs = Number.NaN
  let text = ''
  return () => {
    const ms = now()
    if (ms !== lastMs) text = toSeoulIso(ms)
    lastMs = ms
    return text
  }
}
