import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { requireMatch } from '../../platform/etag.ts'
import type { StockApi } from '../stock/contract.ts'
import type { EditItemRequest } from './contract.ts'
import { requireOwnItems, type Hand } from './own-items.ts'
import { isOfRevision, revisionOf } from './prepare-item.ts'
import { findShelf } from './sql-shelf.ts'
import { lockItems, updateItem } from './sql.ts'

/** Text and price change together or not at all; of two editors who saw the same, only one is let through. */
export async function editItem(
  { database, stock }: { database: Database; stock: Pick<StockApi, 'setPrice' | 'announce'> },
  { caller, once, ifMatch }: Hand & { ifMatch: string | undefined },
  { itemId, name, description, price }: EditItemRequest & { itemId: number },
): Promise<void> {
  await requireOwnItems(database, caller, [itemId])
  const change = await database.transaction(async (tx) => {
    await once?.bind(tx)
    // Prices change under this lock only, too.
    await lockItems(tx, [itemId])
    const [now] = await findShelf(tx, [itemId])
    if (now === undefined) throw new AppError('NOT_FOUND_ITEM')
    const revision = revisionOf({ ...now, price: now.unitPriceKrw })
    requireMatch(ifMatch, (tag) => isOfRevision(tag, revision))
    await updateItem(tx, itemId, { name, description })
    const priced = await stock.setPrice(tx, { itemId, unitPriceKrw: price, actorId: caller.userId })
    if (priced === undefined) throw new AppError('NOT_FOUND_ITEM')
    return priced
  })
  stock.announce([change])
}
