// Gives the units of unpaid orders back when their time is over.
import { sqlState, type Db } from '../../platform/db.ts'
import type { StockApi } from '../stock/contract.ts'
import { expireDueOrders, expireDueOrdersOf, listDueSales } from './sql.ts'

/** Between batches that were full: those who buy meanwhile need PostgreSQL, too. 100,000 holds are still back within 3 s. */
const PACE_MS = 8
const SALES_MAX = 100

export interface ExpireDeps {
  db: Db
  stock: Pick<StockApi, 'announceUnits'>
  batchRowsMax: number
}

/** One sweep. Milliseconds to the next where a full batch says that more is due. */
export async function expire(deps: ExpireDeps): Promise<number | undefined> {
  try {
    const { expired, changes } = await expireDueOrders(deps.db, deps.batchRowsMax)
    deps.stock.announceUnits(changes)
    return expired === deps.batchRowsMax ? PACE_MS : undefined
  } catch (error) {
    if (!isLocked(error)) throw error
    await expireItemByItem(deps)
    return undefined
  }
}

/** Somebody holds a stock row locked: the units of all other items come back meanwhile. */
async function expireItemByItem({ db, stock, batchRowsMax }: ExpireDeps): Promise<void> {
  for (const saleItemId of await listDueSales(db, SALES_MAX)) {
    try {
      const { changes } = await expireDueOrdersOf(db, saleItemId, batchRowsMax)
      stock.announceUnits(changes)
    } catch (error) {
      if (!isLocked(error)) throw error
    }
  }
}

const isLocked = (error: unknown): boolean => sqlState(error) === '55P03'
