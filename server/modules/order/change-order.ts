// An order is changed while it is unpaid: how many of what, and who gets it.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import { QUANTITY_MAX, type StockApi } from '../stock/contract.ts'
import {
  changeQuantities,
  invalidLine,
  lockOwnOrder,
  readQuantities,
  requireLines,
} from './change-quantities.ts'
import type { ChangeOrderRequest } from './bodies.ts'
import { requireNoPayment } from './cancel.ts'
import { checkRecipient, keepRecipient } from './recipient.ts'
import type { LockedOrder } from './sql-write.ts'

export interface ChangeOrderDeps {
  database: Database
  stock: Pick<StockApi, 'changeUnits' | 'announceUnits'>
  pii: PersonalData
}

export async function changeOrder(
  { database, stock, pii }: ChangeOrderDeps,
  who: { orderId: number; buyerId: number; once: Once | undefined },
  request: ChangeOrderRequest,
): Promise<void> {
  const recipient = request.recipient === undefined ? undefined : checkRecipient(request.recipient)
  const lines = request.lines ?? []
  const quantities = readQuantities(lines)
  const changes = await database.transaction(async (tx) => {
    await who.once?.bind(tx)
    const order = await lockOwnOrder(tx, who)
    requireLines(order, quantities.keys(), 'lines')
    if (lines.length > 0) requireNoPayment(order)
    if (order.status !== 'CREATED' || order.isLate) throw new AppError('ORDER_NOT_CHANGEABLE')
    requireBoundedRaises(order, lines)
    if (recipient !== undefined) await keepRecipient(tx, pii, who.orderId, recipient)
    return changeQuantities(tx, stock, { order, quantities, action: 'CHANGE', reason: undefined })
  })
  stock.announceUnits(changes)
}

/** A line has as many units as a new order could ask for; one that has more (of several lines of the request) may be lowered. */
function requireBoundedRaises(
  order: LockedOrder,
  lines: readonly { itemId: number; quantity: number }[],
): void {
  const before = new Map(order.lines.map((line) => [line.itemId, line.quantity]))
  const at = lines.findIndex(
    ({ itemId, quantity }) => quantity > QUANTITY_MAX && quantity > (before.get(itemId) ?? 0),
  )
  if (at === -1) return
  throw invalidLine(at, 'quantity', lines[at]!.quantity, {
    ko: `${QUANTITY_MAX} 이하여야 합니다.`,
    en: `Must be at most ${QUANTITY_MAX}.`,
  })
}
