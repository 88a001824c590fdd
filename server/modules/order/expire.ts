// Gives the units of unpaid orders back when their time is over.
import type { Db } from '../../platform/db.ts'
import type { StockApi } from '../stock/contract.ts'
import { expireDueOrders } from './sql.ts'

/** Between batches that were full: those who buy meanwhile need PostgreSQL, too. 100,000 holds are still back within 3 s. */
const PACE_MS = 8

/** One sweep. Milliseconds to the next where a full batch says that more is due. */
export async function expire(deps: {
  db: Db
  stock: StockApi
  batchRowsMax: number
}): Promise<number | undefined> {
  const { expired, changes } = await expireDueOrders(deps.db, deps.batchRowsMax)
  deps.stock.announceUnits(changes)
  return expired === deps.batchRowsMax ? PACE_MS : undefined
}
