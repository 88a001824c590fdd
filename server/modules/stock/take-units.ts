import type { Tx } from '../../platform/db.ts'
import type { TakenUnits, UnitLine } from './contract.ts'
import { lockStock, lowerUnits, readLockedStock, type LockedStock } from './sql-units.ts'

/** Takes units of normal items, all or nothing. Lines name each item once. */
export async function takeUnits(tx: Tx, lines: readonly UnitLine[]): Promise<TakenUnits> {
  const itemIds = lines.map((line) => line.itemId)
  await lockStock(tx, itemIds)
  const stock = new Map((await readLockedStock(tx, itemIds)).map((row) => [row.itemId, row]))
  const rows: LockedStock[] = []
  for (const line of lines) {
    const row = stock.get(line.itemId)
    const outcome = row === undefined ? 'no_item' : refusalOf(row, line)
    if (row === undefined || outcome !== undefined)
      return { outcome: outcome ?? 'no_item', itemId: line.itemId }
    rows.push(row)
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
