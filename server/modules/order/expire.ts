// Gives the units of unpaid orders back when their time is over.
import type { Db } from '../../platform/db.ts'
import type { StockApi } from '../stock/contract.ts'
import { expireDueOrders } from './sql.ts'

/** One sweep; true where a full batch says that more is due. */
export async function expire(deps: { db: Db; stock: StockApi; batchRowsMax: number }): Promise<boolean> {
  const { expired, changes } = await expireDueOrders(deps.db, deps.batchRowsMax)
  deps.stock.announceUnits(changes)
  return expired === deps.batchRowsMax
}
