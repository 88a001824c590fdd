// Units left, as many ask for them: kept for less than a second, ready to be sent.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createReadCache } from '../../platform/read-cache.ts'
import type { StockChange, StockNews } from './contract.ts'
import { tagOf } from './stock-view.ts'
import { findSales } from './sql.ts'

export interface StockRead {
  quantity: number
  version: number
  etag: string
  /** The answer as JSON. */
  text: string
}

export interface StockReads {
  /** At once where it is known; undefined where the item has no stock. */
  read(itemId: number): StockRead | undefined | Promise<StockRead | undefined>
  /** In the order of `itemIds`; one statement for all that are not known. */
  readMany(itemIds: readonly number[]): Promise<(StockRead | undefined)[]>
  hear(news: StockNews): void
}

/** A second, less what an answer takes: what other processes commit is seen within it, told or not. */
const FRESH_MS = 900
/** In a sale units change a thousand times a second: who looks then gets a number this old, and the row is read this seldom. */
const BUSY_FRESH_MS = 100
const STOCKS_MAX = 20_000
const MISSING_MAX = 1_000

export function createStockReads({ database, clock }: { database: Database; clock: Clock }): StockReads {
  const cache = createReadCache<number, StockRead>({
    clock,
    freshMs: FRESH_MS,
    entriesMax: STOCKS_MAX,
    missingMax: MISSING_MAX,
  })
  const load = async (itemIds: readonly number[]): Promise<{ value: StockRead | undefined }[]> => {
    const sales = new Map((await findSales(database.db, itemIds)).map((sale) => [sale.itemId, sale]))
    return itemIds.map((itemId) => {
      const sale = sales.get(itemId)
      return { value: sale && toRead(sale) }
    })
  }
  return {
    read: (itemId) => cache.read(itemId, load),
    readMany: (itemIds) => cache.readMany(itemIds, load),
    hear({ kind, changes }) {
      // What this process has said itself comes back to it.
      const isNew = ({ itemId, version }: StockChange): boolean =>
        (cache.peek(itemId)?.version ?? -1) < version
      const itemIds = changes.filter(isNew).map((change) => change.itemId)
      if (kind === 'rules') cache.forget(itemIds)
      else cache.shorten(itemIds, BUSY_FRESH_MS)
    },
  }
}

function toRead({ version, available }: Pick<StockChange, 'version' | 'available'>): StockRead {
  return {
    quantity: available,
    version,
    etag: tagOf({ version, available }),
    text: `{"quantity":${available}}`,
  }
}
