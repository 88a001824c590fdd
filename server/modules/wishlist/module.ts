import type { Module } from '../../platform/worker.ts'
import type { WishlistApi } from './contract.ts'
import type { OrderWishlistDeps } from './order-wishlist.ts'
import { wishlistRoutes } from './routes.ts'
import { deleteWishlist, listLines } from './sql.ts'

export function createWishlistModule(deps: OrderWishlistDeps): Module<WishlistApi> {
  const { db } = deps.database
  return {
    api: { exportOf: (userId) => listLines(db, userId), erase: deleteWishlist },
    routes: (http) => wishlistRoutes(http, deps),
    attendants: [],
    workers: [],
  }
}
