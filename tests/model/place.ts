// orders.place_limited_orders as of migration 004, step by step, on the model's tables.
import type { PlacedOrder, PlaceRefusal } from '../../server/modules/order/contract.ts'
import type { NumberedClaim, Placed } from '../../server/modules/order/sql.ts'
import type { StockChange } from '../../server/modules/stock/contract.ts'
import { EPOCH_SIZE } from '../../server/modules/stock/gate-store.ts'
import type { Decision, Draft, OrderRow, StockRow, Tables } from './tables.ts'

const HALF_EPOCH = EPOCH_SIZE / 2
/** Claims of a gate that was replaced are on their way for so long. */
export const ON_THE_WAY_MS = 5_000

/** Decides a batch in gate order on what `tables` hold now. Nothing is written. */
export function placeLimitedOrders(
  tables: Tables,
  options: {
    batch: readonly NumberedClaim[]
    nowMs: number
    unitsGranted(claim: NumberedClaim['claim']): number
  },
): { draft: Draft; placed: Placed } {
  const { batch, nowMs } = options
  const rows = new Map<number, StockRow>()
  for (const { claim } of batch) {
    const row = tables.stock.get(claim.itemId)
    if (row !== undefined) rows.set(claim.itemId, { ...row })
  }
  const fresh: OrderRow[] = []
  const decisions = batch.map(({ claim, sequence }): Decision => {
    const sameKey = fresh.find((order) => order.key === claim.key && isOf(order, claim))
    const known = tables.findByKey(claim) ?? sameKey
    const unitsGranted = sequence === 0 ? 0 : options.unitsGranted(claim)
    const base = { claim, sequence, unitsGranted, wasTaken: false, order: undefined }
    if (known !== undefined)
      return known.quantity === claim.quantity
        ? { ...base, outcome: 'replay', order: answerOf(known) }
        : { ...base, outcome: 'key_reused' }
    const row = rows.get(claim.itemId)
    const live = fresh.filter((order) => isOf(order, claim)).reduce((sum, order) => sum + order.quantity, 0)
    const refusal = refusalOf(row, claim, live + tables.liveUnits(claim.itemId, claim.buyerId), nowMs)
    if (row === undefined || refusal !== undefined) return { ...base, outcome: refusal ?? 'no_item' }
    row.available -= claim.quantity
    row.commitNo++
    const order = orderOf({ claim, sequence }, row, { orderId: tables.nextOrderId(), nowMs })
    fresh.push(order)
    return { ...base, outcome: 'placed', order: answerOf(order) }
  })
  for (const order of new Set(fresh.map(({ itemId }) => itemId))) rows.get(order)!.version++
  return {
    draft: { reason: 'PLACED', stock: [...rows.values()], placed: fresh, decisions },
    placed: { outcomes: decisions.map(outcomeOf), changes: [...rows.values()].map(changeOf) },
  }
}

function isOf(order: OrderRow, claim: { itemId: number; buyerId: number }): boolean {
  return order.itemId === claim.itemId && order.buyerId === claim.buyerId
}

function refusalOf(
  row: StockRow | undefined,
  { quantity, priceKrw }: NumberedClaim['claim'],
  live: number,
  nowMs: number,
): PlaceRefusal | undefined {
  if (row === undefined) return 'no_item'
  if (nowMs < row.openMs) return 'not_open'
  if (row.saleState === 'CLOSED' || nowMs >= row.closeMs) return 'closed'
  if (row.saleState === 'PAUSED') return 'paused'
  if (row.available < quantity) return 'sold_out'
  if (live + quantity > row.limitPerBuyer) return 'limit_reached'
  return priceKrw !== undefined && priceKrw !== row.unitPriceKrw ? 'price_changed' : undefined
}

/** A gate's own number while that gate counts; else by commit, in an epoch that is between two gates or PostgreSQL's own. */
function numberOf(row: StockRow, sequence: number, nowMs: number): number {
  const epoch = Math.floor(sequence / EPOCH_SIZE)
  if (sequence > 0 && row.isGateActive && epoch === row.epoch) return sequence
  const isOnTheWay = nowMs < row.gateLoadedMs + ON_THE_WAY_MS && epoch < row.epoch
  if (sequence > 0 && row.isGateActive && isOnTheWay)
    return row.epoch * EPOCH_SIZE - HALF_EPOCH + row.commitNo
  if (row.isGateActive) {
    row.epoch++
    row.isGateActive = false
  }
  return row.epoch * EPOCH_SIZE + HALF_EPOCH + row.commitNo
}

function orderOf(
  { claim, sequence }: NumberedClaim,
  row: StockRow,
  { orderId, nowMs }: { orderId: number; nowMs: number },
): OrderRow {
  const saleSequence = numberOf(row, sequence, nowMs)
  return {
    orderId,
    itemId: claim.itemId,
    buyerId: claim.buyerId,
    key: claim.key,
    quantity: claim.quantity,
    saleSequence,
    commitNo: row.commitNo,
    unitPriceKrw: row.unitPriceKrw,
    createdMs: nowMs,
    holdSeconds: row.holdSeconds,
    payByMs: nowMs + row.holdSeconds * 1_000,
    status: 'CREATED',
  }
}

function answerOf({ orderId, saleSequence, unitPriceKrw, createdMs, holdSeconds }: OrderRow): PlacedOrder {
  return { orderId, saleSequence, unitPriceKrw, createdMs, holdSeconds }
}

function outcomeOf({ outcome, order }: Decision): Placed['outcomes'][number] {
  return order === undefined ? { outcome: outcome as PlaceRefusal } : { outcome: outcome as 'placed', order }
}

function changeOf({ itemId, version, available }: StockRow): StockChange {
  return { itemId, version, available }
}
