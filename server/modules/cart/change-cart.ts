import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { ItemApi } from '../item/contract.ts'
import { add, type Cart, type CartChange } from './cart-lines.ts'
import { deleteLines, listLines, lockCart, putLines, type CartLine } from './sql.ts'

/** Changes of one cart are made one after the other; `decide` sees what the one before has left. */
export async function changeCart(
  database: Database,
  { userId, once }: { userId: number; once: Once | undefined },
  decide: (cart: Cart) => CartChange,
): Promise<void> {
  await database.transaction(async (tx) => {
    await once?.bind(tx)
    await lockCart(tx, userId)
    const lines = await listLines(tx, userId)
    const { put = [], remove = [] } = decide(new Map(lines.map((line) => [line.itemId, line.quantity])))
    if (put.length > 0) await putLines(tx, userId, put)
    if (remove.length > 0) await deleteLines(tx, userId, remove)
  })
}

/** All or nothing. Limited items may be in a cart, to be remembered; they are bought by their sale. */
export async function addToCart(
  deps: { database: Database; items: Pick<ItemApi, 'readItems'> },
  who: { userId: number; once: Once | undefined },
  lines: readonly CartLine[],
): Promise<void> {
  const itemIds = [...new Set(lines.map((line) => line.itemId))]
  const items = await deps.items.readItems(itemIds)
  const unknown = itemIds.filter((_, i) => items[i] === undefined)
  if (unknown.length > 0) {
    const reason = { ko: '존재하지 않는 상품입니다.', en: 'No such item.' }
    const fields = unknown.map((itemId) => ({ field: 'itemId', value: String(itemId), reason }))
    throw new AppError('NOT_FOUND_ITEM', { fields })
  }
  await changeCart(deps.database, who, (cart) => add(cart, lines))
}
