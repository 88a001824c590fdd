import { writeAudit } from '../../platform/audit.ts'
import type { Tx } from '../../platform/db.ts'
import { LIMITED_HOLD_SECONDS, NORMAL_HOLD_SECONDS, type NewStock, type StockChange } from './contract.ts'
import { insertLedgerEntry, insertStock } from './sql.ts'

const LIMIT_PER_BUYER = 1

/** The stock row, ledger entry and audit entry of a new item. Only a limited item has a window and a limit. */
export async function openStock(tx: Tx, stock: NewStock): Promise<StockChange> {
  const { itemId, sellerId, isLimited, quantity } = stock
  const terms = isLimited
    ? {
        openTime: stock.openTime ?? null,
        closeTime: stock.closeTime ?? null,
        limitPerBuyer: stock.limitPerBuyer ?? LIMIT_PER_BUYER,
        holdSeconds: stock.holdSeconds ?? LIMITED_HOLD_SECONDS,
      }
    : {
        openTime: null,
        closeTime: null,
        limitPerBuyer: null,
        holdSeconds: stock.holdSeconds ?? NORMAL_HOLD_SECONDS,
      }
  const units = { total: quantity, available: quantity }
  const change = await insertStock(tx, {
    itemId,
    sellerId,
    isLimited,
    unitPrice: stock.unitPriceKrw,
    ...units,
    ...terms,
  })
  await insertLedgerEntry(tx, change, { reason: 'OPENED', delta: quantity, actorId: sellerId })
  const after = { isLimited, unitPriceKrw: stock.unitPriceKrw, quantity, ...terms }
  const entry = { actorId: sellerId, subject: 'item', subjectId: itemId, action: 'CREATE' } as const
  await writeAudit(tx, [{ ...entry, before: null, after }])
  return change
}
