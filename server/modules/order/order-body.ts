// Orders as the contract shows them.
import { toSeoulIso } from '../../platform/clock.ts'
import type { Claim } from '../stock/contract.ts'
import type { ListedOrder, OrderDetail } from './bodies.ts'
import type { LineStatus, OrderBody, PlacedOrder, Recipient } from './contract.ts'
import type { LineRow, ListedRow, OrderRow } from './sql-read.ts'
import type { HistoryEntry, Reversal } from './sql-reversal.ts'
import { lineStatusOf, ORDER_STATES } from './state.ts'

/** Orders of one commit share their instants: what was made for the last one is made once. */
function rememberLast(textOf: (ms: number) => string): (ms: number) => string {
  let lastMs = Number.NaN
  let text = ''
  return (ms) => {
    if (ms !== lastMs) text = textOf((lastMs = ms))
    return text
  }
}
const createdText = rememberLast(toSeoulIso)
const payByText = rememberLast(toSeoulIso)

/** The first body of a limited order: what 201 says, and what a repeated key says again whatever became of the order. */
export function firstBody(claim: Claim, order: PlacedOrder): OrderBody {
  const totalSum = order.unitPriceKrw * claim.quantity
  return {
    orderId: order.orderId,
    userId: claim.buyerId,
    totalSum,
    orderDate: createdText(order.createdMs),
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
    payBy: payByText(order.createdMs + order.holdSeconds * 1000),
    saleSequence: order.saleSequence,
  }
}

/** An order as it stands today. */
export function orderBody(row: OrderRow): OrderBody {
  return {
    orderId: row.orderId,
    userId: row.buyerId,
    totalSum: row.totalPriceKrw,
    orderDate: toSeoulIso(row.createdAt),
    orderItemList: row.lines.map((line) => lineBody(line, lineStatusOf(row, line))),
    status: row.status,
    payBy: toSeoulIso(row.payBy),
    ...(row.saleItemId === 0 ? {} : { saleSequence: row.saleSequence }),
  }
}

function lineBody(
  { itemId, quantity, askedQuantity, unitPrice }: LineRow,
  status: LineStatus,
): OrderBody['orderItemList'][number] {
  const canceledQuantity = (askedQuantity ?? quantity) - quantity
  return {
    orderItemId: itemId,
    itemId,
    quantity,
    unitPrice,
    totalSum: quantity * unitPrice,
    status,
    ...(canceledQuantity > 0 && { canceledQuantity }),
  }
}

export function listedBody(row: ListedRow): ListedOrder {
  const linesLeftOut = row.linesCount - row.lines.length
  return { ...orderBody(row), ...(linesLeftOut > 0 && { linesLeftOut }) }
}

export function detailBody(
  row: OrderRow,
  {
    recipient,
    history,
    reversals,
  }: { recipient: Recipient | undefined; history: readonly HistoryEntry[]; reversals: readonly Reversal[] },
): OrderDetail {
  return {
    ...orderBody(row),
    ...(recipient !== undefined && { recipient }),
    ...(row.status === 'CREATED' && row.paying !== null && { paying: row.paying }),
    history: historyOf(row, history),
    takenBack: reversals.map((one) => ({
      kind: one.kind,
      status: one.status,
      amount: one.amountKrw,
      lines: one.lines,
      requestedAt: toSeoulIso(one.createdAt),
      ...(one.doneAt !== null && { doneAt: toSeoulIso(one.doneAt) }),
    })),
  }
}

/** Placing is the order itself, and an expiry its `payBy`: neither is written down again. */
function historyOf(row: OrderRow, kept: readonly HistoryEntry[]): OrderDetail['history'] {
  const entries = [
    { status: 'CREATED', at: toSeoulIso(row.createdAt) },
    ...kept.map(({ status, at }) => ({ status, at: toSeoulIso(at) })),
  ]
  const isOver = row.status === 'EXPIRED' || row.status === 'PAYMENT_FAILED'
  return isOver ? [...entries, { status: row.status, at: toSeoulIso(row.payBy) }] : entries
}
