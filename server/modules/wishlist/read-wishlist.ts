import { toSeoulIso } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { ItemAnswer, ItemApi } from '../item/contract.ts'
import type { WishlistAnswer, WishlistLineAnswer } from './contract.ts'
import { listLines, type WishlistLine } from './sql.ts'

/** Never fails for an item that was taken off: it is shown as such, so that it can be removed. */
export async function readWishlist(
  { database, items }: { database: Database; items: Pick<ItemApi, 'readItems'> },
  userId: number,
): Promise<WishlistAnswer> {
  const lines = await listLines(database.db, userId)
  const known = await items.readItems(lines.map((line) => line.itemId))
  return { wishListId: userId, wishlistItems: lines.map((line, i) => toAnswer(line, known[i])) }
}

function toAnswer({ itemId, addedAt }: WishlistLine, item: ItemAnswer | undefined): WishlistLineAnswer {
  return {
    itemId,
    name: item?.name ?? null,
    price: item?.price ?? null,
    quantity: item?.quantity ?? 0,
    isReserved: item?.isReserved ?? false,
    ...(item?.saleStatus !== undefined && { saleStatus: item.saleStatus }),
    openTime: item?.openTime ?? null,
    isOnSale: item !== undefined,
    addedAt: toSeoulIso(addedAt),
  }
}
