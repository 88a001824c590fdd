// How many units of a sale the buyer has already, on whatever device: they count for the limit.
import { useQuery } from '@tanstack/react-query'
import { read } from '../../shared/api/answer.ts'
import { isOver } from '../../shared/api/orders.ts'
import { shop } from '../../shared/api/shop.ts'

/** More orders of one item than a limit ever allows. */
const ORDERS_MAX = 100
const LOOK_EVERY_MS = 15_000

export const boughtKey = (itemId: number) => ['bought', itemId] as const

export function useBought(itemId: number, isMember: boolean): number {
  const { data } = useQuery({
    queryKey: boughtKey(itemId),
    enabled: isMember,
    refetchInterval: LOOK_EVERY_MS,
    queryFn: async () => {
      const { content } = await read(
        shop.GET('/order-service/api/v1/orders', {
          params: { query: { saleItemId: itemId, limit: ORDERS_MAX } },
        }),
      )
      return content
        .filter(({ status }) => !isOver(status))
        .flatMap(({ orderItemList }) => orderItemList)
        .reduce((sum, { quantity }) => sum + quantity, 0)
    },
  })
  return data ?? 0
}
