import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { itemsQuery } from '../../shared/api/items.ts'
import { isOver, orderQuery, type Order } from '../../shared/api/orders.ts'
import { shop } from '../../shared/api/shop.ts'
import { won } from '../../shared/format/money.ts'
import { Note } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { HoldTimer } from '../../shared/parts/hold-timer.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Price } from '../../shared/parts/numbers.tsx'
import { Card, Page } from '../../shared/parts/page.tsx'
import { ErrorState, Loading } from '../../shared/parts/states.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { providersQuery } from './queries.ts'
import { orderTexts } from './texts.ts'
import { openWindow } from './window.ts'

const PAYMENTS = '/payment-service/api/v1/payments'

export function CheckoutPage() {
  const say = orderTexts.useSay()
  const { orderId } = useParams({ from: '/checkout/$orderId' })
  return (
    <Page title={say('checkout')} isNarrow>
      <MembersOnly>{() => <Checkout orderId={Number(orderId)} />}</MembersOnly>
    </Page>
  )
}

function Checkout({ orderId }: { orderId: number }) {
  const { data: order, error, refetch } = useQuery(orderQuery(orderId))
  const back = useSearch({ from: '/checkout/$orderId' })
  const { isConfirming, refused } = useTossConfirm(orderId, back)
  if (order === undefined)
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
  if (isConfirming) return <Confirming />
  return <ByStatus order={order} problem={refused} wasClosed={back.code !== undefined} />
}

function ByStatus({
  order,
  problem,
  wasClosed,
}: {
  order: Order
  problem: string | undefined
  wasClosed: boolean
}) {
  const say = orderTexts.useSay()
  const orderId = String(order.orderId)
  const see = (
    <Link to="/orders/$orderId" params={{ orderId }} className={buttonLook('primary', 'min-h-14')}>
      {say('seeOrder')}
    </Link>
  )
  if (order.paying === 'CHECKING')
    return (
      <Card className="grid gap-4">
        <Note tone="warn" isUrgent title={say('checking')}>
          {say('checkingMore')}
        </Note>
        {see}
      </Card>
    )
  if (order.status === 'CREATED') return <Pay order={order} problem={problem} wasClosed={wasClosed} />
  if (order.status === 'EXPIRED')
    return (
      <Card className="grid gap-4">
        <Note tone="plain" isUrgent title={say('expired')}>
          {say('expiredMore')}
        </Note>
        {see}
      </Card>
    )
  const hasEnded = isOver(order.status)
  return (
    <Card className="grid gap-4">
      <Note tone={hasEnded ? 'plain' : 'good'} isUrgent title={hasEnded ? say('notPayable') : say('paid')}>
        {!hasEnded && say('paidMore')}
      </Note>
      {see}
    </Card>
  )
}

function Confirming() {
  const say = orderTexts.useSay()
  return (
    <Card className="grid gap-4">
      <Note tone="info" isUrgent title={say('confirming')} />
      <Loading rows={1} />
    </Card>
  )
}

interface Back {
  paymentKey?: string
  orderId?: string
  amount?: number
}

const CONFIRM_AGAIN_MS = { first: 1_000, most: 10_000 }

/** A request that was lost on its way is sent again, for as long as the page is there: the key is in its address. A repeat tells what is known by then. */
async function confirmToss(body: { paymentKey: string; orderId: string; amount: number }) {
  for (let tries = 1; ; tries++) {
    const answer = await ask(shop.POST(`${PAYMENTS}/toss/confirm`, { body }))
    if (answer.kind !== 'unknown') return answer
    const waitMs = Math.min(CONFIRM_AGAIN_MS.most, CONFIRM_AGAIN_MS.first * tries)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** A card that was refused is an answer like any other; what nobody knows, the order itself says. */
function reasonOf(answer: Awaited<ReturnType<typeof confirmToss>>): string | undefined {
  if (answer.kind === 'refused') return answer.problem.message
  return answer.kind === 'done' && answer.data.status === 'FAILED' ? answer.data.message : undefined
}

/** Toss leads back with what has to be confirmed; that is done once, and the address is cleared of it. */
function useTossConfirm(orderId: number, { paymentKey, orderId: providerOrderId, amount }: Back) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [refused, setRefused] = useState<string>()
  const isAsked = useRef(false)
  const isConfirming = paymentKey !== undefined && providerOrderId !== undefined && amount !== undefined
  useEffect(() => {
    if (paymentKey === undefined || providerOrderId === undefined || amount === undefined || isAsked.current)
      return
    isAsked.current = true
    const confirm = async (): Promise<void> => {
      const answer = await confirmToss({ paymentKey, orderId: providerOrderId, amount })
      setRefused(reasonOf(answer))
      await queries.invalidateQueries({ queryKey: ['order', orderId] })
      await navigate({
        to: '/checkout/$orderId',
        params: { orderId: String(orderId) },
        search: {},
        replace: true,
      })
      isAsked.current = false
    }
    void confirm()
  }, [amount, navigate, orderId, paymentKey, providerOrderId, queries])
  return { isConfirming, refused }
}

function OrderName({ order: { orderItemList } }: { order: Order }) {
  const say = orderTexts.useSay()
  const [first] = orderItemList
  const { data: items } = useQuery(itemsQuery(orderItemList.map(({ itemId }) => itemId)))
  const name = items?.get(first?.itemId ?? 0)?.name
  if (name === undefined) return null
  const others = orderItemList.length - 1
  return <p className="font-semibold">{others > 0 ? say('and', { name, count: others }) : name}</p>
}

type ProviderName = 'TOSS' | 'NICE'

function Pay({
  order,
  problem,
  wasClosed,
}: {
  order: Order
  problem: string | undefined
  wasClosed: boolean
}) {
  const say = orderTexts.useSay()
  const { data } = useQuery(providersQuery)
  const [chosen, setChosen] = useState<ProviderName>()
  const { isBusy, refused, pay } = usePay(order)
  const provider = chosen ?? data?.preferred ?? undefined
  const before = order.paying === 'REFUSED' ? say('refused') : undefined
  const words = refused ?? before ?? problem ?? (wasClosed ? say('windowClosed') : undefined)
  return (
    <Card className="grid gap-5">
      {words !== undefined && (
        <Note tone="warn" isUrgent title={words}>
          {problem !== words && problem}
        </Note>
      )}
      <HoldTimer payBy={order.payBy} />
      <OrderName order={order} />
      <p className="flex items-baseline justify-between">
        <span>{say('amount')}</span>
        <Price amount={order.totalSum} className="text-2xl font-bold" />
      </p>
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">{say('chooseProvider')}</legend>
        {data?.providers.map((one) => (
          <label
            key={one.provider}
            className="flex min-h-14 items-center gap-3 rounded-control border border-line-strong px-4 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-3 has-focus-visible:outline-info"
          >
            <input
              type="radio"
              name="provider"
              className="size-5 accent-accent"
              checked={provider === one.provider}
              disabled={!one.isUsable}
              onChange={() => setChosen(one.provider)}
            />
            {say(`provider.${one.provider}`)}
            {!one.isUsable && <span className="text-muted">({say('providerAway')})</span>}
          </label>
        ))}
        {data?.providers.length === 0 && <Note tone="warn" title={say('noProvider')} />}
      </fieldset>
      <Button
        variant="primary"
        className="min-h-14 text-lg"
        disabled={provider === undefined && order.totalSum > 0}
        isBusy={isBusy}
        onClick={() => void pay(provider)}
      >
        {isBusy ? say('opening') : say('openWindow', { amount: won(order.totalSum) })}
      </Button>
    </Card>
  )
}

function usePay(order: Order) {
  const say = orderTexts.useSay()
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string>()
  const { orderId, totalSum } = order
  // Back from the window by the browser's own button: the page is as it was left.
  useEffect(() => {
    const onShow = (event: PageTransitionEvent): void => {
      if (event.persisted) setBusy(false)
    }
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])
  return {
    isBusy,
    refused,
    async pay(provider: ProviderName | undefined): Promise<void> {
      setBusy(true)
      setRefused(undefined)
      const answer = await ask(
        shop.POST(PAYMENTS, {
          params: { header: newKey() },
          body: { orderId, totalPrice: totalSum, ...(provider !== undefined && { provider }) },
        }),
      )
      if (answer.kind === 'done' && typeof answer.data !== 'number' && answer.data.checkout !== undefined) {
        const back = new URL(`/checkout/${orderId}`, location.href).href
        return openWindow(answer.data.checkout, back).catch(() => {
          setBusy(false)
          setRefused(say('windowClosed'))
        })
      }
      setBusy(false)
      if (answer.kind !== 'done') setRefused(whyNot(answer))
      await queries.invalidateQueries({ queryKey: ['order', orderId] })
    },
  }
}
