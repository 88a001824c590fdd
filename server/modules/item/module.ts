import type { Module } from '../../platform/worker.ts'
import type { ItemApi } from './contract.ts'
import { publishItem, type ItemDeps } from './publish-item.ts'
import { readItems } from './read-items.ts'
import { itemRoutes } from './routes.ts'

export function createItemModule(deps: ItemDeps): Module<ItemApi> {
  return {
    api: {
      publishItem: (sellerId, input) => publishItem(deps, sellerId, input),
      readItems: (itemIds) => readItems(deps, itemIds),
    },
    routes: (http) => itemRoutes(http, deps),
    attendants: [],
    workers: [],
  }
}
