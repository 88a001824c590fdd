// A buyer deletes an order from their history. Nothing is lost: its units, money and export do not know of it.
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import { lockOwnOrder } from './change-quantities.ts'
import { hideOrder } from './sql-write.ts'
import { isSettled } from './state.ts'

export async function hide(
  { database }: { database: Database },
  request: { orderId: number; buyerId: number; once: Once | undefined },
): Promise<void> {
  await database.transaction(async (tx) => {
    await request.once?.bind(tx)
    const order = await lockOwnOrder(tx, request)
    if (!isSettled(order.status)) throw new AppError('ORDER_IN_PROGRESS')
    await hideOrder(tx, request.orderId)
  })
}
