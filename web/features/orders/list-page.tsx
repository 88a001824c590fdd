import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { itemsQuery } from '../../shared/api/items.ts'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { ItemCover } from '../../shared/parts/cover.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Price, TimeText } from '../../shared/parts/numbers.tsx'
import { Page } from '../../shared/parts/page.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/parts/states.tsx'
import { ordersQuery } from './queries.ts'
import { StatusBadge } from './status-badge.tsx'
import { orderTexts } from './texts.ts'

export function OrdersPage() {
  const say = orderTexts.useSay()
  return (
    <Page title={say('orders')}>
      <MembersOnly>{() => <Orders />}</MembersOnly>
    </Page>
  )
}

const NAMES_MAX = 100

function Orders() {
  const say = orderTexts.useSay()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(ordersQuery)
  const orders = data?.pages.flatMap((page) => page.orders) ?? []
  const itemIds = [
    ...new Set(orders.flatMap((order) => order.orderItemList.slice(0, 1).map((line) => line.itemId))),
  ]
  const { data: items } = useQuery(itemsQuery(itemIds.slice(0, NAMES_MAX)))
  if (data === undefined)
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
  if (orders.length === 0)
    return (
      <EmptyState
        title={say('none')}
        action={
          <Link to="/" className={buttonLook('secondary')}>
            {say('browse')}
          </Link>
        }
      >
        {say('noneMore')}
      </EmptyState>
    )
  return (
    <>
      <ul className="grid gap-3">
        {orders.map((order) => {
          const first = order.orderItemList[0]
          const name = items?.get(first?.itemId ?? 0)?.name ?? say('item', { id: first?.itemId ?? '' })
          const others = order.orderItemList.length + (order.linesLeftOut ?? 0) - 1
          return (
            <li
              key={order.orderId}
              className="relative flex flex-wrap items-center gap-4 rounded-card border border-line bg-surface p-3 hover:border-line-strong sm:p-4"
            >
              <ItemCover itemId={first?.itemId ?? 0} className="size-16 rounded-control" />
              <div className="grid min-w-44 flex-1 gap-1">
                <Link
                  to="/orders/$orderId"
                  params={{ orderId: String(order.orderId) }}
                  className="font-semibold after:absolute after:inset-0"
                >
                  {others > 0 ? say('and', { name, count: others }) : name}
                </Link>
                <p className="text-sm text-muted">
                  {say('order', { id: order.orderId })} · <TimeText iso={order.orderDate} />
                </p>
              </div>
              <div className="flex w-full items-center justify-between gap-1 sm:grid sm:w-auto sm:justify-items-end">
                <StatusBadge status={order.status} />
                <Price amount={order.totalSum} className="font-semibold" />
              </div>
            </li>
          )
        })}
      </ul>
      {hasNextPage && (
        <Button
          className="justify-self-center"
          isBusy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {say('more')}
        </Button>
      )}
    </>
  )
}
