import type { Module } from '../../platform/worker.ts'
import type { CartApi } from './contract.ts'
import type { OrderCartDeps } from './order-cart.ts'
import { cartRoutes } from './routes.ts'
import { deleteCart, listLines } from './sql.ts'

export function createCartModule(deps: OrderCartDeps): Module<CartApi> {
  const { db } = deps.database
  return {
    api: { exportOf: (userId) => listLines(db, userId), erase: deleteCart },
    routes: (http) => cartRoutes(http, deps),
    attendants: [],
    workers: [],
  }
}
