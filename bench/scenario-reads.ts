// Scenario 16: items and stock are read by many, from a warm cache, against a bare GET with the same headers.
import { createItem, createNormalItem } from './database.ts'
import { show, toFigure } from './figures.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianRate, runOnce, type Run } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const readsScenario: Scenario = { numbers: [16], name: 'reads from a warm cache', run }

async function run(rig: Rig): Promise<Outcome> {
  // Both kinds: a limited one shows the clock, too.
  const itemIds = [await createNormalItem(rig.client, 100), await createItem(rig.client, 100)]
  const requests = (prefix: string) => itemIds.map((id) => ({ method: 'GET', path: `${prefix}/${id}` }))
  const items = requests('/item-service/api/v1/items')
  const stocks = requests('/item-service/api/v1/stocks/items')
  const runs: Record<'floor' | 'items' | 'stocks', Run[]> = { floor: [], items: [], stocks: [] }
  for (let round = 0; round < rig.scale.rounds; round++) {
    runs.floor.push(await runOnce(rig, { name: 'floor of reads', server: rig.floor, requests: items }))
    runs.items.push(await runOnce(rig, { name: 'item reads', server: rig.service, requests: items }))
    runs.stocks.push(await runOnce(rig, { name: 'stock reads', server: rig.service, requests: stocks }))
  }
  const rateOf = (some: readonly Run[]): number => medianRate(some.map(({ sample }) => sample))
  const floor = rateOf(runs.floor)
  const over = (rate: number): string => `${show(rate)}/s over ${show(floor)}/s`
  const all = Object.values(runs).flat()
  return {
    figures: [
      toFigure('itemReads', rateOf(runs.items) / floor, over(rateOf(runs.items))),
      toFigure('stockReads', rateOf(runs.stocks) / floor, over(rateOf(runs.stocks))),
    ],
    samples: all.map(({ sample }) => sample),
    faults: all.flatMap((one) => faultsOf(one, ['200'])),
  }
}
