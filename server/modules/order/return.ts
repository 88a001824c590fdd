// Delivered goods go back to their seller: each line within its time.
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { TakeBackRequest } from './cancel.ts'
import { lockOwnOrder } from './change-quantities.ts'
import { chosenUnits } from './chosen-units.ts'
import { reverse, unitsLeft, type ReverseDeps } from './reverse.ts'
import { readShippable } from './sql-shipping.ts'
import { ORDER_STATES } from './state.ts'

/** What is on its way back already is left as it is. */
export async function returnGoods(
  deps: ReverseDeps & { database: Database },
  request: TakeBackRequest,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    await request.once?.bind(tx)
    const locked = await lockOwnOrder(tx, request)
    const [order] = ORDER_STATES[locked.status].live ? await readShippable(tx, [locked.orderId]) : []
    const units = chosenUnits(locked, order === undefined ? new Map() : unitsLeft(order), request.what)
    if (locked.status === 'RETURNED' || (order !== undefined && units.size === 0)) return
    if (order === undefined) throw new AppError('NO_RETURN')
    const { buyerId: actorId, reason } = request
    await reverse(deps, tx, order, { kind: 'RETURN', units, actorId, reason })
  })
}
