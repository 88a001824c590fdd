// Units in unpaid orders, for those who look at a sale: counted from orders at most once a second an item, however many look.
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import type { Sale } from '../stock/contract.ts'
import { sumHeldUnits } from './sql.ts'

export type HeldUnits = (sales: readonly Sale[]) => Promise<Map<number, number>>

interface Count {
  held: number
  /** Units in live orders by the stock row that was read before the count. */
  live: number
  countedMs: number
}

const FRESH_MS = 1_000
const COUNTS_MAX = 10_000

export function createHeldUnits(deps: { db: Db; clock: Clock }): HeldUnits {
  const counts = new Map<number, Count>()
  const counting = new Map<number, Promise<void>>()

  const count = async (sales: readonly Sale[]): Promise<void> => {
    const units = new Map(
      (
        await sumHeldUnits(
          deps.db,
          sales.map((sale) => sale.itemId),
        )
      ).map((row) => [row.itemId, row.units]),
    )
    if (counts.size > COUNTS_MAX) counts.clear()
    for (const sale of sales) {
      const live = liveUnits(sale)
      counts.set(sale.itemId, {
        held: Math.min(units.get(sale.itemId) ?? 0, live),
        live,
        countedMs: deps.clock.now(),
      })
    }
  }
  const isFresh = (sale: Sale): boolean =>
    (counts.get(sale.itemId)?.countedMs ?? 0) > deps.clock.now() - FRESH_MS

  return async (sales) => {
    const due = sales.filter((sale) => !isFresh(sale))
    const uncounted = due.filter((sale) => !counting.has(sale.itemId))
    if (uncounted.length > 0) {
      const counted = count(uncounted).finally(() => {
        for (const sale of uncounted) counting.delete(sale.itemId)
      })
      for (const sale of uncounted) counting.set(sale.itemId, counted)
    }
    // Those who look while a count is on its way wait for it instead of asking again.
    await Promise.all(due.flatMap((sale) => counting.get(sale.itemId) ?? []))
    return new Map(sales.map((sale) => [sale.itemId, heldNow(sale, counts.get(sale.itemId))]))
  }
}

const liveUnits = (sale: Sale): number => sale.total - sale.available

/** Orders placed and ended since the count are unpaid ones: what the stock row says of them is newer than the count. */
function heldNow(sale: Sale, last: Count | undefined): number {
  if (last === undefined) return 0
  const live = liveUnits(sale)
  return Math.max(0, Math.min(live, last.held + live - last.live))
}
