import { toSeoulIso } from '../../platform/clock.ts'
import type { Module } from '../../platform/worker.ts'
import type { WishlistApi } from './contract.ts'
import type { OrderWishlistDeps } from './order-wishlist.ts'
import { wishlistRoutes } from './routes.ts'
import { deleteWishlist, listLines } from './sql.ts'

export function createWishlistModule(deps: OrderWishlistDeps): Module<WishlistApi> {
  const { db } = deps.database
  return {
    api: {
      async exportOf(userId) {
        const lines = await listLines(db, userId)
        return lines.map((line) => ({ ...line, addedAt: toSeoulIso(line.addedAt) }))
      },
      erase: deleteWishlist,
    },
    routes: (http) => wishlistRoutes(http, deps),
    attendants: [],
    workers: [],
  }
}
