import { AppError } from '../../platform/errors.ts'
import { requireMatch } from '../../platform/etag.ts'
import type { StockChange } from './contract.ts'
import { lockSale, requireOwnSale } from './lock-sale.ts'
import { moveByHand, type ByHand } from './move-units.ts'
import { refuseTooMany, type StockDeps } from './restock.ts'
import { tagOf } from './stock-view.ts'

/** Sets how many units are free; those in orders stay, and the total follows. */
export async function setUnits(
  { database, announce }: StockDeps,
  hand: ByHand,
  wish: { itemId: number; quantity: number; ifMatch: string | undefined },
): Promise<StockChange> {
  const { itemId, quantity, ifMatch } = wish
  await requireOwnSale(database.db, hand.caller, itemId, 'NOT_FOUND_STOCK')
  const { sale, change } = await database.transaction(async (tx) => {
    await hand.once?.bind(tx)
    const locked = await lockSale(tx, itemId)
    if (locked === undefined) throw new AppError('NOT_FOUND_STOCK')
    requireMatch(ifMatch, tagOf(locked))
    const delta = quantity - locked.available
    if (delta === 0) return { sale: locked, change: undefined }
    refuseTooMany(locked, delta, quantity)
    const [moved] = await moveByHand(tx, hand, {
      action: 'SET',
      ledgerReason: delta > 0 ? 'RESTOCKED' : 'REDUCED',
      moves: [{ sale: locked, delta }],
    })
    return { sale: locked, change: moved }
  })
  if (change !== undefined) announce([change])
  return change ?? sale
}
