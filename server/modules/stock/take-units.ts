import type { Tx } from '../../platform/db.ts'
import type { ChangedUnits, TakenUnits, UnitLine, UnitRefusal } from './contract.ts'
import { exchangeUnits, lockStock, readLockedStock, type LockedStock } from './sql-units.ts'

/** Takes units of normal items, all or nothing. Lines name each item once. */
export async function takeUnits(tx: Tx, lines: readonly UnitLine[]): Promise<TakenUnits> {
  const rows = await lockRows(tx, lines)
  const refusal = findRefusal(rows, lines)
  if (refusal !== undefined) return refusal
  const found = lines.map((line) => rows.get(line.itemId)!)
  return {
    outcome: 'taken',
    changes: await exchangeUnits(tx, lines, { orders: 1, actorId: null }),
    unitPricesKrw: found.map((row) => row.unitPriceKrw),
    holdSeconds: found.reduce((shortest, row) => Math.min(shortest, row.holdSeconds), Infinity),
    takenAt: found[0]!.readAt,
  }
}

/** Takes and gives back in one go, so that the rows of both are locked in one order. Units may come back of any item. */
export async function changeUnits(
  tx: Tx,
  lines: readonly UnitLine[],
  actorId: number,
): Promise<ChangedUnits> {
  const rows = await lockRows(tx, lines)
  const refusal = findRefusal(
    rows,
    lines.filter((line) => line.quantity > 0),
  )
  if (refusal !== undefined) return refusal
  return { outcome: 'changed', changes: await exchangeUnits(tx, lines, { orders: 0, actorId }) }
}

async function lockRows(tx: Tx, lines: readonly UnitLine[]): Promise<Map<number, LockedStock>> {
  const itemIds = lines.map((line) => line.itemId)
  await lockStock(tx, itemIds)
  return new Map((await readLockedStock(tx, itemIds)).map((row) => [row.itemId, row]))
}

/** An item that does not exist is told before what is wrong with the others. */
function findRefusal(
  rows: ReadonlyMap<number, LockedStock>,
  lines: readonly UnitLine[],
): UnitRefusal | undefined {
  const unknown = lines.find((line) => !rows.has(line.itemId))
  if (unknown !== undefined) return { outcome: 'no_item', itemId: unknown.itemId }
  for (const line of lines) {
    const outcome = refusalOf(rows.get(line.itemId)!, line)
    if (outcome !== undefined) return { outcome, itemId: line.itemId }
  }
  return undefined
}

function refusalOf(row: LockedStock, line: UnitLine): Exclude<UnitRefusal['outcome'], 'no_item'> | undefined {
  if (row.isLimited) return 'limited_item'
  if (row.saleState === 'CLOSED') return 'closed'
  if (row.saleState === 'PAUSED') return 'paused'
  if (row.available < line.quantity) return 'not_enough'
  return line.priceKrw !== undefined && line.priceKrw !== row.unitPriceKrw ? 'price_changed' : undefined
}
