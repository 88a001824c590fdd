// The money of a reversal is back: its units are for sale again, the lines and the order say so. In the refund's own transaction.
import type { Tx } from '../../platform/db.ts'
import type { Events } from '../../platform/events.ts'
import type { StockChange } from '../stock/contract.ts'
import { ORDER_REVERSED } from './contract.ts'
import { followLines } from './move-lines.ts'
import {
  findReversal,
  giveBackSome,
  moveReversal,
  updateLineStatuses,
  type Reversal,
} from './sql-reversal.ts'
import { readShippable, type ShippableRow } from './sql-shipping.ts'
import { endOrder, updateQuantities } from './sql-write.ts'
import { REVERSAL_STATES } from './state.ts'

export type FinishReversal = (tx: Tx, refund: { orderId: number; cause: string }) => Promise<StockChange[]>

const CAUSE = /^reversal:(\d+)$/
export const causeOf = (reversalId: number): string => `reversal:${reversalId}`

/** The order is locked by the caller. Refunds that no reversal has asked for change nothing here. */
export function createFinishReversal({ events }: { events: Pick<Events, 'publish'> }): FinishReversal {
  return async (tx, { orderId, cause }) => {
    const reversalId = Number(CAUSE.exec(cause)?.[1])
    const reversal = Number.isNaN(reversalId) ? undefined : await findReversal(tx, reversalId)
    if (reversal === undefined || reversal.status === 'DONE') return []
    const [order] = await readShippable(tx, [orderId])
    if (order === undefined || reversal.orderId !== orderId) throw new Error('a reversal without its order')
    await moveReversal(tx, reversalId, 'DONE')
    const { kind, amountKrw } = reversal
    await events.publish(tx, ORDER_REVERSED, [
      { orderId, buyerId: order.buyerId, reversalId, kind, amountKrw },
    ])
    return isAllThatIsLeft(order, reversal) ? end(tx, order, reversal) : lower(tx, order, reversal)
  }
}

function isAllThatIsLeft(order: ShippableRow, { lines }: Reversal): boolean {
  const units = new Map(lines.map((line) => [line.itemId, line.quantity]))
  return order.lines.every((line) => line.quantity === units.get(line.itemId))
}

/** Quantities stay as they were: an order that has ended says what it ended with. */
async function end(tx: Tx, order: ShippableRow, { kind, lines, actorId }: Reversal): Promise<StockChange[]> {
  const { orderId } = order
  const status = REVERSAL_STATES[kind].done
  await updateLineStatuses(
    tx,
    lines.map(({ itemId }) => ({ orderId, itemId, status })),
  )
  return endOrder(tx, { orderId, status, reason: status, actorId })
}

async function lower(tx: Tx, order: ShippableRow, reversal: Reversal): Promise<StockChange[]> {
  const { orderId } = order
  const { done } = REVERSAL_STATES[reversal.kind]
  const units = new Map(reversal.lines.map((line) => [line.itemId, line.quantity]))
  const lowered = order.lines.map((line) => ({
    ...line,
    quantity: line.quantity - (units.get(line.itemId) ?? 0),
  }))
  await updateQuantities(tx, {
    orderId,
    lines: lowered.filter((line) => units.has(line.itemId)),
    quantity: lowered.reduce((sum, line) => sum + line.quantity, 0),
    totalPriceKrw: lowered.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0),
  })
  const gone = lowered.filter((line) => line.quantity === 0)
  if (gone.length > 0)
    await updateLineStatuses(
      tx,
      gone.map(({ itemId }) => ({ orderId, itemId, status: done })),
    )
  const flags = {
    canceled: order.canceled || done === 'CANCELED',
    returned: order.returned || done === 'RETURNED',
  }
  await followLines(tx, [{ ...order, ...flags, lines: lowered }], reversal.actorId)
  return giveBackSome(tx, reversal.lines, { reason: done, actorId: reversal.actorId })
}
