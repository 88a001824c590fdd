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
  const sealed = await findRecipient(db, orderId)
  return detailBody(order, sealed && openRecipient(pii, orderId, sealed))
}

/** Every order of a member. */
export async function exportOrders({ db, pii }: ReadOrderDeps, buyerId: number): Promise<object[]> {
  const orders = await listWholeOrders(db, buyerId)
  return orders.map(({ recipient, hiddenAt, ...order }) => ({
    ...detailBody(order, recipient === null ? undefined : openRecipient(pii, order.orderId, recipient)),
    hiddenAt: hiddenAt === null ? null : toSeoulIso(hiddenAt),
  }))
}
