// One order as pages read it.
import { queryOptions } from '@tanstack/react-query'
import type { paths } from '../../../client/index.ts'
import { read } from './answer.ts'
import { shop } from './shop.ts'

export type Order =
  paths['/order-service/api/v1/orders/{orderId}']['get']['responses'][200]['content']['application/json']
export type OrderLine = Order['orderItemList'][number]

const SOON_MS = 2_000
const CALM_MS = 15_000

/** What moves by itself is looked at more often. */
const isMoving = ({ status, paying, takenBack }: Order): boolean =>
  paying === 'CHECKING' ||
  status === 'CREATED' ||
  status.endsWith('REQUESTED') ||
  takenBack.some((one) => one.status !== 'DONE')

export const orderQuery = (orderId: number) =>
  queryOptions({
    queryKey: ['order', orderId],
    queryFn: () =>
      read(shop.GET('/order-service/api/v1/orders/{orderId}', { params: { path: { orderId } } })),
    refetchInterval: ({ state: { data } }) =>
      data === undefined ? false : isMoving(data) ? SOON_MS : CALM_MS,
  })

const OVER: ReadonlySet<string> = new Set(['EXPIRED', 'CANCELED', 'RETURNED', 'FAILED', 'PAYMENT_FAILED'])

/** It has given its units back. */
export const isOver = (status: string): boolean => OVER.has(status)
