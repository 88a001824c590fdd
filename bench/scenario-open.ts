// Scenarios 6 and 7: arrivals at a fixed rate, half for an open item and half for a sold-out one; memory under that load.
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { quantile } from './histogram.ts'
import type { Rig } from './rig.ts'
import { faultsOf, runOnce } from './sample.ts'
import { createSoldOutItem } from './scenario-sale.ts'
import type { Known, Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

const SHARE_OF_MAXIMUM = 0.7
/** A crowd: with few connections the arrivals would wait for one another before they reach the service. */
const CONNECTIONS = 1_000

export const openScenario: Scenario = { numbers: [6, 7], name: 'open model and memory', run }

async function run(rig: Rig, known: Known): Promise<Outcome> {
  const { tokensFile } = rig.buyers
  const openItem = await createItem(rig.client, HUGE_STOCK)
  const goneItem = await createSoldOutItem(rig)
  const targets = [
    { itemId: openItem, tokensFile },
    { itemId: goneItem, tokensFile },
  ]
  const mixed = await runOnce(rig, { name: 'the same mix, as fast as it goes', server: rig.service, targets })
  const perSecond = Math.round(mixed.sample.perSecond * SHARE_OF_MAXIMUM)
  const done = await runOnce(rig, {
    name: 'open model',
    server: rig.service,
    model: { kind: 'open', perSecond },
    connections: CONNECTIONS,
    seconds: rig.scale.openSeconds,
    targets,
  })
  const { accepted, refused } = done.sample
  const { dropped } = done.result
  // The queue had not come down when the time was over: the service did not keep up with the rate.
  const overload = dropped === 0 ? '' : `; TOO MUCH: ${show(dropped)} arrivals were not sent at all`
  const at = (data: typeof accepted): string =>
    `at ${show(perSecond)}/s; p50 ${show(quantile(data, 0.5))}, p99.9 ${show(quantile(data, 0.999))} ms${overload}`
  const memoryMb = known.serverMemoryMb?.() ?? Number.NaN
  return {
    figures: [
      toFigure('openAccepted', quantile(accepted, 0.99), at(accepted)),
      toFigure('openRefused', quantile(refused, 0.99), at(refused)),
      // Where the system does not tell, nothing is claimed.
      ...(Number.isNaN(memoryMb) ? [] : [toFigure('memory', memoryMb, 'over everything since the start')]),
    ],
    samples: [mixed.sample, done.sample],
    faults: [
      ...[mixed, done].flatMap((one) => faultsOf(one)),
      ...(await findFaults(rig.client, { itemId: openItem, runs: [mixed, done] })),
    ],
    curves: [
      { name: 'open model, accepted', data: accepted },
      { name: 'open model, refused', data: refused },
    ],
  }
}
