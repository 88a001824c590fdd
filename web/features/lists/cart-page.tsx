import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { newKey, type paths } from '../../../client/index.ts'
import { ask, read, type Answer } from '../../shared/api/answer.ts'
import type { Member } from '../../shared/api/session.ts'
import { shop } from '../../shared/api/shop.ts'
import { count } from '../../shared/format/money.ts'
import { Badge } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Price, QuantityInput } from '../../shared/parts/numbers.tsx'
import { Card, Page } from '../../shared/parts/page.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/parts/states.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { ListLine } from './line.tsx'
import { listTexts } from './texts.ts'

const CART = '/order-service/api/v1/carts'
const UNITS_MAX = 1_000

type Cart = paths['/order-service/api/v1/carts']['get']['responses'][200]['content']['application/json']
type CartItem = Cart['cartItems'][number]

export function CartPage() {
  const say = listTexts.useSay()
  return (
    <Page title={say('cart')}>
      <MembersOnly>{(member) => <CartView member={member} />}</MembersOnly>
    </Page>
  )
}

function CartView({ member }: { member: Member }) {
  const say = listTexts.useSay()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey: ['cart'], queryFn: () => read(shop.GET(CART, {})) })
  const { change, isChanging } = useChanges()
  if (data === undefined)
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
  if (data.cartItems.length === 0)
    return (
      <EmptyState
        title={say('emptyCart')}
        action={
          <Link to="/" className={buttonLook('secondary')}>
            {say('browse')}
          </Link>
        }
      >
        {say('emptyCartMore')}
      </EmptyState>
    )
  const path = (itemId: number) => ({ params: { path: { itemId }, header: newKey() } })
  return (
    <div className="grid items-start gap-6 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <ul className="grid gap-3">
        {data.cartItems.map((item) => (
          <CartLine
            key={item.itemId}
            item={item}
            onQuantity={(quantity) => {
              // Shown at once: the next press counts from it.
              queries.setQueryData<Cart>(['cart'], (cart) => withQuantity(cart, item.itemId, quantity))
              change(() => ask(shop.PUT(`${CART}/{itemId}`, { ...path(item.itemId), body: { quantity } })))
            }}
            onRemove={() => change(() => ask(shop.DELETE(`${CART}/{itemId}`, path(item.itemId))))}
          />
        ))}
      </ul>
      <Summary cart={data} member={member} isChanging={isChanging} />
    </div>
  )
}

/** One after the other, in the order of the presses; the cart is read again when all are done. */
function useChanges() {
  const queries = useQueryClient()
  const last = useRef(Promise.resolve())
  const [waiting, setWaiting] = useState(0)
  return {
    isChanging: waiting > 0,
    change(send: () => Promise<Answer<unknown>>): void {
      void queries.cancelQueries({ queryKey: ['cart'] })
      setWaiting((before) => before + 1)
      const mine = last.current.then(async () => {
        const answer = await send()
        if (answer.kind !== 'done') toast(whyNot(answer))
        if (last.current === mine) await queries.invalidateQueries({ queryKey: ['cart'] })
        setWaiting((before) => before - 1)
      })
      last.current = mine
    },
  }
}

const withQuantity = (cart: Cart | undefined, itemId: number, quantity: number): Cart | undefined =>
  cart && {
    ...cart,
    cartItems: cart.cartItems.map((item) => (item.itemId === itemId ? { ...item, quantity } : item)),
  }

function CartLine({
  item,
  onQuantity,
  onRemove,
}: {
  item: CartItem
  onQuantity(quantity: number): void
  onRemove(): void
}) {
  const say = listTexts.useSay()
  const name = item.name ?? String(item.itemId)
  return (
    <ListLine item={item}>
      {item.isOnSale && !item.isReserved && !item.isOrderable && (
        <Badge tone="warn">
          {item.available === 0 ? say('out') : say('short', { count: count(item.available) })}
        </Badge>
      )}
      {item.isReserved && <Badge tone="info">{say('limited')}</Badge>}
      {item.isOnSale && !item.isReserved && (
        <QuantityInput
          value={item.quantity}
          max={UNITS_MAX}
          onChange={onQuantity}
          label={say('quantityOf', { name })}
        />
      )}
      <Button aria-label={say('remove', { name })} onClick={onRemove}>
        {say('removeShort')}
      </Button>
    </ListLine>
  )
}

function Summary({ cart, member, isChanging }: { cart: Cart; member: Member; isChanging: boolean }) {
  const say = listTexts.useSay()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  // Pressing again after a lost answer can not order twice.
  const [header, setHeader] = useState(newKey)
  const orderable = cart.cartItems.filter(({ isOrderable }) => isOrderable)
  const onOrder = async (): Promise<void> => {
    setBusy(true)
    const answer = await ask(
      shop.POST(`${CART}/order`, {
        params: { header },
        body: { itemIds: orderable.map(({ itemId }) => itemId) },
      }),
    )
    setBusy(false)
    if (answer.kind === 'unknown') return toast(whyNot(answer))
    setHeader(newKey())
    await queries.invalidateQueries({ queryKey: ['cart'] })
    if (answer.kind === 'refused') return toast(whyNot(answer))
    await navigate({ to: '/checkout/$orderId', params: { orderId: String(answer.data.orderId) } })
  }
  return (
    <Card className="grid gap-4">
      <dl className="grid gap-3">
        <div>
          <dt className="text-sm text-muted">{say('recipient')}</dt>
          <dd>{say('toMyself', { name: member.name, address: member.address })}</dd>
        </div>
        <div className="flex items-baseline justify-between">
          <dt>{say('total')}</dt>
          <dd>
            <Price amount={cart.totalSum} className="text-2xl font-bold" />
          </dd>
        </div>
      </dl>
      <Button
        variant="primary"
        disabled={orderable.length === 0}
        isBusy={isBusy || isChanging}
        onClick={() => void onOrder()}
      >
        {say('order')}
      </Button>
    </Card>
  )
}
