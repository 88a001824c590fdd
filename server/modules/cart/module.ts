import { toSeoulIso } from '../../platform/clock.ts'
import type { Module } from '../../platform/worker.ts'
import type { CartApi } from './contract.ts'
import type { OrderCartDeps } from './order-cart.ts'
import { cartRoutes } from './routes.ts'
import { deleteCart, listLines } from './sql.ts'

export function createCartModule(deps: OrderCartDeps): Module<CartApi> {
  const { db } = deps.database
  return {
    api: {
      async exportOf(userId) {
        const lines = await listLines(db, userId)
        return lines.map((line) => ({ ...line, addedAt: toSeoulIso(line.addedAt) }))
      },
      erase: deleteCart,
    },
    routes: (http) => cartRoutes(http, deps),
    attendants: [],
    workers: [],
  }
}
