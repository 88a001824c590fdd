import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { STOCK_UNITS_MAX, type Sale, type StockApi } from './contract.ts'
import { lockSale, requireOwnSale } from './lock-sale.ts'
import { moveByHand, type ByHand } from './move-units.ts'

export interface StockDeps {
  database: Database
  announce: StockApi['announce']
}

/** Adds units, or takes free ones away where `delta` is negative. Units in orders are never touched. */
export async function restock(
  { database, announce }: StockDeps,
  hand: ByHand,
  { itemId, delta }: { itemId: number; delta: number },
): Promise<void> {
  await requireOwnSale(database.db, hand.caller, itemId, 'NOT_FOUND_STOCK')
  const isMore = delta > 0
  const changes = await database.transaction(async (tx) => {
    await hand.once?.bind(tx)
    const sale = await lockSale(tx, itemId)
    // Thrown, so that a refusal does not use the key up.
    if (sale === undefined) throw new AppError('NOT_FOUND_STOCK')
    if (sale.available + delta < 0) throw new AppError('NOT_ENOUGH_STOCK')
    refuseTooMany(sale, delta, Math.abs(delta))
    return moveByHand(tx, hand, {
      action: isMore ? 'RAISE' : 'LOWER',
      ledgerReason: isMore ? 'RESTOCKED' : 'REDUCED',
      moves: [{ sale, delta }],
    })
  })
  announce(changes)
}

const TOO_MANY = { ko: '재고는 10억 개를 넘을 수 없습니다.', en: 'An item has at most 1,000,000,000 units.' }

/** `asked`: the number that the request named. */
export function refuseTooMany(sale: Sale, delta: number, asked: number): void {
  if (sale.total + delta <= STOCK_UNITS_MAX) return
  throw new AppError('INVALID_INPUT_VALUE', {
    fields: [{ field: 'quantity', value: String(asked), reason: TOO_MANY }],
  })
}
