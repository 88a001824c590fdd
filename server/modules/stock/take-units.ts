import type { Tx } from '../../platform/db.ts'
import type { TakenUnits, UnitLine } from './contract.ts'
import { lockStock, lowerUnits, readLockedStock, type LockedStock } from './sql-units.ts'

/** Takes units of normal items, all or nothing. Lines name each item once. */
export async function takeUnits(tx: Tx, lines: readonly UnitLine[]): Promise<TakenUnits> {
  const itemIds = lines.map((line) => line.itemId)
  await lockStock(tx, itemIds)
  const stock = new Map((await readLockedStock(tx, itemIds)).map((row) => [row.itemId, row]))
  const unknown = itemIds.find((itemId) => !stock.has(itemId))
  if (unknown !== undefined) return { outcome: 'no_item', itemId: unknown }
  const rows = itemIds.map((itemId) => stock.get(itemId)!)
  for (const [i, line] of lines.entries()) {
    const outcome = refusalOf(rows[i]!, line)
    if (outcome !== undefined) return { outcome, itemId: line.itemId }
  }
  const changes = await lowerUnits(
    tx,
    itemIds,
    lines.map((line) => line.quantity),
  )
  return {
    outcome: 'taken',
    unitPricesKrw: rows.map((row) => row.unitPriceKrw),
    holdSeconds: Math.min(...rows.map((row) => row.holdSeconds)),
    changes,
    takenAt: rows[0]!.readAt,
  }
}

function refusalOf(
  row: LockedStock,
  line: UnitLine,
): Exclude<TakenUnits['outcome'], 'taken' | 'no_item'> | undefined {
  if (row.isLimited) return 'limited_item'
  if (row.saleState === 'CLOSED') return 'closed'
  if (row.saleState === 'PAUSED') return 'paused'
  if (row.available < line.quantity) return 'not_enough'
  return line.priceKrw !== undefined && line.priceKrw !== row.unitPriceKrw ? 'price_changed' : undefined
}
