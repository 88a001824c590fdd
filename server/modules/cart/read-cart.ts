import type { Database } from '../../platform/db.ts'
import { toRemembered, type ItemAnswer, type ItemApi } from '../item/contract.ts'
import type { CartAnswer, CartLineAnswer } from './contract.ts'
import { listLines, type CartLine } from './sql.ts'

export async function readCart(
  { database, items }: { database: Database; items: Pick<ItemApi, 'readItems'> },
  userId: number,
): Promise<CartAnswer> {
  const lines = await listLines(database.db, userId)
  const known = await items.readItems(lines.map((line) => line.itemId))
  const cartItems = lines.map((line, i) => toAnswer(line, known[i]))
  const orderable = cartItems.filter((line) => line.isOrderable)
  return { cartId: userId, cartItems, totalSum: orderable.reduce((sum, line) => sum + line.totalSum, 0) }
}

function toAnswer({ itemId, quantity }: CartLine, item: ItemAnswer | undefined): CartLineAnswer {
  return {
    itemId,
    quantity,
    available: item?.quantity ?? 0,
    ...toRemembered(item),
    isOrderable: item !== undefined && !item.isReserved && item.quantity >= quantity,
    totalSum: (item?.price ?? 0) * quantity,
  }
}
