// The flow tests of the single process, repeated: every one that asks over HTTP and needs no clock, log or limit of its own.
import { describe } from 'vitest'
import { cannotSplit } from '../support/split.ts'

const FLOWS: Readonly<Record<string, () => Promise<unknown>>> = {
  user: () => import('../flows/user.test.ts'),
  item: () => import('../flows/item.test.ts'),
  stock: () => import('../flows/stock.test.ts'),
  'sale control': () => import('../flows/sale-control.test.ts'),
  order: () => import('../flows/order.test.ts'),
  'limited order': () => import('../flows/limited-order.test.ts'),
  'bad input': () => import('../flows/bad-input.test.ts'),
}

// Each file's tests are collected into the suite that is being described, and so are its hooks.
describe.skipIf(cannotSplit()).each(Object.keys(FLOWS))('through the gateway: %s', async (name) => {
  await FLOWS[name]?.()
})
