// Lists of items: pages by number as in the original, and pages that go on after a cursor. Kept for less than a second.
import type { Clock } from '../../platform/clock.ts'
import { toCursorPage } from '../../platform/cursor.ts'
import type { Database } from '../../platform/db.ts'
import { etagOf } from '../../platform/etag.ts'
import { toPage, type PageRequest } from '../../platform/page.ts'
import { createReadCache, type Loaded, type ReadCache } from '../../platform/read-cache.ts'
import { timedText, withHoles, type PreparedItem, type TimedText } from './prepare-item.ts'
import { FRESH_MS, type Shelf } from './shelf.ts'
import {
  countShelf,
  listShelf,
  markShelf,
  readCatalogueVersion,
  type ListedRow,
  type Place,
  type ShelfQuery,
} from './sql-shelf.ts'

interface ListText {
  text: TimedText
  etag: string
}

interface CursorRequest {
  after: Place | undefined
  limit: number
}

export interface ItemLists {
  page(query: ShelfQuery, request: PageRequest): ListText | Promise<ListText>
  partAfter(query: ShelfQuery, request: CursorRequest): ListText | Promise<ListText>
  /** Somebody has changed something by hand: whoever looks from now on sees it. */
  forget(): void
}

/** Pages hold 100 items at most: some 50 MB where all of them are full of the longest texts. */
const PAGES_MAX = 250
const QUERIES_MAX = 1_000
/** One question for all lists that are loaded meanwhile. */
const VERSION_FRESH_MS = 100
/** Sales open, sell out and close without a new version: lists of one state are counted as often as this. */
const MOMENT_MS = 400
/** What was counted under a version stays right – but where a backup was put back, and versions come again. */
const COUNT_FRESH_MS = 60_000
/** A deep page is read from the last marked place before it, not counted from the beginning. */
const MARK_EVERY = 1_000

/** What a count or the marks are of. */
interface Counted {
  query: ShelfQuery
  version: number
  moment: string | undefined
}

type Answer<Value> = Value | Promise<Value>
type Read = <Value>(
  cache: ReadCache<string, Value>,
  key: unknown,
  load: () => Promise<Loaded<Value>>,
) => Answer<Value>

export function createItemLists(deps: { database: Database; clock: Clock; shelf: Shelf }): ItemLists {
  const { shelf, clock } = deps
  const { db } = deps.database
  const cacheOf = <Value>(freshMs: number, entriesMax: number): ReadCache<string, Value> =>
    createReadCache<string, Value>({ clock, freshMs, entriesMax, missingMax: 0 })
  const lists = cacheOf<ListText>(FRESH_MS, PAGES_MAX)
  const versions = cacheOf<number>(VERSION_FRESH_MS, 1)
  const counts = cacheOf<number>(COUNT_FRESH_MS, QUERIES_MAX)
  const marks = cacheOf<readonly Place[]>(COUNT_FRESH_MS, QUERIES_MAX)
  let newsHeard = 0
  const read: Read = (cache, key, load) =>
    // What is loaded is never undefined here.
    cache.read(JSON.stringify(key), async () => [await load()]) as Answer<never>

  const countOf = (about: Counted): Answer<number> =>
    // In whatever order.
    read(counts, { ...about, query: { ...about.query, sort: undefined } }, async () => ({
      value: await countShelf(db, about.query),
    }))

  const rowsFrom = async (about: Counted, offset: number, limit: number): Promise<ListedRow[]> => {
    const { query } = about
    if (offset < MARK_EVERY) return listShelf(db, query, { offset, limit })
    if (offset >= (await countOf(about))) return []
    const places = await read(marks, about, async () => ({ value: await markShelf(db, query, MARK_EVERY) }))
    const number = Math.min(Math.floor(offset / MARK_EVERY), places.length)
    const after = places[number - 1]
    return listShelf(db, query, { after, offset: offset - number * MARK_EVERY, limit })
  }

  const loadPage = async (query: ShelfQuery, request: PageRequest): Promise<Loaded<ListText>> => {
    const offset = request.page * request.size
    const version = await read(versions, '', async () => ({ value: await readCatalogueVersion(db) }))
    const isOfMoment = query.saleStatus !== undefined
    const moment = isOfMoment ? `${newsHeard} ${Math.floor(clock.now() / MOMENT_MS)}` : undefined
    const about = { query, version, moment }
    const [rows, counted] = await Promise.all([rowsFrom(about, offset, request.size), countOf(about)])
    const total = totalOf(rows.length, { offset, limit: request.size, counted })
    const { content, ...rest } = toPage(await shelf.prepare(rows), request, total)
    // As old as the oldest of what it was made of.
    return toList(content, rest, FRESH_MS - (isOfMoment ? MOMENT_MS : VERSION_FRESH_MS))
  }
  const loadPart = async (query: ShelfQuery, { after, limit }: CursorRequest): Promise<Loaded<ListText>> => {
    const rows = await listShelf(db, query, { after, offset: 0, limit: limit + 1 })
    const { content, next } = toCursorPage(rows, limit, (row) => [query.sort, row.sortKey, row.itemId])
    return toList(await shelf.prepare(content), { next }, FRESH_MS)
  }
  return {
    page: (query, request) => read(lists, [query, request], () => loadPage(query, request)),
    partAfter: (query, request) => read(lists, [query, request], () => loadPart(query, request)),
    forget() {
      lists.forgetAll()
      versions.forgetAll()
      newsHeard++
    },
  }
}

/** The count is a moment older or newer than the page: what the page itself tells comes first. */
function totalOf(
  found: number,
  { offset, limit, counted }: { offset: number; limit: number; counted: number },
): number {
  const isLast = found < limit && (found > 0 || offset === 0)
  return isLast ? offset + found : Math.max(counted, found === 0 ? 0 : offset + found)
}

function toList(items: readonly PreparedItem[], rest: object, msMax: number): Loaded<ListText> {
  const content = items.map(({ text }) => withHoles(text)).join(',')
  const text = `{"content":[${content}],${JSON.stringify(rest).slice(1)}`
  // Until the first of them opens or closes.
  const freshMs = Math.min(msMax, ...items.map(({ msToTurn }) => msToTurn ?? msMax))
  return { value: { text: timedText(text), etag: etagOf(text) }, freshMs }
}
