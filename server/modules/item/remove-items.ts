import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { StockApi } from '../stock/contract.ts'
import { requireOwnItems, type Hand } from './own-items.ts'
import { lockItems, markDeleted } from './sql.ts'

/** Takes items off for good, with their stock, all or none; past orders still name them. Unknown ones among others are passed over. */
export async function removeItems(
  { database, stock }: { database: Database; stock: Pick<StockApi, 'removeStocks' | 'announce'> },
  { caller, once }: Hand,
  itemIds: readonly number[],
): Promise<void> {
  const ownIds = await requireOwnItems(database, caller, itemIds)
  const changes = await database.transaction(async (tx) => {
    await once?.bind(tx)
    const present = await lockItems(tx, ownIds)
    if (present.length === 0) throw new AppError('NOT_FOUND_ITEM')
    const removed = await stock.removeStocks(tx, { itemIds: present, actorId: caller.userId })
    if (removed.outcome === 'in_use') throw new AppError('ITEM_IN_USE')
    await markDeleted(tx, present)
    return removed.changes
  })
  stock.announce(changes)
}
