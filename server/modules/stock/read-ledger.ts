import { toSeoulIso } from '../../platform/clock.ts'
import type { Caller } from '../../platform/auth.ts'
import {
  decodeCursor,
  isByCursor,
  limitOf,
  toCursorPage,
  type CursorPage,
  type PageOrCursor,
} from '../../platform/cursor.ts'
import type { Database, Db } from '../../platform/db.ts'
import { toPage, toPageRequest, type Page } from '../../platform/page.ts'
import { requireOwnSale } from './lock-sale.ts'
import { countLedger, findLedger, type LedgerRow } from './sql-ledger.ts'

export type LedgerEntry = Omit<LedgerRow, 'at'> & { at: string }

/** Who moved units, why, how many and when, newest first: by page, or from a cursor on where the query names `cursor` or `limit`. */
export async function readLedger(
  { database }: { database: Database },
  caller: Caller,
  { itemId, query }: { itemId: number; query: PageOrCursor },
): Promise<Page<LedgerEntry> | CursorPage<LedgerEntry>> {
  await requireOwnSale(database.db, caller, itemId, 'NOT_FOUND_STOCK')
  return isByCursor(query) ? fromCursor(database.db, itemId, query) : ofPage(database.db, itemId, query)
}

async function fromCursor(db: Db, itemId: number, query: PageOrCursor): Promise<CursorPage<LedgerEntry>> {
  const [beforeId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['integer'])
  const limit = limitOf(query)
  const rows = await findLedger(db, { itemId, beforeId, limit: limit + 1 })
  const { content, next } = toCursorPage(rows, limit, ({ id }) => [id])
  return { content: content.map(toEntry), next }
}

async function ofPage(db: Db, itemId: number, query: PageOrCursor): Promise<Page<LedgerEntry>> {
  const { page, size } = toPageRequest(query)
  const [rows, entries] = await Promise.all([
    findLedger(db, { itemId, offset: page * size, limit: size }),
    countLedger(db, itemId),
  ])
  return toPage(rows.map(toEntry), { page, size }, entries)
}

const toEntry = ({ at, ...row }: LedgerRow): LedgerEntry => ({ ...row, at: toSeoulIso(at) })
