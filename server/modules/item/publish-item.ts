import type { Database } from '../../platform/db.ts'
import type { Sale, StockApi } from '../stock/contract.ts'
import type { NewItem } from './contract.ts'
import { insertItem } from './sql.ts'

export interface ItemDeps {
  database: Database
  stock: Pick<StockApi, 'openStock' | 'setPrice' | 'removeStock' | 'readSales' | 'announce'>
  /** Units of unpaid orders; items that have none may be left out. */
  /** Units in unpaid orders of limited items. */
  heldUnits(sales: readonly Sale[]): Promise<Map<number, number>>
}

/** The item and its stock, or neither. */
export async function publishItem(
  { database, stock }: Pick<ItemDeps, 'database' | 'stock'>,
  sellerId: number,
  input: NewItem,
): Promise<{ itemId: number }> {
  const { name, description, price, isReserved: isLimited, quantity } = input
  const { openTime, closeTime, limitPerBuyer, holdSeconds } = input
  const change = await database.transaction(async (tx) => {
    const itemId = await insertItem(tx, { sellerId, name, description, isLimited })
    const terms = { openTime, closeTime, limitPerBuyer, holdSeconds }
    return stock.openStock(tx, { itemId, sellerId, isLimited, unitPriceKrw: price, quantity, ...terms })
  })
  stock.announce([change])
  return { itemId: change.itemId }
}
