import type { Db } from '../../platform/db.ts'
import type { Sale } from './contract.ts'
import { findSales } from './sql.ts'

/** In the order of `itemIds`; items without stock are left out. */
export async function readSales(db: Db, itemIds: readonly number[]): Promise<Sale[]> {
  if (itemIds.length === 0) return []
  const sales = new Map((await findSales(db, itemIds)).map((sale) => [sale.itemId, sale]))
  return itemIds.flatMap((itemId) => sales.get(itemId) ?? [])
}
