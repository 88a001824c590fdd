// Units of an order that its buyer does not want: some of them, some lines, or the whole order. Unpaid units are for sale again at
// once; paid ones when their money is back.
import type { Database, Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { StockApi, StockChange } from '../stock/contract.ts'
import { changeQuantities, lockOwnOrder } from './change-quantities.ts'
import { chosenUnits, type Chosen } from './chosen-units.ts'
import { reverse, unitsLeft, type ReverseDeps } from './reverse.ts'
import { readShippable } from './sql-shipping.ts'
import type { LockedOrder } from './sql-write.ts'
import { ORDER_STATES } from './state.ts'

export interface TakeBackRequest {
  orderId: number
  buyerId: number
  once: Once | undefined
  what: Chosen
  reason: string | undefined
}

export interface CancelDeps extends ReverseDeps {
  database: Database
  stock: Pick<StockApi, 'changeUnits' | 'announceUnits' | 'readSales'>
}

/** What is cancelled already is left as it is. */
export async function cancel(deps: CancelDeps, request: TakeBackRequest): Promise<void> {
  const changes = await deps.database.transaction(async (tx) => {
    await request.once?.bind(tx)
    const order = await lockOwnOrder(tx, request)
    if (order.status === 'CREATED') return cancelUnpaid(deps, tx, order, request)
    return cancelPaid(deps, tx, order, request)
  })
  deps.stock.announceUnits(changes)
}

async function cancelUnpaid(
  { stock }: CancelDeps,
  tx: Tx,
  order: LockedOrder,
  { what, reason }: TakeBackRequest,
): Promise<StockChange[]> {
  const left = new Map(order.lines.map((line) => [line.itemId, line.quantity]))
  const units = chosenUnits(order, left, what)
  if (units.size === 0) return []
  requireNoPayment(order)
  const quantities = new Map([...units].map(([itemId, count]) => [itemId, left.get(itemId)! - count]))
  return changeQuantities(tx, stock, { order, quantities, action: 'CANCEL', reason })
}

async function cancelPaid(
  deps: CancelDeps,
  tx: Tx,
  locked: LockedOrder,
  { what, reason, buyerId }: TakeBackRequest,
): Promise<StockChange[]> {
  const [order] = ORDER_STATES[locked.status].live ? await readShippable(tx, [locked.orderId]) : []
  const units = chosenUnits(locked, order === undefined ? new Map() : unitsLeft(order), what)
  if (locked.status === 'CANCELED') return []
  if (order === undefined) throw new AppError('ORDER_NOT_CANCELABLE')
  if (units.size === 0) return []
  return reverse(deps, tx, order, { kind: 'CANCEL', units, actorId: buyerId, reason })
}

/** What may be charged at this very moment must not lose its units. */
export function requireNoPayment({ paying }: LockedOrder): void {
  if (paying === 'CHECKING') throw new AppError('PAYMENT_IN_PROGRESS', { retryAfterSeconds: 2 })
}
