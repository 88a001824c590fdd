import type { Caller } from '../../platform/auth.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { STOCK_UNITS_MAX, type Sale, type StockApi } from './contract.ts'
import { lockSale, requireOwnSale } from './lock-sale.ts'
import { insertLedgerEntry, updateUnits } from './sql.ts'

export interface StockDeps {
  database: Database
  announce: StockApi['announce']
}

export type Restocked = 'restocked' | 'too_many' | 'not_enough'

/** Adds units, or takes free ones away where `delta` is negative. Units in orders are never touched. */
export async function restock(
  { database, announce }: StockDeps,
  caller: Caller,
  { itemId, delta }: { itemId: number; delta: number },
): Promise<Restocked> {
  await requireOwnSale(database.db, caller, itemId, 'NOT_FOUND_STOCK')
  const result = await database.transaction(async (tx) => {
    const sale = await lockSale(tx, itemId)
    if (sale === undefined) throw new AppError('NOT_FOUND_STOCK')
    const refusal = refusalOf(sale, delta)
    if (refusal !== undefined) return refusal
    const change = await updateUnits(tx, itemId, delta)
    await insertLedgerEntry(tx, change, {
      reason: delta > 0 ? 'RESTOCKED' : 'REDUCED',
      delta,
      actorId: caller.userId,
    })
    return change
  })
  if (typeof result === 'string') return result
  announce([result])
  return 'restocked'
}

function refusalOf(sale: Sale, delta: number): Exclude<Restocked, 'restocked'> | undefined {
  if (sale.available + delta < 0) return 'not_enough'
  return sale.total + delta > STOCK_UNITS_MAX ? 'too_many' : undefined
}
