// An order of 0 won is paid by saying so: no provider is asked.
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { OrderMoney } from '../order/contract.ts'
import { insertPayments, listOfOrders, type PaymentRow } from './sql.ts'

/** Undefined where the order can not be paid. */
export async function payFree(
  { database, orders, ids }: { database: Database; orders: OrderMoney; ids: Ids },
  { orderId, buyerId }: { orderId: number; buyerId: number },
): Promise<PaymentRow | undefined> {
  return database.transaction(async (tx) => {
    const [order] = await orders.lockPayable(tx, [orderId])
    const before = (await listOfOrders(tx, [orderId])).find((payment) => payment.status === 'COMPLETED')
    if (before !== undefined) return before
    const isPayable =
      order?.status === 'CREATED' && !order.isLate && order.totalPriceKrw === 0 && order.buyerId === buyerId
    if (!isPayable) return undefined
    await orders.markPaid(tx, [orderId])
    const [payment] = await insertPayments(tx, [
      {
        orderId,
        buyerId,
        provider: 'FREE',
        providerOrderId: `free-${ids.uuid()}`,
        amountKrw: 0,
        status: 'COMPLETED',
      },
    ])
    return payment
  })
}
