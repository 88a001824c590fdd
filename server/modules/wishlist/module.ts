import type { Database } from '../../platform/db.ts'
import type { Module } from '../../platform/worker.ts'
import type { ItemApi } from '../item/contract.ts'
import type { OrderApi } from '../order/contract.ts'
import type { WishlistApi } from './contract.ts'
import { deleteAll, listLines } from './sql.ts'

export interface WishlistDeps {
  database: Database
  items: Pick<ItemApi, 'readItems'>
  orders: Pick<OrderApi, 'placeOrder'>
}

export function createWishlistModule(deps: WishlistDeps): Module<WishlistApi> {
  const { db } = deps.database
  return {
    api: { exportOf: (userId) => listLines(db, userId), erase: deleteAll },
    routes: () => undefined,
    attendants: [],
    workers: [],
  }
}
