// Items as pages read them.
import { queryOptions } from '@tanstack/react-query'
import type { paths } from '../../../client/index.ts'
import { read } from './answer.ts'
import { shop } from './shop.ts'

const ITEMS = '/item-service/api/v1/items'

export type Item =
  paths['/item-service/api/v1/items/{itemId}']['get']['responses'][200]['content']['application/json']

export const itemQuery = (itemId: number) =>
  queryOptions({
    queryKey: ['item', itemId],
    queryFn: () => read(shop.GET(`${ITEMS}/{itemId}`, { params: { path: { itemId } } })),
  })

/** By id; those that are gone are left out. */
export const itemsQuery = (itemIds: readonly number[]) =>
  queryOptions({
    queryKey: ['items', ...itemIds],
    enabled: itemIds.length > 0,
    staleTime: 60_000,
    queryFn: async () => {
      const found = await read(shop.POST(`${ITEMS}/batch`, { body: [...itemIds] }))
      return new Map(found.flatMap((item) => (item === null ? [] : [[item.id, item] as const])))
    },
  })

export interface ListQuery {
  q?: string | undefined
  page?: number | undefined
  size?: number
  sort?: 'newest' | 'price' | '-price' | 'openTime' | undefined
  type?: 'normal' | 'limited'
  saleStatus?: 'OPEN' | 'SCHEDULED' | 'PAUSED'
}

export const itemListQuery = (query: ListQuery) =>
  queryOptions({
    queryKey: ['items', 'list', query],
    queryFn: async () => {
      const { q, sort, type, saleStatus, page = 0, size = 24 } = query
      const list = await read(
        shop.GET(ITEMS, {
          params: {
            query: {
              page,
              size,
              ...(q !== undefined && { q }),
              ...(sort !== undefined && { sort }),
              ...(type !== undefined && { type }),
              ...(saleStatus !== undefined && { saleStatus }),
            },
          },
        }),
      )
      return { items: list.content, pages: 'totalPages' in list ? list.totalPages : 1 }
    },
  })
