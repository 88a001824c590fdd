// Orders as the contract shows them.
import { toSeoulIso } from '../../platform/clock.ts'
import type { Claim } from '../stock/contract.ts'
import type { ListedOrder, OrderDetail } from './bodies.ts'
import type { OrderBody, PlacedOrder, Recipient } from './contract.ts'
import type { LineRow, ListedRow, OrderRow } from './sql-read.ts'
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
        orderItemId: claim.itemId,
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
    orderItemList: row.lines.map((line) => lineBody(line, status)),
    status: row.status,
    payBy: toSeoulIso(row.payBy),
    ...(row.saleItemId === 0 ? {} : { saleSequence: row.saleSequence }),
  }
}

function lineBody(
  { itemId, quantity, askedQuantity, unitPrice }: LineRow,
  status: string,
): OrderBody['orderItemList'][number] {
  const canceledQuantity = (askedQuantity ?? quantity) - quantity
  return {
    orderItemId: itemId,
    itemId,
    quantity,
    unitPrice,
    totalSum: quantity * unitPrice,
    status: quantity === 0 ? ORDER_STATES.CANCELED.line : status,
    ...(canceledQuantity > 0 && { canceledQuantity }),
  }
}

export function listedBody(row: ListedRow): ListedOrder {
  const linesLeftOut = row.linesCount - row.lines.length
  return { ...orderBody(row), ...(linesLeftOut > 0 && { linesLeftOut }) }
}

export function detailBody(row: OrderRow, recipient: Recipient | undefined): OrderDetail {
  return { ...orderBody(row), ...(recipient !== undefined && { recipient }) }
}
