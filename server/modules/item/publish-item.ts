import type { Database } from '../../platform/db.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { StockApi } from '../stock/contract.ts'
import type { NewItem } from './contract.ts'
import { insertItem } from './sql.ts'

/** The item and its stock, or neither. */
export async function publishItem(
  { database, stock }: { database: Database; stock: Pick<StockApi, 'openStock' | 'announce'> },
  sellerId: number,
  input: NewItem,
  once?: Once,
): Promise<{ itemId: number }> {
  const { name, description, price, isReserved: isLimited, quantity } = input
  const { openTime, closeTime, limitPerBuyer, holdSeconds } = input
  const change = await database.transaction(async (tx) => {
    await once?.bind(tx)
    const itemId = await insertItem(tx, { sellerId, name, description, isLimited })
    const terms = { openTime, closeTime, limitPerBuyer, holdSeconds }
    return stock.openStock(tx, { itemId, sellerId, isLimited, unitPriceKrw: price, quantity, ...terms })
  })
  stock.announce([change])
  return { itemId: change.itemId }
}
