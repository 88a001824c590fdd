// Which units a cancel or a return is about: all, those of some lines, or some of each line.
import { invalidLine, readQuantities, requireLines } from './change-quantities.ts'
import type { LockedOrder } from './sql-write.ts'

export type Chosen =
  | { kind: 'order' }
  | { kind: 'lines'; itemIds: readonly number[]; field: string }
  | { kind: 'units'; lines: readonly { itemId: number; quantity: number }[] }

/**
 * Units to take of each line, none of them 0. `left`: units that may still be asked for; a line of which nothing is left is passed
 * over. Throws NOT_FOUND_ORDER_ITEM, and INVALID_INPUT_VALUE for more than is left.
 */
export function chosenUnits(
  order: LockedOrder,
  left: ReadonlyMap<number, number>,
  what: Chosen,
): Map<number, number> {
  const some = [...left].filter(([, units]) => units > 0)
  switch (what.kind) {
    case 'order':
      return new Map(some)
    case 'lines': {
      const itemIds = new Set(what.itemIds)
      requireLines(order, itemIds, what.field)
      return new Map(some.filter(([itemId]) => itemIds.has(itemId)))
    }
    case 'units': {
      const units = readQuantities(what.lines)
      requireLines(order, units.keys(), 'lines')
      const known = new Map(some)
      requireUnits(known, what.lines)
      return new Map([...units].filter(([itemId]) => known.has(itemId)))
    }
  }
}

function requireUnits(
  left: ReadonlyMap<number, number>,
  lines: readonly { itemId: number; quantity: number }[],
): void {
  const at = lines.findIndex(({ itemId, quantity }) => quantity > (left.get(itemId) ?? quantity))
  if (at === -1) return
  throw invalidLine(at, 'quantity', lines[at]!.quantity, {
    ko: '주문에 남은 수량보다 많습니다.',
    en: 'More than the order still has.',
  })
}
