// What can be done now: wait, log in, buy, look what became of it – and what to do next when the answer is no.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { codeOf } from '../../shared/api/answer.ts'
import { isOver, orderQuery } from '../../shared/api/orders.ts'
import type { Member } from '../../shared/api/session.ts'
import { clockText } from '../../shared/format/duration.ts'
import { useLanguage } from '../../shared/i18n/language.ts'
import { Note, type Tone } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { HoldTimer } from '../../shared/parts/hold-timer.tsx'
import { PlaceText, Price, QuantityInput } from '../../shared/parts/numbers.tsx'
import type { SaleStatus } from '../../shared/parts/sale-badge.tsx'
import { useServerNow } from '../../shared/time/use-server-now.ts'
import { isAboutSale, type PlacedOrder, type Refusal } from './outcome.ts'
import { saleTexts } from './texts.ts'
import { boughtKey } from './use-bought.ts'
import { WishButton } from './wish-button.tsx'
import { usePurchase, type PurchaseState } from './use-purchase.ts'
import type { Stock } from './use-stock.ts'

interface PanelProps {
  itemId: number
  stock: Stock
  status: SaleStatus
}

export function GuestPanel({ stock, status }: PanelProps) {
  const say = saleTexts.useSay()
  const { href } = useLocation()
  return (
    <>
      <StatusNote status={status} stock={stock} />
      <BuyBar price={stock.price}>
        <Link to="/login" search={{ next: href }} className={buttonLook('primary', 'flex-1')}>
          {say('logIn')}
        </Link>
      </BuyBar>
    </>
  )
}

export function BuyPanel({
  itemId,
  stock,
  status,
  member,
  bought,
}: PanelProps & { member: Member; bought: number }) {
  const queries = useQueryClient()
  const say = saleTexts.useSay()
  const { state, buy, buyMore, forgive } = usePurchase({ buyerId: member.id, itemId })
  const [wanted, setWanted] = useState(1)
  const limit = stock.limitPerBuyer ?? 1
  const most = Math.max(1, Math.min(limit - bought, stock.available))
  const quantity = Math.min(wanted, most)
  // "Sold out" is not said beside a button that sells again.
  useEffect(forgive, [status, forgive])
  const isPlaced = state.step === 'placed'
  const wasPlaced = useRef(isPlaced)
  useEffect(() => {
    if (wasPlaced.current === isPlaced) return
    wasPlaced.current = isPlaced
    void queries.invalidateQueries({ queryKey: boughtKey(itemId) })
  }, [isPlaced, itemId, queries])

  if (state.step === 'placed')
    return (
      <Placed
        order={state.order}
        status={status}
        mayBuyMore={limit > state.order.quantity}
        onMore={buyMore}
      />
    )
  if (member.role === 'UNCERTIFIED_USER')
    return (
      <BuyBar price={stock.price}>
        <Link
          to="/verify"
          search={{ user: member.id, email: member.email }}
          className={buttonLook('primary', 'flex-1')}
        >
          {say('verify')}
        </Link>
      </BuyBar>
    )
  // How the sale stands says more than how it stood when it was pressed.
  const isOutdated = state.step === 'refused' && isAboutSale(state.why) && status !== 'OPEN'
  const isOn = status === 'OPEN' || state.step === 'sending' || state.step === 'checking'
  return (
    <>
      {(state.step === 'ready' || isOutdated) && <StatusNote status={status} stock={stock} />}
      {state.step === 'checking' && (
        <Note tone="warn" isUrgent title={say('checking')}>
          {say('checkingMore')}
        </Note>
      )}
      {state.step === 'refused' && !isOutdated && <Refused {...state} />}
      {isOn && limit > 1 && state.step !== 'checking' && (
        <div className="flex items-center justify-between">
          <span>{say('quantity')}</span>
          <QuantityInput value={quantity} max={most} onChange={setWanted} label={say('quantity')} />
        </div>
      )}
      <BuyBar price={stock.price * quantity}>
        <BuyButton
          itemId={itemId}
          state={state}
          status={status}
          openTime={stock.openTime}
          onBuy={() => buy(quantity, stock.price)}
        />
      </BuyBar>
    </>
  )
}

/** At the lower edge of a phone, where the thumb is; in its place on wider screens. */
export function BuyBar({ price, children }: { price: number; children: ReactNode }) {
  const say = saleTexts.useSay()
  return (
    <div className="fixed inset-x-0 bottom-0 z-30 flex items-center gap-4 border-t border-line bg-surface px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:static md:z-auto md:border-0 md:p-0">
      <p className="grid">
        <span className="text-xs text-muted">{say('total')}</span>
        <Price amount={price} className="text-xl font-bold" />
      </p>
      {children}
    </div>
  )
}

function BuyButton({
  itemId,
  state,
  status,
  openTime,
  onBuy,
}: {
  itemId: number
  state: PurchaseState
  status: SaleStatus
  openTime: string | null
  onBuy(): void
}) {
  const say = saleTexts.useSay()
  const look = 'min-h-14 flex-1 text-lg'
  if (state.step === 'sending' || state.step === 'checking')
    return (
      <Button variant="primary" isBusy className={look}>
        {state.step === 'sending' ? say('sending') : say('checking')}
      </Button>
    )
  if (status === 'SCHEDULED' && openTime !== null) return <WaitButton openTime={openTime} className={look} />
  // No dead button: what can be done is to keep it in sight. A waiting list will have this place.
  if (status === 'SOLD_OUT') return <WishButton itemId={itemId} className={look} />
  if (status !== 'OPEN')
    return (
      <Button variant="quiet" disabled className={look}>
        {say(CLOSED_WORDS[status])}
      </Button>
    )
  return (
    <Button variant="primary" className={look} onClick={onBuy}>
      {say('buy')}
    </Button>
  )
}

const CLOSED_WORDS = {
  SCHEDULED: 'notOpen',
  PAUSED: 'paused',
  CLOSED: 'closed',
} as const

/** Can be found by the keyboard before it opens, so that the focus is there when it does. */
function WaitButton({ openTime, className }: { openTime: string; className: string }) {
  const say = saleTexts.useSay()
  const language = useLanguage()
  const leftMs = new Date(openTime).getTime() - useServerNow()
  return (
    <Button aria-disabled variant="quiet" className={`tabular ${className}`}>
      {say('buyAt', { time: clockText(leftMs, language) })}
    </Button>
  )
}

function StatusNote({ status, stock }: { status: SaleStatus; stock: Stock }) {
  const say = saleTexts.useSay()
  if (status === 'OPEN') return null
  if (status === 'SCHEDULED') return <Note title={say('notOpen')}>{say('notOpenMore')}</Note>
  if (status === 'PAUSED')
    return (
      <Note tone="warn" title={say('paused')}>
        {say('pausedMore')}
      </Note>
    )
  if (status === 'CLOSED')
    return (
      <Note tone="plain" title={say('closed')}>
        {say('closedMore')} <Others />
      </Note>
    )
  return (
    <Note tone="plain" title={say('soldOut')}>
      {(stock.held ?? 0) > 0 ? say('soldOutHeld', { count: stock.held ?? 0 }) : say('soldOutMore')} <Others />
    </Note>
  )
}

type Words = 'notOpen' | 'soldOut' | 'limitReached' | 'paused' | 'closed' | 'priceChanged' | 'keyUsed'
const REFUSED: Readonly<Partial<Record<Refusal, { words: Words; tone: Tone; next?: 'orders' | 'others' }>>> =
  {
    not_open: { words: 'notOpen', tone: 'info' },
    sold_out: { words: 'soldOut', tone: 'plain', next: 'others' },
    limit_reached: { words: 'limitReached', tone: 'info', next: 'orders' },
    paused: { words: 'paused', tone: 'warn' },
    closed: { words: 'closed', tone: 'plain', next: 'others' },
    price_changed: { words: 'priceChanged', tone: 'warn' },
    key_used: { words: 'keyUsed', tone: 'warn', next: 'orders' },
  }

function Refused({ why, waitSeconds, requestId }: Extract<PurchaseState, { step: 'refused' }>) {
  const say = saleTexts.useSay()
  const { href } = useLocation()
  const known = REFUSED[why]
  if (known !== undefined)
    return (
      <Note tone={known.tone} isUrgent title={say(known.words)}>
        {say(`${known.words}More`)} {known.next === 'orders' && <Orders />}
        {known.next === 'others' && <Others />}
      </Note>
    )
  if (why === 'too_many')
    return (
      <Note tone="warn" isUrgent title={say('tooMany')}>
        {say('tooManyMore', { seconds: waitSeconds ?? 10 })}
      </Note>
    )
  if (why === 'signed_out')
    return (
      <Note tone="warn" isUrgent title={say('signedOut')}>
        <Link to="/login" search={{ next: href }} className={buttonLook('plain')}>
          {say('logIn')}
        </Link>
      </Note>
    )
  return (
    <Note
      tone="bad"
      isUrgent
      title={say(why === 'gone' ? 'gone' : why === 'not_verified' ? 'notVerified' : 'invalid')}
    >
      {say('request', { id: requestId })}
    </Note>
  )
}

function Orders() {
  const say = saleTexts.useSay()
  return (
    <Link to="/orders" className={buttonLook('plain')}>
      {say('orders')}
    </Link>
  )
}

function Others() {
  const say = saleTexts.useSay()
  return (
    <Link to="/" className={buttonLook('plain')}>
      {say('others')}
    </Link>
  )
}

/** Looked at again now and then: it may be paid, or over, in another tab or by time. */
function Placed({
  order,
  status,
  mayBuyMore,
  onMore,
}: {
  order: PlacedOrder
  status: SaleStatus
  mayBuyMore: boolean
  onMore(): void
}) {
  const say = saleTexts.useSay()
  const orderId = String(order.orderId)
  const state = useOrderState(order.orderId)
  const isOpen = status === 'OPEN'
  const see = (
    <Link to="/orders/$orderId" params={{ orderId }} className={buttonLook('secondary', 'min-h-14 flex-1')}>
      {say('seeOrder')}
    </Link>
  )
  const again = (words: 'buyMore' | 'orderAgain') => (
    <Button
      variant={words === 'orderAgain' ? 'primary' : 'secondary'}
      className="min-h-14 flex-1"
      onClick={onMore}
    >
      {say(words)}
    </Button>
  )
  if (state === 'over')
    return (
      <>
        <Note tone="plain" title={say('orderOver', { id: order.orderId })}>
          {say('orderOverMore')}
        </Note>
        <div className="flex flex-wrap gap-2">
          {see}
          {isOpen && again('orderAgain')}
        </div>
      </>
    )
  return (
    <div className="grid gap-3">
      <Note tone="good" isUrgent title={say(state === 'paid' ? 'bought' : 'placed')}>
        <p>
          {say('order', { id: order.orderId })}
          {order.place !== undefined && (
            <strong className="block text-lg">
              <PlaceText place={order.place} />
            </strong>
          )}
        </p>
      </Note>
      {state === 'unpaid' && <HoldTimer payBy={order.payBy} />}
      <div className="flex flex-wrap gap-2">
        {state === 'unpaid' && (
          <Link
            to="/checkout/$orderId"
            params={{ orderId }}
            className={buttonLook('primary', 'min-h-14 flex-1 text-lg')}
          >
            {say('pay')}
          </Link>
        )}
        {see}
        {isOpen && mayBuyMore && again('buyMore')}
      </div>
    </div>
  )
}

const LOOK_EVERY_MS = 5_000

function useOrderState(orderId: number): 'unpaid' | 'paid' | 'over' {
  const { data, error } = useQuery({ ...orderQuery(orderId), refetchInterval: LOOK_EVERY_MS })
  // Kept in this browser, and not known to the shop any more.
  if (codeOf(error) === 'NOT_FOUND_ORDER') return 'over'
  if (data === undefined || data.status === 'CREATED') return 'unpaid'
  return isOver(data.status) ? 'over' : 'paid'
}
