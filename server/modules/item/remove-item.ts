import type { Caller } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'
import { requireOwnItem } from './own-item.ts'
import type { ItemDeps } from './publish-item.ts'
import { markDeleted } from './sql.ts'

/** Takes the item off for good, with its stock; past orders still name it. */
export async function removeItem(
  { database, stock }: Pick<ItemDeps, 'database' | 'stock'>,
  caller: Caller,
  itemId: number,
): Promise<void> {
  await requireOwnItem(database, caller, itemId)
  const change = await database.transaction(async (tx) => {
    if (!(await markDeleted(tx, itemId))) throw new AppError('NOT_FOUND_ITEM')
    const removed = await stock.removeStock(tx, { itemId, actorId: caller.userId })
    // Thrown, so that the item is not marked either.
    if (removed.outcome === 'in_use') throw new AppError('ITEM_IN_USE')
    return removed.outcome === 'removed' ? removed.change : undefined
  })
  if (change !== undefined) stock.announce([change])
}
