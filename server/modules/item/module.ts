import { systemTimers, type Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { createEventStreams } from '../../platform/event-stream.ts'
import type { Module } from '../../platform/worker.ts'
import type { Sale, StockApi } from '../stock/contract.ts'
import type { ItemAnswer, ItemApi } from './contract.ts'
import { createItemEvents, type ItemEvents } from './item-events.ts'
import { createItemLists } from './list-items.ts'
import type { PreparedItem } from './prepare-item.ts'
import { publishItem } from './publish-item.ts'
import { changeRoutes } from './routes-change.ts'
import { eventsRoute } from './routes-events.ts'
import { readRoutes } from './routes-read.ts'
import { createShelf } from './shelf.ts'

interface ItemDeps {
  database: Database
  clock: Clock
  stock: Pick<StockApi, 'openStock' | 'setPrice' | 'removeStocks' | 'announce' | 'onNews'>
  /** Units in unpaid orders of limited items. */
  heldUnits(sales: readonly Sale[]): Promise<Map<number, number>>
}

export function createItemModule(deps: ItemDeps): Module<ItemApi> {
  const shelf = createShelf(deps)
  const lists = createItemLists({ ...deps, shelf })
  const parts = { ...deps, shelf, lists }
  // One for each server that the routes are added to: there is a second one, never opened, that describes them.
  const eventsOf: ItemEvents[] = []
  deps.stock.onNews((news) => {
    shelf.hear(news)
    for (const events of eventsOf) events.hear(news)
    // Units of sales change all the time: those a list may show a moment later.
    if (news.kind === 'rules') lists.forget()
  })
  const atNow = ({ answer }: PreparedItem): ItemAnswer =>
    answer.isReserved ? { ...answer, serverTime: shelf.time() } : answer
  return {
    api: {
      publishItem: (sellerId, input) => publishItem(deps, sellerId, input),
      async readItems(itemIds) {
        const items = await shelf.readMany(itemIds)
        return items.map((item) => item && atNow(item))
      },
    },
    routes(http) {
      readRoutes(http, parts)
      changeRoutes(http, parts)
      const events = createItemEvents({
        ...deps,
        streams: createEventStreams(http),
        shelf,
        timers: systemTimers,
      })
      eventsRoute(http, { shelf, events })
      eventsOf.push(events)
    },
    attendants: [],
    workers: [],
  }
}
