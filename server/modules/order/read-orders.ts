// Orders as their buyers, administrators and other modules read them.
import type { Caller } from '../../platform/auth.ts'
import { toSeoulIso } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { requireOwner } from '../../platform/ownership.ts'
import type { OrderDetail } from './bodies.ts'
import { detailBody } from './order-body.ts'
import { openRecipient } from './recipient.ts'
import { findOrder, findRecipient, listWholeOrders } from './sql-read.ts'
import { listHistory, listReversals } from './sql-reversal.ts'

export interface ReadOrderDeps {
  db: Db
  pii: PersonalData
}

/** For its buyer, who does not see it any more once it is hidden, and for administrators. */
export async function readOrder(
  { db, pii }: ReadOrderDeps,
  caller: Caller,
  orderId: number,
): Promise<OrderDetail> {
  const order = await findOrder(db, orderId)
  if (order === undefined) throw new AppError('NOT_FOUND_ORDER')
  requireOwner(caller, order.buyerId)
  if (order.isHidden && caller.role !== 'ADMIN') throw new AppError('NOT_FOUND_ORDER')
  const [sealed, history, reversals] = await Promise.all([
    findRecipient(db, orderId),
    listHistory(db, [orderId]),
    listReversals(db, [orderId]),
  ])
  const recipient = sealed && openRecipient(pii, orderId, sealed)
  return detailBody(order, { recipient, history, reversals })
}

/** Every order of a member. */
export async function exportOrders({ db, pii }: ReadOrderDeps, buyerId: number): Promise<object[]> {
  const orders = await listWholeOrders(db, buyerId)
  const orderIds = orders.map(({ orderId }) => orderId)
  const [history, reversals] = await Promise.all([listHistory(db, orderIds), listReversals(db, orderIds)])
  const historyOf = Map.groupBy(history, ({ orderId }) => orderId)
  const reversalsOf = Map.groupBy(reversals, ({ orderId }) => orderId)
  return orders.map(({ recipient, hiddenAt, ...order }) => ({
    ...detailBody(order, {
      recipient: recipient === null ? undefined : openRecipient(pii, order.orderId, recipient),
      history: historyOf.get(order.orderId) ?? [],
      reversals: reversalsOf.get(order.orderId) ?? [],
    }),
    hiddenAt: hiddenAt === null ? null : toSeoulIso(hiddenAt),
  }))
}
