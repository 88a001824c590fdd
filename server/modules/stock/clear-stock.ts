import { AppError } from '../../platform/errors.ts'
import { requireOwner } from '../../platform/ownership.ts'
import { moveByHand, type ByHand } from './move-units.ts'
import type { StockDeps } from './restock.ts'
import { lockStock } from './sql-units.ts'
import { findSales } from './sql.ts'

/**
 * Takes every free unit away, all items or none. Units in live orders stay theirs, and the items stay, with nothing left.
 * Unknown items are passed over; where there is no other, `missing` is thrown.
 */
export async function clearStock(
  { database, announce }: StockDeps,
  hand: ByHand,
  { itemIds, missing }: { itemIds: readonly number[]; missing: 'NOT_FOUND_STOCK' | 'NOT_FOUND_ITEM' },
): Promise<void> {
  // Before any lock, so that a stranger can not hold up a sale. An item never changes its seller.
  const known = await findSales(database.db, itemIds)
  for (const { sellerId } of known) requireOwner(hand.caller, sellerId)
  if (known.length === 0) throw new AppError(missing)
  const ownIds = known.map((sale) => sale.itemId)
  const changes = await database.transaction(async (tx) => {
    await hand.once?.bind(tx)
    await lockStock(tx, ownIds)
    const sales = await findSales(tx, ownIds)
    if (sales.length === 0) throw new AppError(missing)
    return moveByHand(tx, hand, {
      action: 'DELETE',
      ledgerReason: 'REMOVED',
      moves: sales.filter((sale) => sale.available > 0).map((sale) => ({ sale, delta: -sale.available })),
    })
  })
  announce(changes)
}
