import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Events } from '../../platform/events.ts'
import type { Log } from '../../platform/log.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Module } from '../../platform/worker.ts'
import type { OrderShipping } from '../order/contract.ts'
import type { StockApi } from '../stock/contract.ts'
import type { ShipmentApi } from './contract.ts'
import { listenToOrders } from './events.ts'
import { openReturn } from './open-return.ts'
import { exportOf } from './read-shipments.ts'
import { shipmentActRoutes } from './routes-act.ts'
import { shipmentReadRoutes } from './routes-read.ts'
import { moveDue } from './schedule.ts'
import type { StepTimes } from './state.ts'
import { takeOut } from './take-out.ts'

const LOOK_FOR_DUE_EVERY_MS = 1_000

export interface ShipmentDeps {
  database: Database
  clock: Clock
  log: Log
  events: Events
  stock: Pick<StockApi, 'readSales'>
  orders: OrderShipping
  times: StepTimes
}

export function createShipmentModule(deps: ShipmentDeps): Module<ShipmentApi> {
  listenToOrders(deps.events, deps)
  return {
    api: {
      takeOut: (tx, request) => takeOut(deps, tx, request),
      openReturn: (tx, request) => openReturn(deps, tx, request),
      exportOf: (userId) => exportOf(deps, userId),
    },
    routes(http) {
      shipmentReadRoutes(http, deps)
      shipmentActRoutes(http, deps)
    },
    attendants: [],
    workers: [
      repeat('move shipments', LOOK_FOR_DUE_EVERY_MS, deps.log, async () =>
        (await moveDue(deps)) ? 0 : undefined,
      ),
    ],
  }
}
