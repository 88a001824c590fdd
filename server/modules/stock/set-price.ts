import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import type { StockChange } from './contract.ts'
import { lockSale } from './lock-sale.ts'
import { updateRules } from './sql.ts'

/** For orders from now on; placed orders keep theirs. Undefined where the item has no stock row. */
export async function setPrice(
  tx: Tx,
  { itemId, unitPriceKrw, actorId }: { itemId: number; unitPriceKrw: number; actorId: number },
): Promise<StockChange | undefined> {
  const sale = await lockSale(tx, itemId)
  if (sale === undefined) return undefined
  if (sale.unitPriceKrw === unitPriceKrw) return { itemId, version: sale.version, available: sale.available }
  const change = await updateRules(tx, itemId, { unitPrice: unitPriceKrw })
  const before = { unitPriceKrw: sale.unitPriceKrw }
  const entry = { actorId, subject: 'item', subjectId: itemId, action: 'PRICE' } as const
  await writeAudit(tx, [{ ...entry, before, after: { unitPriceKrw } }])
  return change
}
