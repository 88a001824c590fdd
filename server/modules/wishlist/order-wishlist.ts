import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { ItemApi } from '../item/contract.ts'
import type { OrderApi, OrderBody } from '../order/contract.ts'
import { BATCH_MAX, type OrderWishlistRequest } from './contract.ts'
import { listLines } from './sql.ts'

export interface OrderWishlistDeps {
  database: Database
  items: Pick<ItemApi, 'readItems'>
  orders: Pick<OrderApi, 'placeOrder'>
  ids: Ids
}

interface Line {
  itemId: number
  quantity: number
}

/** All or nothing. What was ordered stays on the list. */
export async function orderWishlist(
  deps: OrderWishlistDeps,
  { userId, once }: { userId: number; once: Once | undefined },
  request: OrderWishlistRequest,
): Promise<OrderBody> {
  const onList = (await listLines(deps.database.db, userId)).map((line) => line.itemId)
  const lines = request.items === undefined ? await buyable(deps.items, onList) : named(onList, request.items)
  return deps.orders.placeOrder({
    buyerId: userId,
    key: deps.ids.uuid(),
    lines,
    recipient: request.recipient,
    ...(once !== undefined && { alongside: (tx) => once.bind(tx) }),
  })
}

/** One of each normal item of the list that has units left. */
async function buyable(items: Pick<ItemApi, 'readItems'>, onList: readonly number[]): Promise<Line[]> {
  const known = await items.readItems(onList)
  const lines = known.flatMap((item) =>
    item === undefined || item.isReserved || item.quantity === 0 ? [] : [{ itemId: item.id, quantity: 1 }],
  )
  if (lines.length === 0) throw new AppError('NOTHING_TO_ORDER')
  if (lines.length > BATCH_MAX) throw tooManyLines(lines.length)
  return lines
}

function named(onList: readonly number[], wished: NonNullable<OrderWishlistRequest['items']>): Line[] {
  const listed = new Set(onList)
  const missing = [...new Set(wished.map(({ itemId }) => itemId))].filter((itemId) => !listed.has(itemId))
  if (missing.length > 0) {
    const reason = { ko: '위시 리스트에 없는 상품입니다.', en: 'Not on the wishlist.' }
    const fields = missing.map((itemId) => ({ field: 'items', value: String(itemId), reason }))
    throw new AppError('NOT_FOUND_WISHLIST_ITEM', { fields })
  }
  return wished.map(({ itemId, quantity = 1 }) => ({ itemId, quantity }))
}

function tooManyLines(count: number): AppError {
  const reason = {
    ko: `한 번에 ${BATCH_MAX}개 상품까지 주문할 수 있습니다. 주문할 상품을 지정해주세요.`,
    en: `An order has at most ${BATCH_MAX} items: name those you want.`,
  }
  return new AppError('INVALID_INPUT_VALUE', { fields: [{ field: 'items', value: String(count), reason }] })
}
