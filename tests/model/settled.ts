// When all is over and nothing broke for a while, nothing may be left of it: no claim in flight, no number that is not the
// stock row's.
import { itemIdOf } from './plans.ts'
import type { Stage } from './stage.ts'

export function findUnsettled(stage: Stage): string[] {
  const { database, plan } = stage
  const problems: string[] = []
  const sellers = stage.sellers()
  for (const { gate, kept, party } of sellers) {
    const { claimsInFlight } = gate.census()
    if (claimsInFlight > 0) problems.push(`${party.name} still has ${claimsInFlight} claims in hand`)
    if (kept() > 0) problems.push(`${party.name} still does not know what became of ${kept()} claims`)
  }
  const stores = new Map(sellers.map((seller) => [seller.store(), seller.party.name]))
  for (const [store, name] of stores)
    for (const item of plan.sales.keys()) {
      const row = database.tables.stock.get(itemIdOf(item))!
      const numbers = store.numbers(row.itemId)
      if (numbers === undefined) continue
      const { version, available, units } = numbers
      if (store.claims(row.itemId).length > 0 || units !== 0)
        problems.push(`the gate of ${name} still holds ${units} units of item ${row.itemId}`)
      if (version !== row.version || available !== row.available)
        problems.push(
          `the gate of ${name} has ${available} of version ${version}, the row of item ${row.itemId} has ${row.available} of ${row.version}`,
        )
    }
  return problems
}
