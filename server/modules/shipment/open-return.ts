import type { Tx } from '../../platform/db.ts'
import type { ShipmentApi } from './contract.ts'
import type { MoveDeps } from './move-shipments.ts'
import { insertReturn } from './sql-open.ts'
import { dueAt } from './state.ts'

/** Goods set out for their seller, in the transaction of the return. */
export async function openReturn(
  { orders, clock, times }: Pick<MoveDeps, 'orders' | 'clock' | 'times'>,
  tx: Tx,
  request: Parameters<ShipmentApi['openReturn']>[1],
): Promise<void> {
  // Locked by the caller: this waits for nobody.
  const [order] = await orders.lockShippable(tx, [request.orderId])
  if (order === undefined) throw new Error('a return of an order that is not there')
  const nowMs = clock.now()
  const since = { at: new Date(nowMs), dueAt: dueAt('RETURN_REQUESTED', nowMs, times) }
  await insertReturn(tx, { ...request, buyerId: order.buyerId }, since)
}
