// Flow tests of the single process, repeated: of those that ask over HTTP and need no clock, log or limit of their own, the ones of
// each module that cross roles most. Each takes a few seconds to start its processes.
import { describe } from 'vitest'
import { cannotSplit } from '../support/split.ts'

const FLOWS: Readonly<Record<string, () => Promise<unknown>>> = {
  user: () => import('../flows/user.test.ts'),
  item: () => import('../flows/item.test.ts'),
  stock: () => import('../flows/stock.test.ts'),
  'sale control': () => import('../flows/sale-control.test.ts'),
  order: () => import('../flows/order.test.ts'),
  'limited order': () => import('../flows/limited-order.test.ts'),
  'item search': () => import('../flows/item-search.test.ts'),
  'setting stock': () => import('../flows/stock-set.test.ts'),
  'orders of a cart': () => import('../flows/cart-order.test.ts'),
  'orders of a wishlist': () => import('../flows/wishlist-order.test.ts'),
  'cancelling orders': () => import('../flows/order-cancel.test.ts'),
  payment: () => import('../flows/payment.test.ts'),
  'bad input': () => import('../flows/bad-input.test.ts'),
}

// Each file's tests are collected into the suite that is being described, and so are its hooks.
describe.skipIf(cannotSplit()).each(Object.keys(FLOWS))('through the gateway: %s', async (name) => {
  await FLOWS[name]?.()
})
