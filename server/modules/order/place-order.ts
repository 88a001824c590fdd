// A normal order: several lines of items that are not limited, in one transaction of its own.
import type { PersonalData } from '../../platform/crypto.ts'
import { brokenConstraint, type Database } from '../../platform/db.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { StockApi, UnitRefusal } from '../stock/contract.ts'
import type { UserApi } from '../user/contract.ts'
import type { PlaceOrderRequest } from './contract.ts'
import { checkRecipient, keepRecipient } from './recipient.ts'
import { findNormalOrderByKey, findOrder, type OrderRow } from './sql-read.ts'
import { insertNormalOrder } from './sql-write.ts'

export const UNIT_REFUSALS: Readonly<Record<UnitRefusal['outcome'], ErrorCode>> = {
  no_item: 'NOT_FOUND_ITEM',
  limited_item: 'LIMITED_ITEM',
  closed: 'SALE_CLOSED',
  paused: 'SALE_PAUSED',
  not_enough: 'NOT_ENOUGH_STOCK',
  price_changed: 'PRICE_CHANGED',
}

interface Line {
  itemId: number
  quantity: number
  priceKrw: number | undefined
}

export interface PlaceOrderDeps {
  database: Database
  stock: Pick<StockApi, 'takeUnits' | 'announceUnits'>
  pii: PersonalData
  readRecipient: UserApi['readRecipient']
}

export async function placeOrder(
  deps: PlaceOrderDeps,
  request: PlaceOrderRequest,
): Promise<{ order: OrderRow; replayed: boolean }> {
  const lines = mergeLines(request.lines)
  const named = request.recipient === undefined ? undefined : checkRecipient(request.recipient)
  const known = await findReplay(deps.database, request, lines)
  if (known !== undefined) return { order: known, replayed: true }
  const recipient = named ?? (await deps.readRecipient(request.buyerId))
  try {
    return { order: await write(deps, { ...request, recipient }, lines), replayed: false }
  } catch (error) {
    // An equal request may have been faster: it took the key, or the last units.
    const outrun = brokenConstraint(error) === 'orders_one_per_key' || error instanceof AppError
    if (!outrun) throw error
    const faster = await findReplay(deps.database, request, lines)
    if (faster === undefined) throw error
    return { order: faster, replayed: true }
  }
}

async function write(
  { database, stock, pii }: PlaceOrderDeps,
  { buyerId, key, recipient, alongside }: PlaceOrderRequest,
  lines: readonly Line[],
): Promise<OrderRow> {
  const { orderId, changes } = await database.transaction(async (tx) => {
    const taken = await stock.takeUnits(tx, lines)
    if (taken.outcome !== 'taken') throw new AppError(UNIT_REFUSALS[taken.outcome])
    const orderId = await insertNormalOrder(tx, {
      buyerId,
      key,
      lines: lines.map((line, i) => ({ ...line, unitPriceKrw: taken.unitPricesKrw[i]! })),
      holdSeconds: taken.holdSeconds,
      createdAt: taken.takenAt,
    })
    if (recipient !== undefined) await keepRecipient(tx, pii, orderId, recipient)
    await alongside?.(tx)
    return { orderId, changes: taken.changes }
  })
  stock.announceUnits(changes)
  const order = await findOrder(database.db, orderId)
  if (order === undefined) throw new Error('an order that was just committed is not there')
  return order
}

async function findReplay(
  { db }: Database,
  request: { buyerId: number; key: string },
  lines: readonly Line[],
): Promise<OrderRow | undefined> {
  const known = await findNormalOrderByKey(db, request.buyerId, request.key)
  if (known === undefined) return undefined
  const asked = new Map(lines.map((line) => [line.itemId, line.quantity]))
  // What was asked for first, whatever has changed since.
  const equal =
    known.lines.length === asked.size &&
    known.lines.every((line) => asked.get(line.itemId) === (line.askedQuantity ?? line.quantity))
  if (!equal) throw new AppError('IDEMPOTENCY_KEY_REUSED')
  return known
}

/** What no item costs: the lines of one item name different prices, so one of them is not the server's. */
const CONTRADICTION_KRW = -1

/** The same item on several lines counts as one line with their sum, in item order. */
function mergeLines(lines: PlaceOrderRequest['lines']): Line[] {
  const merged = new Map<number, Line>()
  for (const { itemId, quantity, priceKrw: price } of lines) {
    const line = merged.get(itemId) ?? { itemId, quantity: 0, priceKrw: price }
    const contradicts = price !== undefined && line.priceKrw !== undefined && price !== line.priceKrw
    const priceKrw = contradicts ? CONTRADICTION_KRW : (line.priceKrw ?? price)
    merged.set(itemId, { itemId, quantity: line.quantity + quantity, priceKrw })
  }
  return [...merged.values()].sort((a, b) => a.itemId - b.itemId)
}
