import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
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
  const change = async (asked: Promise<Answer<unknown>>): Promise<void> => {
    const answer = await asked
    if (answer.kind !== 'done') toast(answer.kind === 'refused' ? answer.problem.message : say('unknown'))
    await queries.invalidateQueries({ queryKey: ['cart'] })
  }
  const path = (itemId: number) => ({ params: { path: { itemId }, header: newKey() } })
  return (
    <div className="grid items-start gap-6 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <ul className="grid gap-3">
        {data.cartItems.map((item) => (
          <CartLine
            key={item.itemId}
            item={item}
            onQuantity={(quantity) =>
              void change(ask(shop.PUT(`${CART}/{itemId}`, { ...path(item.itemId), body: { quantity } })))
            }
            onRemove={() => void change(ask(shop.DELETE(`${CART}/{itemId}`, path(item.itemId))))}
          />
        ))}
      </ul>
      <Summary cart={data} member={member} />
    </div>
  )
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

function Summary({ cart, member }: { cart: Cart; member: Member }) {
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
    if (answer.kind === 'unknown') return toast(say('unknown'))
    setHeader(newKey())
    await queries.invalidateQueries({ queryKey: ['cart'] })
    if (answer.kind === 'refused') return toast(answer.problem.message)
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
        isBusy={isBusy}
        onClick={() => void onOrder()}
      >
        {say('order')}
      </Button>
    </Card>
  )
}
