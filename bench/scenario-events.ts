// Scenario 21: 5,000 look at a sale while others buy in it.
import { startListening, watchMemory } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { quantile, type HistogramData } from './histogram.ts'
import type { Rig } from './rig.ts'
import { faultsOf, runOnce } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

export const eventsScenario: Scenario = { numbers: [21], name: 'those who look at a sale', run }

const STREAMS = 5_000
/** Enough that every fifth of a second has news. */
const ORDERS_PER_SECOND = 200
const CONNECTIONS = 100

interface Viewed {
  open: number
  lost: number
  heard: number
  latestMs: number
  lateness: HistogramData
}

async function run(rig: Rig): Promise<Outcome> {
  const service = await rig.startService()
  const memory = watchMemory(service.pid)
  const itemId = await createItem(rig.client, HUGE_STOCK)
  const viewers = await startListening({
    script: `${import.meta.dirname}/event-viewers.ts`,
    args: [String(service.port), `/item-service/api/v1/items/${itemId}/events`, String(STREAMS)],
    cwd: rig.dir,
  })
  await rig.life.add({ name: 'those who look', stop: viewers.stop, msMax: 10_000 })
  const ask = async (path: string): Promise<Viewed> =>
    (await (await fetch(`http://127.0.0.1:${viewers.port}${path}`)).json()) as Viewed

  await ask('/reset')
  const targets = [{ itemId, tokensFile: rig.buyers.tokensFile }]
  const done = await runOnce(rig, {
    name: `orders beside ${STREAMS} streams`,
    server: service,
    model: { kind: 'open', perSecond: ORDERS_PER_SECOND },
    connections: CONNECTIONS,
    seconds: rig.scale.openSeconds,
    targets,
    pids: { viewers: viewers.pid },
  })
  const viewed = await ask('/')
  memory.stop()
  await viewers.stop()
  await service.stop()

  const seconds = rig.scale.openSeconds + rig.scale.warmupSeconds
  const perSecond = viewed.heard / viewed.open / seconds
  const p99 = quantile(done.sample.accepted, 0.99)
  return {
    figures: [
      toFigure(
        'eventsLast',
        viewed.latestMs,
        `${show(viewed.open)} streams, ${perSecond.toFixed(1)} updates/s each, p50 ${show(quantile(viewed.lateness, 0.5))}, p99 ${show(quantile(viewed.lateness, 0.99))} ms`,
      ),
      toFigure('eventsOrders', p99, `at ${ORDERS_PER_SECOND}/s`),
      ...(Number.isNaN(memory.maxMb())
        ? []
        : [toFigure('eventsMemory', memory.maxMb(), 'of the server process')]),
    ],
    samples: [done.sample],
    faults: [
      ...faultsOf(done),
      ...(await findFaults(rig.client, { itemId, runs: [done] })),
      ...(viewed.open === STREAMS && viewed.lost === 0
        ? []
        : [`${viewed.open} of ${STREAMS} streams were opened, ${viewed.lost} lost`]),
    ],
    curves: [{ name: 'state of an item: sent to heard', data: viewed.lateness }],
  }
}
