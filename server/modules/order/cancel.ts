import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { StockApi } from '../stock/contract.ts'
import { endOrder, lockOrder } from './sql.ts'
import { mayMove } from './state.ts'

/** Cancels an unpaid order of the buyer. An order that is cancelled already is left as it is. */
export async function cancel(
  deps: { database: Database; stock: StockApi },
  request: { orderId: number; buyerId: number },
): Promise<void> {
  const changes = await deps.database.transaction(async (tx) => {
    const order = await lockOrder(tx, request.orderId)
    if (order === undefined) throw new AppError('NOT_FOUND_ORDER')
    if (order.buyerId !== request.buyerId) throw new AppError('UNAUTHORIZED_ACCESS')
    if (order.status === 'CANCELED') return []
    if (!mayMove(order.status, 'CANCELED')) throw new AppError('ORDER_NOT_CANCELABLE')
    return endOrder(tx, {
      orderId: request.orderId,
      status: 'CANCELED',
      reason: 'CANCELED',
      actorId: request.buyerId,
    })
  })
  deps.stock.announceUnits(changes)
}
