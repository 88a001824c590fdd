// Statements of sellers and administrators on stock rows and the ledger.
import { sql, type Generated } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { Sale, StockChange } from './contract.ts'

interface StockTable {
  itemId: number
  sellerId: number
  isLimited: boolean
  unitPrice: number
  total: number
  available: number
  version: Generated<number>
  saleState: Generated<Sale['saleState']>
  openTime: Date | null
  closeTime: Date | null
  limitPerBuyer: number | null
  holdSeconds: number
}

interface LedgerTable {
  itemId: number
  reason: 'OPENED' | 'RESTOCKED' | 'REDUCED' | 'REMOVED'
  delta: number
  available: number
  version: number
  actorId: number
  at: Date
}

// A type, not an interface: Kysely asks for an index signature.
type Tables = {
  'stock.stock': StockTable
  'stock.ledger': LedgerTable
}

const CHANGED = ['itemId', 'version', 'available'] as const

/** In no certain order. */
export async function findSales(db: Db, itemIds: readonly number[]): Promise<Sale[]> {
  return (
    db
      .$extendTables<Tables>()
      .selectFrom('stock.stock')
      .select([
        'itemId',
        'sellerId',
        'isLimited',
        'unitPrice as unitPriceKrw',
        'total',
        'available',
        'version',
      ])
      .select(['saleState', 'openTime', 'closeTime', 'limitPerBuyer', 'holdSeconds'])
      // Of this statement, not of its transaction, which may have waited for a lock since.
      .select(sql<Date>`statement_timestamp()`.as('serverTime'))
      .where('itemId', '=', sql<number>`ANY (${itemIds}::bigint[])`)
      .execute()
  )
}

export async function insertStock(
  tx: Tx,
  row: Omit<StockTable, 'version' | 'saleState'>,
): Promise<StockChange> {
  return tx
    .$extendTables<Tables>()
    .insertInto('stock.stock')
    .values(row)
    .returning(CHANGED)
    .executeTakeFirstOrThrow()
}

export type SaleRules = Partial<
  Pick<StockTable, 'unitPrice' | 'openTime' | 'closeTime' | 'limitPerBuyer' | 'holdSeconds'>
> & {
  saleState?: Sale['saleState']
}

/** Raises the version. */
export async function updateRules(tx: Tx, itemId: number, rules: SaleRules): Promise<StockChange> {
  return tx
    .$extendTables<Tables>()
    .updateTable('stock.stock')
    .set({ ...rules, version: sql`version + 1` })
    .where('itemId', '=', itemId)
    .returning(CHANGED)
    .executeTakeFirstOrThrow()
}

export async function deleteStocks(tx: Tx, itemIds: readonly number[]): Promise<void> {
  await tx
    .$extendTables<Tables>()
    .deleteFrom('stock.stock')
    .where('itemId', '=', sql<number>`ANY (${itemIds}::bigint[])`)
    .execute()
}

export async function insertLedgerEntry(
  tx: Tx,
  change: StockChange,
  entry: Pick<LedgerTable, 'reason' | 'delta' | 'actorId'>,
): Promise<void> {
  const { itemId, version, available } = change
  await tx
    .$extendTables<Tables>()
    .insertInto('stock.ledger')
    .values({ ...entry, itemId, version, available, at: sql`clock_timestamp()` })
    .execute()
}
