// What each change makes of a cart. No I/O: the cart is locked by the caller.
import { AppError } from '../../platform/errors.ts'
import { LINE_QUANTITY_MAX, LINES_MAX } from './contract.ts'
import type { CartLine } from './sql.ts'

/** Quantities by item. */
export type Cart = ReadonlyMap<number, number>

export interface CartChange {
  /** Lines with their new quantity. */
  put?: CartLine[]
  remove?: number[]
}

/** Sums up with what is there, and where an item is named twice. */
export function add(cart: Cart, lines: readonly CartLine[]): CartChange {
  const sums = new Map<number, number>()
  for (const { itemId, quantity } of lines)
    sums.set(itemId, (sums.get(itemId) ?? cart.get(itemId) ?? 0) + quantity)
  const put = [...sums].map(([itemId, quantity]) => ({ itemId, quantity }))
  put.forEach(refuseTooMany)
  const fresh = put.filter(({ itemId }) => !cart.has(itemId)).length
  if (fresh > 0 && cart.size + fresh > LINES_MAX) throw new AppError('LIST_FULL')
  return { put }
}

export function increase(cart: Cart, itemId: number, amount: number): CartChange {
  requireLine(cart, itemId)
  return add(cart, [{ itemId, quantity: amount }])
}

/** A line of which nothing is left is removed. */
export function decrease(cart: Cart, itemId: number, amount: number): CartChange {
  const quantity = requireLine(cart, itemId) - amount
  return quantity <= 0 ? { remove: [itemId] } : { put: [{ itemId, quantity }] }
}

export function setQuantity(cart: Cart, itemId: number, quantity: number): CartChange {
  requireLine(cart, itemId)
  return { put: [{ itemId, quantity }] }
}

export function remove(cart: Cart, itemId: number): CartChange {
  requireLine(cart, itemId)
  return { remove: [itemId] }
}

export const empty = (cart: Cart): CartChange => ({ remove: [...cart.keys()] })

/** The quantity of the line. Throws NOT_FOUND_CART_ITEM. */
export function requireLine(cart: Cart, itemId: number, field = 'itemId'): number {
  const quantity = cart.get(itemId)
  if (quantity !== undefined) return quantity
  const reason = { ko: '장바구니에 없는 상품입니다.', en: 'Not in the cart.' }
  throw new AppError('NOT_FOUND_CART_ITEM', { fields: [{ field, value: String(itemId), reason }] })
}

function refuseTooMany({ itemId, quantity }: CartLine): void {
  if (quantity <= LINE_QUANTITY_MAX) return
  const reason = {
    ko: `상품 ${itemId}: 수량은 ${LINE_QUANTITY_MAX} 이하여야 합니다.`,
    en: `Item ${itemId}: the quantity must be at most ${LINE_QUANTITY_MAX}.`,
  }
  throw new AppError('INVALID_INPUT_VALUE', {
    fields: [{ field: 'quantity', value: String(quantity), reason }],
  })
}
