// An item that is always for sale: any quantity, now or by the cart.
import { useQueryClient } from '@tanstack/react-query'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'
import { count } from '../../shared/format/money.ts'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { QuantityInput } from '../../shared/parts/numbers.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { BuyBar } from './buy-panel.tsx'
import { saleTexts } from './texts.ts'
import type { Stock } from './use-stock.ts'

const UNITS_MAX = 1_000

export function NormalPanel({
  itemId,
  stock,
  isMember,
}: {
  itemId: number
  stock: Stock
  isMember: boolean
}) {
  const say = saleTexts.useSay()
  const { href } = useLocation()
  const [quantity, setQuantity] = useState(1)
  const { addToCart, buyNow, isBusy } = useNormalPurchase(itemId, quantity, stock.price)
  const isOut = stock.available === 0
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="tabular text-muted">
          {isOut ? say('none') : say('left', { count: count(stock.available) })}
        </p>
        <QuantityInput
          value={quantity}
          max={Math.max(1, Math.min(UNITS_MAX, stock.available))}
          onChange={setQuantity}
          label={say('quantity')}
        />
      </div>
      <BuyBar price={stock.price * quantity}>
        {isMember ? (
          <div className="flex flex-1 flex-wrap gap-2">
            <Button className="flex-1" disabled={isOut} isBusy={isBusy} onClick={() => void addToCart()}>
              {say('addToCart')}
            </Button>
            <Button
              variant="primary"
              className="flex-1"
              disabled={isOut}
              isBusy={isBusy}
              onClick={() => void buyNow()}
            >
              {say('buyNow')}
            </Button>
          </div>
        ) : (
          <Link to="/login" search={{ next: href }} className={buttonLook('primary', 'flex-1')}>
            {say('logIn')}
          </Link>
        )}
      </BuyBar>
    </>
  )
}

function useNormalPurchase(itemId: number, quantity: number, price: number) {
  const say = saleTexts.useSay()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  // One key for each thing that is wanted: pressing again after a lost answer can not order twice.
  const [wanted, setWanted] = useState({ quantity, header: newKey() })
  const header = wanted.quantity === quantity ? wanted.header : newKey()
  if (header !== wanted.header) setWanted({ quantity, header })

  return {
    isBusy,
    async addToCart() {
      setBusy(true)
      const answer = await ask(
        shop.POST('/order-service/api/v1/carts', {
          params: { header: newKey() },
          body: { itemId, quantity },
        }),
      )
      setBusy(false)
      if (answer.kind !== 'done') return toast(whyNot(answer))
      await queries.invalidateQueries({ queryKey: ['cart'] })
      toast(say('added'))
    },
    async buyNow() {
      setBusy(true)
      const answer = await ask(
        shop.POST('/order-service/api/v1/orders', {
          params: { header },
          body: { orderItemList: [{ itemId, itemCount: quantity, price }] },
        }),
      )
      setBusy(false)
      if (answer.kind === 'unknown') return toast(whyNot(answer))
      setWanted({ quantity, header: newKey() })
      if (answer.kind === 'refused') return toast(whyNot(answer))
      await navigate({ to: '/checkout/$orderId', params: { orderId: String(answer.data.orderId) } })
    },
  }
}
