import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { itemsQuery, type Item } from '../../shared/api/items.ts'
import { orderQuery, type Order } from '../../shared/api/orders.ts'
import { won } from '../../shared/format/money.ts'
import { placeOf } from '../../shared/format/place.ts'
import { Badge, Note } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { ItemCover } from '../../shared/parts/cover.tsx'
import { HoldTimer } from '../../shared/parts/hold-timer.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { PlaceText, Price, TimeText } from '../../shared/parts/numbers.tsx'
import { Card, Page, Section } from '../../shared/parts/page.tsx'
import { ErrorState, Loading } from '../../shared/parts/states.tsx'
import { paymentsQuery, shipmentsQuery } from './queries.ts'
import { StatusBadge } from './status-badge.tsx'
import { TakeBackDialog, unitsToTakeBack, type TakeBackKind } from './take-back.tsx'
import { orderTexts } from './texts.ts'

export function OrderPage() {
  const say = orderTexts.useSay()
  const { orderId } = useParams({ from: '/orders/$orderId' })
  return (
    <Page title={say('order', { id: orderId })}>
      <MembersOnly>{() => <OrderView orderId={Number(orderId)} />}</MembersOnly>
    </Page>
  )
}

function OrderView({ orderId }: { orderId: number }) {
  const { data: order, error, refetch } = useQuery(orderQuery(orderId))
  const { data: items } = useQuery(itemsQuery(order?.orderItemList.map(({ itemId }) => itemId) ?? []))
  if (order === undefined)
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
  return (
    <div className="grid items-start gap-6 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="grid gap-6">
        <State order={order} />
        <Lines order={order} items={items} />
        <TakenBack order={order} items={items} />
        <Shipments orderId={orderId} />
      </div>
      <div className="grid gap-6">
        <Facts order={order} />
        <Payments orderId={orderId} />
        <History order={order} />
      </div>
    </div>
  )
}

const isUnpaid = ({ status }: Order): boolean => status === 'CREATED'

function State({ order }: { order: Order }) {
  const say = orderTexts.useSay()
  const [taking, setTaking] = useState<TakeBackKind>()
  const kinds = (['CANCEL', 'RETURN'] as const).filter((kind) => unitsToTakeBack(order, kind).length > 0)
  const first = order.orderItemList[0]
  return (
    <Card className="grid gap-4">
      <div className="flex items-center justify-between gap-3">
        <StatusBadge status={order.status} />
        <Price amount={order.totalSum} className="text-2xl font-bold" />
      </div>
      {order.paying === 'CHECKING' && (
        <Note tone="warn" title={say('checking')}>
          {say('checkingMore')}
        </Note>
      )}
      {isUnpaid(order) && order.paying !== 'CHECKING' && (
        <>
          {order.paying === 'REFUSED' && <Note tone="warn" title={say('refused')} />}
          <HoldTimer payBy={order.payBy} />
        </>
      )}
      {order.status === 'EXPIRED' && (
        <Note tone="plain" title={say('expired')}>
          {say('expiredMore')}{' '}
          {first !== undefined && (
            <Link
              to="/items/$itemId"
              params={{ itemId: String(first.itemId) }}
              className={buttonLook('plain')}
            >
              {say('again')}
            </Link>
          )}
        </Note>
      )}
      <div className="flex flex-wrap gap-2">
        {isUnpaid(order) && order.paying !== 'CHECKING' && (
          <Link
            to="/checkout/$orderId"
            params={{ orderId: String(order.orderId) }}
            className={buttonLook('primary', 'min-h-14 flex-1 text-lg')}
          >
            {order.paying === 'REFUSED' ? say('payAgain') : say('pay')}
          </Link>
        )}
        {kinds.map((kind) => (
          <Button key={kind} className="min-h-14" onClick={() => setTaking(kind)}>
            {say(kind === 'CANCEL' ? 'cancel' : 'return')}
          </Button>
        ))}
      </div>
      {taking !== undefined && (
        <TakeBackDialog order={order} kind={taking} onClose={() => setTaking(undefined)} />
      )}
    </Card>
  )
}

type Items = ReadonlyMap<number, Item> | undefined
const nameOf = (items: Items, itemId: number, other: string): string => items?.get(itemId)?.name ?? other

function Lines({ order, items }: { order: Order; items: Items }) {
  const say = orderTexts.useSay()
  return (
    <Section title={say('items')}>
      <ul className="grid gap-3">
        {order.orderItemList.map((line) => (
          <li
            key={line.itemId}
            className="flex flex-wrap items-center gap-4 rounded-card border border-line bg-surface p-3"
          >
            <ItemCover itemId={line.itemId} className="size-16 rounded-control" />
            <div className="grid min-w-40 flex-1 gap-1">
              <Link
                to="/items/$itemId"
                params={{ itemId: String(line.itemId) }}
                className="inline-flex min-h-6 font-semibold underline decoration-line-strong underline-offset-4"
              >
                {nameOf(items, line.itemId, say('item', { id: line.itemId }))}
              </Link>
              <p className="tabular text-sm text-muted">
                {won(line.unitPrice)} × {say('quantity', { count: line.quantity })}
                {line.canceledQuantity !== undefined &&
                  ` · ${say('canceledUnits', { count: line.canceledQuantity })}`}
              </p>
            </div>
            <div className="grid justify-items-end gap-1">
              <StatusBadge status={line.status} />
              <Price amount={line.totalSum} className="font-semibold" />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function TakenBack({ order, items }: { order: Order; items: Items }) {
  const say = orderTexts.useSay()
  if (order.takenBack.length === 0) return null
  return (
    <Section title={say('takenBack')}>
      <ul className="grid gap-2">
        {order.takenBack.map((one, n) => (
          <li key={n} className="grid gap-1 rounded-card border border-line bg-surface p-3">
            <p className="flex items-center justify-between gap-2">
              <span className="font-semibold">{say(`kind.${one.kind}`)}</span>
              <Badge tone={one.status === 'DONE' ? 'good' : 'info'}>
                {say(`takenBackStatus.${one.status as 'DONE'}`)}
              </Badge>
            </p>
            <p className="text-sm text-muted">
              {one.lines
                .map(
                  ({ itemId, quantity }) =>
                    `${nameOf(items, itemId, say('item', { id: itemId }))} ${say('quantity', { count: quantity })}`,
                )
                .join(', ')}
            </p>
            <Price amount={one.amount} className="font-semibold" />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Facts({ order }: { order: Order }) {
  const say = orderTexts.useSay()
  const { recipient } = order
  const place = placeOf(order.saleSequence)
  if (recipient === undefined && place === undefined) return null
  return (
    <Card className="grid gap-3">
      {place !== undefined && (
        <p className="tabular text-lg font-semibold">
          <PlaceText place={place} />
        </p>
      )}
      {recipient !== undefined && (
        <div>
          <h2 className="text-sm text-muted">{say('recipient')}</h2>
          <p>{recipient.name}</p>
          <p>{recipient.phoneNumber}</p>
          <p>{recipient.address}</p>
        </div>
      )}
    </Card>
  )
}

function Payments({ orderId }: { orderId: number }) {
  const say = orderTexts.useSay()
  const { data } = useQuery(paymentsQuery(orderId))
  if (data === undefined || data.length === 0) return null
  return (
    <Section title={say('payments')}>
      <ul className="grid gap-2">
        {data.map((payment) => (
          <li key={payment.paymentId} className="grid gap-1 rounded-card border border-line bg-surface p-3">
            <p className="flex items-center justify-between gap-2">
              <span className="font-semibold">{say(`provider.${payment.provider as 'TOSS'}`)}</span>
              <Price amount={payment.totalPrice} className="font-semibold" />
            </p>
            <p className="text-sm text-muted">{payment.message}</p>
            {payment.refunds.map((refund) => (
              <p key={refund.refundId} className="tabular flex justify-between text-sm">
                <span>{say(`refundStatus.${refund.status as 'DONE'}`)}</span>
                <span>−{won(refund.amount)}</span>
              </p>
            ))}
            {payment.receiptUrl !== null && (
              <a
                href={payment.receiptUrl}
                rel="noreferrer"
                target="_blank"
                className={buttonLook('plain', 'justify-self-start')}
              >
                {say('receipt')}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Shipments({ orderId }: { orderId: number }) {
  const say = orderTexts.useSay()
  const { data } = useQuery(shipmentsQuery(orderId))
  if (data === undefined || data.length === 0) return null
  return (
    <Section title={say('shipments')}>
      <ul className="grid gap-2">
        {data.map((shipment) => (
          <li
            key={shipment.shipmentId}
            className="flex flex-wrap items-center justify-between gap-2 rounded-card border border-line bg-surface p-3"
          >
            <div>
              <p className="font-semibold">{say(shipment.direction === 'OUT' ? 'out' : 'back')}</p>
              {shipment.trackingNumber !== null && (
                <p className="text-sm">
                  {say('tracking', { carrier: shipment.carrier ?? '', number: shipment.trackingNumber })}
                </p>
              )}
              <p className="text-sm text-muted">
                <TimeText iso={shipment.since} />
              </p>
            </div>
            <StatusBadge status={shipment.status} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function History({ order }: { order: Order }) {
  const say = orderTexts.useSay()
  return (
    <Section title={say('history')}>
      <ol className="grid gap-2 border-l-2 border-line pl-4">
        {order.history.map(({ status, at }) => (
          <li key={`${status} ${at}`}>
            <p className="font-medium">{say(`status.${status as 'PAID'}`)}</p>
            <p className="text-sm text-muted">
              <TimeText iso={at} style={{ seconds: true }} />
            </p>
          </li>
        ))}
      </ol>
    </Section>
  )
}
