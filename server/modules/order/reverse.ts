// Paid units are taken back: a cancel before shipping, a return after. The money is asked for in the same transaction, and what
// becomes of goods and states follows when it is back (finish-reversal.ts).
import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { PaymentApi } from '../payment/contract.ts'
import type { ShipmentApi } from '../shipment/contract.ts'
import type { StockApi, StockChange } from '../stock/contract.ts'
import type { LineStatus } from './contract.ts'
import { followLines } from './move-lines.ts'
import { causeOf, type FinishReversal } from './finish-reversal.ts'
import { insertReversal, updateLineStatuses, type ReversalKind } from './sql-reversal.ts'
import type { ShippableRow } from './sql-shipping.ts'
import { lineStatusOf, REVERSAL_STATES, REVERSIBLE } from './state.ts'

export interface ReverseDeps {
  stock: Pick<StockApi, 'readSales'>
  payments: Pick<PaymentApi, 'requestRefund'>
  shipments: Pick<ShipmentApi, 'takeOut' | 'openReturn'>
  finish: FinishReversal
  /** How long after its delivery a line may be returned. */
  returnWithinSeconds: number
}

export interface ReverseRequest {
  kind: ReversalKind
  /** Units of each line, none of them 0, no more than `unitsLeft`. */
  units: ReadonlyMap<number, number>
  actorId: number
  reason: string | undefined
}

/** Units of each line that nobody has asked to take back yet. */
export function unitsLeft(order: ShippableRow): Map<number, number> {
  return new Map(order.lines.map((line) => [line.itemId, line.quantity - line.openUnits]))
}

/** Of a locked order. */
export async function reverse(
  deps: ReverseDeps,
  tx: Tx,
  order: ShippableRow,
  request: ReverseRequest,
): Promise<StockChange[]> {
  requireReversible(order, request, deps.returnWithinSeconds)
  await markLines(tx, order, request)
  await writeAudit(tx, [auditOf(order, request)])
  return request.kind === 'CANCEL'
    ? cancelPaid(deps, tx, order, request)
    : openReturns(deps, tx, order, request)
}

/** One reversal of everything; its money is asked for at once. */
async function cancelPaid(
  deps: ReverseDeps,
  tx: Tx,
  order: ShippableRow,
  { units, actorId, reason }: ReverseRequest,
): Promise<StockChange[]> {
  const { orderId } = order
  const lines = [...units].map(([itemId, quantity]) => ({ itemId, quantity }))
  await deps.shipments.takeOut(tx, { orderId, lines })
  const amountKrw = priceOf(order, lines)
  const reversal = {
    orderId,
    kind: 'CANCEL',
    status: 'REFUNDING',
    amountKrw,
    actorId,
    reason,
    lines,
  } as const
  const reversalId = await insertReversal(tx, reversal)
  return askForMoney(deps, tx, { orderId, reversalId, amountKrw, kind: 'CANCEL' })
}

/** One for each seller, to whom the goods go back; their money follows each. */
async function openReturns(
  deps: ReverseDeps,
  tx: Tx,
  order: ShippableRow,
  { units, actorId, reason }: ReverseRequest,
): Promise<StockChange[]> {
  const { orderId } = order
  const sales = await deps.stock.readSales(tx, [...units.keys()])
  const bySeller = Map.groupBy(
    units.keys(),
    (itemId) => sales.find((sale) => sale.itemId === itemId)?.sellerId,
  )
  for (const [sellerId, itemIds] of bySeller) {
    if (sellerId === undefined) throw new Error('a line of an item that has no stock row')
    const lines = itemIds.map((itemId) => ({ itemId, quantity: units.get(itemId)! }))
    const reversalId = await insertReversal(tx, {
      orderId,
      kind: 'RETURN',
      status: 'REQUESTED',
      amountKrw: priceOf(order, lines),
      actorId,
      reason,
      lines,
    })
    await deps.shipments.openReturn(tx, { orderId, reversalId, sellerId, lines })
  }
  return []
}

/** What was free of charge is done at once. */
export async function askForMoney(
  { payments, finish }: Pick<ReverseDeps, 'payments' | 'finish'>,
  tx: Tx,
  {
    orderId,
    reversalId,
    amountKrw,
    kind,
  }: { orderId: number; reversalId: number; amountKrw: number; kind: ReversalKind },
): Promise<StockChange[]> {
  const cause = causeOf(reversalId)
  const asked =
    amountKrw === 0
      ? 'nothing_paid'
      : await payments.requestRefund(tx, { orderId, amountKrw, cause, reason: REASONS[kind] })
  return asked === 'requested' ? [] : finish(tx, { orderId, cause })
}

/** The original's words; what the buyer wrote is not the provider's business. */
const REASONS: Readonly<Record<ReversalKind, string>> = { CANCEL: '취소', RETURN: '반품' }

function requireReversible(
  order: ShippableRow,
  { kind, units }: ReverseRequest,
  returnWithinSeconds: number,
): void {
  for (const line of order.lines) {
    if (!units.has(line.itemId)) continue
    const status = lineStatusOf(order, line)
    const isThere = REVERSIBLE[kind].includes(status)
    if (kind === 'CANCEL' && !isThere)
      throw new AppError(
        REVERSIBLE.RETURN.includes(status) || status === 'SHIPPING'
          ? 'ALREADY_SHIPPING'
          : 'ORDER_NOT_CANCELABLE',
      )
    if (kind === 'RETURN' && (!isThere || (line.sinceSeconds ?? Infinity) > returnWithinSeconds))
      throw new AppError('NO_RETURN')
  }
}

/** Lines that are taken back as a whole say so; of others something stays where it is. */
async function markLines(
  tx: Tx,
  order: ShippableRow,
  { kind, units, actorId }: ReverseRequest,
): Promise<void> {
  const status: LineStatus = REVERSAL_STATES[kind].requested
  const marked = order.lines.filter(
    (line) => units.has(line.itemId) && units.get(line.itemId) === line.quantity - line.openUnits,
  )
  if (marked.length === 0) return
  await updateLineStatuses(
    tx,
    marked.map(({ itemId }) => ({ orderId: order.orderId, itemId, status })),
  )
  for (const line of marked) line.status = status
  await followLines(tx, [order], actorId)
}

function priceOf(order: ShippableRow, lines: readonly { itemId: number; quantity: number }[]): number {
  const prices = new Map(order.lines.map((line) => [line.itemId, line.unitPrice]))
  return lines.reduce((sum, { itemId, quantity }) => sum + quantity * prices.get(itemId)!, 0)
}

function auditOf(order: ShippableRow, { kind, units, actorId, reason }: ReverseRequest) {
  const lines = order.lines.filter((line) => units.has(line.itemId))
  return {
    actorId,
    subject: 'order',
    subjectId: order.orderId,
    action: kind,
    before: { lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })) },
    after: { lines: lines.map(({ itemId }) => ({ itemId, takenBack: units.get(itemId) })) },
    reason,
  } as const
}
