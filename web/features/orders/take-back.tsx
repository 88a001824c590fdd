// Units of an order that are cancelled before they are shipped, or returned after: how many of which.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { itemsQuery } from '../../shared/api/items.ts'
import type { Order, OrderLine } from '../../shared/api/orders.ts'
import { shop } from '../../shared/api/shop.ts'
import { won } from '../../shared/format/money.ts'
import { Note } from '../../shared/parts/badge.tsx'
import { Button } from '../../shared/parts/button.tsx'
import { ConfirmDialog } from '../../shared/parts/dialog.tsx'
import { Field } from '../../shared/parts/field.tsx'
import { QuantityInput } from '../../shared/parts/numbers.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { orderTexts } from './texts.ts'

export type TakeBackKind = 'CANCEL' | 'RETURN'

const STATES: Readonly<Record<TakeBackKind, ReadonlySet<string>>> = {
  CANCEL: new Set(['ORDERED', 'PAID', 'READY']),
  RETURN: new Set(['SHIPPED']),
}

/** Lines of which something can be taken back, with the units nobody has asked for yet. The server has the last word. */
export function unitsToTakeBack(
  order: Pick<Order, 'orderItemList' | 'paying' | 'takenBack'>,
  kind: TakeBackKind,
): OrderLine[] {
  if (order.paying === 'CHECKING') return []
  return order.orderItemList
    .filter(({ status }) => STATES[kind].has(status))
    .map((line) => ({ ...line, quantity: line.quantity - openUnits(order.takenBack, line.itemId) }))
    .filter(({ quantity }) => quantity > 0)
}

/** They leave their line when their money is back; of a return that takes days. */
const openUnits = (takenBack: Order['takenBack'], itemId: number): number =>
  takenBack
    .filter(({ status }) => status !== 'DONE')
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => sum + (line.itemId === itemId ? line.quantity : 0), 0)

export function TakeBackDialog({
  order,
  kind,
  onClose,
}: {
  order: Order
  kind: TakeBackKind
  onClose(): void
}) {
  const say = orderTexts.useSay()
  const lines = unitsToTakeBack(order, kind)
  const { data: items } = useQuery(itemsQuery(order.orderItemList.map(({ itemId }) => itemId)))
  const [units, setUnits] = useState<ReadonlyMap<number, number>>(
    () => new Map(lines.map(({ itemId, quantity }) => [itemId, quantity])),
  )
  const [reason, setReason] = useState('')
  const { isBusy, problem, send } = useTakeBack(order.orderId, kind, onClose)
  const chosen = lines.flatMap(({ itemId }) => {
    const quantity = units.get(itemId) ?? 0
    return quantity === 0 ? [] : [{ itemId, quantity }]
  })
  const amount = lines.reduce((sum, { itemId, unitPrice }) => sum + unitPrice * (units.get(itemId) ?? 0), 0)
  return (
    <ConfirmDialog
      onClose={onClose}
      title={say(kind === 'CANCEL' ? 'cancelTitle' : 'returnTitle')}
      confirm={
        <Button
          variant="danger"
          isBusy={isBusy}
          disabled={chosen.length === 0}
          onClick={() => void send(chosen, reason)}
        >
          {say(kind === 'CANCEL' ? 'cancelNow' : 'returnNow')}
        </Button>
      }
    >
      <ul className="grid gap-3">
        {lines.map(({ itemId, quantity }) => {
          const name = items?.get(itemId)?.name ?? say('item', { id: itemId })
          return (
            <li key={itemId} className="flex flex-wrap items-center justify-between gap-2">
              <span className="font-medium">{name}</span>
              <QuantityInput
                value={units.get(itemId) ?? 0}
                min={0}
                max={quantity}
                label={say('units', { name })}
                onChange={(next) => setUnits(new Map(units).set(itemId, next))}
              />
            </li>
          )
        })}
      </ul>
      <Field
        label={say('reason')}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.target.value)}
      />
      {order.status !== 'CREATED' && (
        <p className="font-semibold" role="status">
          {say('back2', { amount: won(amount) })}
        </p>
      )}
      {problem !== undefined && <Note tone="bad" isUrgent title={problem} />}
    </ConfirmDialog>
  )
}

function useTakeBack(orderId: number, kind: TakeBackKind, onDone: () => void) {
  const say = orderTexts.useSay()
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  // Pressing again after a lost answer does not take back twice.
  const [header] = useState(newKey)
  return {
    isBusy,
    problem,
    async send(lines: { itemId: number; quantity: number }[], reason: string): Promise<void> {
      setBusy(true)
      const options = {
        params: { path: { orderId }, header },
        body: { lines, ...(reason.trim() !== '' && { cancelReason: reason.trim() }) },
      }
      const answer = await ask(
        kind === 'CANCEL'
          ? shop.PUT('/order-service/api/v1/orders/{orderId}/cancel', options)
          : shop.PUT('/order-service/api/v1/orders/{orderId}/return', options),
      )
      setBusy(false)
      if (answer.kind !== 'done') {
        setProblem(whyNot(answer))
        return
      }
      for (const name of ['order', 'payments', 'shipments'])
        await queries.invalidateQueries({ queryKey: [name, orderId] })
      await queries.invalidateQueries({ queryKey: ['orders'] })
      toast(say(kind === 'CANCEL' ? 'canceled' : 'returned'))
      onDone()
    },
  }
}
