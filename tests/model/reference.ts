// What must come out of a sale, said as simply as possible: the committed history of one item replayed claim by claim, in
// the order of commit. No batches, no locks, no gate.
import { EPOCH_SIZE } from '../../server/modules/stock/gate-store.ts'
import { ON_THE_WAY_MS } from './place.ts'
import type { Commit, Decision, StockRow } from './tables.ts'

interface Order {
  buyerId: number
  key: string
  quantity: number
  isLive: boolean
}

/** The first thing in the history that had to be otherwise. */
export function findDifference(itemId: number, commits: readonly Commit[]): string | undefined {
  const orders = new Map<number, Order>()
  let sale: StockRow | undefined
  let available = 0
  const sum = (wanted: (order: Order) => boolean): number =>
    [...orders.values()].reduce((units, order) => units + (wanted(order) ? order.quantity : 0), 0)

  const expect = ({ claim }: Decision, databaseMs: number): Decision['outcome'] => {
    const { buyerId, key, quantity, priceKrw } = claim
    const known = [...orders.values()].find((order) => order.buyerId === buyerId && order.key === key)
    if (known !== undefined) return known.quantity === quantity ? 'replay' : 'key_reused'
    if (sale === undefined) return 'no_item'
    if (databaseMs < sale.openMs) return 'not_open'
    if (sale.saleState === 'CLOSED' || databaseMs >= sale.closeMs) return 'closed'
    if (sale.saleState === 'PAUSED') return 'paused'
    if (quantity > available) return 'sold_out'
    const live = sum((order) => order.buyerId === buyerId && order.isLive)
    if (live + quantity > sale.limitPerBuyer) return 'limit_reached'
    return priceKrw === undefined || priceKrw === sale.unitPriceKrw ? 'placed' : 'price_changed'
  }
  for (const { stock, decisions, ended, databaseMs, reason } of commits) {
    for (const decision of decisions.filter(({ claim }) => claim.itemId === itemId)) {
      const expected = expect(decision, databaseMs)
      if (decision.outcome !== expected)
        return `${reason} decided ${decision.outcome} for ${JSON.stringify(decision.claim)}: had to be ${expected}`
      if (expected !== 'placed') continue
      orders.set(decision.order!.orderId, { ...decision.claim, isLive: true })
      available -= decision.claim.quantity
    }
    for (const { orderId, quantity } of ended.filter((order) => order.itemId === itemId)) {
      orders.get(orderId)!.isLive = false
      available += quantity
    }
    const row = stock.find((one) => one.itemId === itemId)
    if (row === undefined) continue
    available += row.total - (sale?.total ?? 0)
    sale = row
    const live = sum((order) => order.isLive)
    if (row.available !== available || row.total !== available + live || available < 0)
      return `${reason} left ${row.available} of ${row.total} available: had to be ${available}, ${live} are sold`
  }
  return undefined
}

/** Numbers of the gate that counts are kept; claims on their way from one before it, and all others, go by commit. */
export function findWrongNumber(itemId: number, commits: readonly Commit[]): string | undefined {
  let epoch = 1
  let isGateActive = false
  for (const { reason, stock, placed, decisions, databaseMs } of commits) {
    const row = stock.find((one) => one.itemId === itemId)
    if (row === undefined) continue
    if (reason === 'LOADED') epoch++
    if (reason === 'LOADED') isGateActive = true
    for (const order of placed.filter((one) => one.itemId === itemId)) {
      const given = decisions.find((one) => one.order?.orderId === order.orderId)?.sequence ?? 0
      const givenEpoch = Math.floor(given / EPOCH_SIZE)
      const isGates = isGateActive && given > 0 && givenEpoch === epoch
      const isBetween =
        isGateActive && given > 0 && givenEpoch < epoch && databaseMs < row.gateLoadedMs + ON_THE_WAY_MS
      if (!isGates && !isBetween && isGateActive) epoch++
      if (!isGates && !isBetween) isGateActive = false
      const byCommit = (isBetween ? epoch - 1 : epoch) * EPOCH_SIZE + EPOCH_SIZE / 2 + order.commitNo
      const expected = isGates ? given : byCommit
      if (order.saleSequence !== expected)
        return `order ${order.orderId} has number ${order.saleSequence}: had to be ${expected}`
    }
    if (row.epoch !== epoch || row.isGateActive !== isGateActive)
      return `${reason} left epoch ${row.epoch}, not ${epoch}`
  }
  return undefined
}
