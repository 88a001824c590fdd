import type { Caller } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'
import type { EditItemRequest } from './contract.ts'
import { requireOwnItem } from './own-item.ts'
import type { ItemDeps } from './publish-item.ts'
import { updateItem } from './sql.ts'

/** Text and price change together or not at all. */
export async function editItem(
  { database, stock }: Pick<ItemDeps, 'database' | 'stock'>,
  caller: Caller,
  itemId: number,
  { name, description, price }: EditItemRequest,
): Promise<void> {
  await requireOwnItem(database, caller, itemId)
  const change = await database.transaction(async (tx) => {
    const found = await updateItem(tx, itemId, { name, description })
    const priced =
      found && (await stock.setPrice(tx, { itemId, unitPriceKrw: price, actorId: caller.userId }))
    if (!priced) throw new AppError('NOT_FOUND_ITEM')
    return priced
  })
  stock.announce([change])
}
