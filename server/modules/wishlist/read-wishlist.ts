import { toSeoulIso } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { toRemembered, type ItemAnswer, type ItemApi } from '../item/contract.ts'
import type { WishlistAnswer, WishlistLineAnswer } from './contract.ts'
import { listLines, type WishlistLine } from './sql.ts'

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
    quantity: item?.quantity ?? 0,
    ...toRemembered(item),
    addedAt: toSeoulIso(addedAt),
  }
}
