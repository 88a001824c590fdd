// Orders as the contract shows them.
import { toSeoulIso } from '../../platform/clock.ts'
import type { Claim } from '../stock/contract.ts'
import type { OrderBody, PlacedOrder } from './contract.ts'
import type { OrderRow } from './sql.ts'
import { ORDER_STATES } from './state.ts'

/** The first body of a limited order: what 201 says, and what a repeated key says again whatever became of the order. */
export function firstBody(claim: Claim, order: PlacedOrder): OrderBody {
  const totalSum = order.unitPriceKrw * claim.quantity
  return {
    orderId: order.orderId,
    userId: claim.buyerId,
    totalSum,
    orderDate: toSeoulIso(order.createdMs),
    orderItemList: [
      {
        itemId: claim.itemId,
        quantity: claim.quantity,
        unitPrice: order.unitPriceKrw,
        totalSum,
        status: ORDER_STATES.CREATED.line,
      },
    ],
    status: 'CREATED',
    payBy: toSeoulIso(order.createdMs + order.holdSeconds * 1000),
    saleSequence: order.saleSequence,
  }
}

/** An order as it stands today. */
export function orderBody(row: OrderRow): OrderBody {
  const status = ORDER_STATES[row.status].line
  return {
    orderId: row.orderId,
    userId: row.buyerId,
    totalSum: row.totalPriceKrw,
    orderDate: toSeoulIso(row.createdAt),
    orderItemList: row.lines.map((line) => ({ ...line, totalSum: line.quantity * line.unitPrice, status })),
    status: row.status,
    payBy: toSeoulIso(row.payBy),
    ...(row.saleItemId === 0 ? {} : { saleSequence: row.saleSequence }),
  }
}
