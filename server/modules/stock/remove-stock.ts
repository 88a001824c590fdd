import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import { saleStatusOf, type RemovedStock } from './contract.ts'
import { lockSale } from './lock-sale.ts'
import { deleteStock, insertLedgerEntry, updateUnits } from './sql.ts'

/** Ends the sale of an item for good: its stock row goes, ledger and audit trail stay. */
export async function removeStock(
  tx: Tx,
  { itemId, actorId }: { itemId: number; actorId: number },
): Promise<RemovedStock> {
  const sale = await lockSale(tx, itemId)
  if (sale === undefined) return { outcome: 'not_found' }
  // What is neither available nor gone is in live orders: no look at orders is needed, nor allowed under this lock.
  const liveUnits = sale.total - sale.available
  if (liveUnits > 0 || (sale.isLimited && saleStatusOf(sale) === 'OPEN')) return { outcome: 'in_use' }
  const change = await updateUnits(tx, itemId, -sale.available)
  await insertLedgerEntry(tx, change, { reason: 'REMOVED', delta: -sale.available, actorId })
  const entry = { actorId, subject: 'item', subjectId: itemId, action: 'REMOVE' } as const
  await writeAudit(tx, [{ ...entry, before: { total: sale.total }, after: null }])
  await deleteStock(tx, itemId)
  return { outcome: 'removed', change }
}
