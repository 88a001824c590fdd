import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import { saleStatusOf, type RemovedStock, type Sale } from './contract.ts'
import { moveUnits } from './sql-ledger.ts'
import { lockStock } from './sql-units.ts'
import { deleteStocks, findSales } from './sql.ts'

/** Ends the sale of items for good: their stock rows go, ledger and audit trail stay. */
export async function removeStocks(
  tx: Tx,
  { itemIds, actorId }: { itemIds: readonly number[]; actorId: number },
): Promise<RemovedStock> {
  await lockStock(tx, itemIds)
  const sales = await findSales(tx, itemIds)
  const used = sales.find(isInUse)
  if (used !== undefined) return { outcome: 'in_use', itemId: used.itemId }
  const moves = sales.map(({ itemId, available }) => ({ itemId, delta: -available }))
  const changes = await moveUnits(tx, moves, { reason: 'REMOVED', actorId, note: undefined })
  await writeAudit(
    tx,
    sales.map(({ itemId, total }) => ({
      actorId,
      subject: 'item',
      subjectId: itemId,
      action: 'REMOVE',
      before: { total },
      after: null,
    })),
  )
  await deleteStocks(tx, itemIds)
  return { outcome: 'removed', changes }
}

/** What is neither available nor gone is in live orders: no look at orders is needed, nor allowed under this lock. */
const isInUse = (sale: Sale): boolean =>
  sale.total > sale.available || (sale.isLimited && saleStatusOf(sale) === 'OPEN')
