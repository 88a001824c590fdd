import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { read } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'

const ORDERS = '/order-service/api/v1/orders'
const PAYMENTS = '/payment-service/api/v1/payments'
const CALM_MS = 15_000

export const paymentsQuery = (orderId: number) =>
  queryOptions({
    queryKey: ['payments', orderId],
    queryFn: () => read(shop.GET(PAYMENTS, { params: { query: { orderId } } })),
    refetchInterval: CALM_MS / 3,
  })

export const shipmentsQuery = (orderId: number) =>
  queryOptions({
    queryKey: ['shipments', orderId],
    queryFn: () => read(shop.GET(`${ORDERS}/{orderId}/shipments`, { params: { path: { orderId } } })),
    refetchInterval: CALM_MS,
  })

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => read(shop.GET(`${PAYMENTS}/providers`, {})),
})

const PART = 20

export const ordersQuery = infiniteQueryOptions({
  queryKey: ['orders'],
  initialPageParam: undefined as string | undefined,
  queryFn: async ({ pageParam }) => {
    const list = await read(
      shop.GET(ORDERS, {
        params: { query: { limit: PART, ...(pageParam !== undefined && { cursor: pageParam }) } },
      }),
    )
    return { orders: list.content, next: 'next' in list ? (list.next ?? undefined) : undefined }
  },
  getNextPageParam: ({ next }) => next,
})
