// Scenario 8: does the sale slow down when the table is full? Two services side by side, each on a database of its own.
import { migrateDatabase } from '../server/compose.ts'
import type { Listening } from './children.ts'
import { addOrders, connect, createItem, emptyOrders, HUGE_STOCK, type Client } from './database.ts'
import { show, toFigure } from './figures.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianRate, runOnce, type Run } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

export const earlierScenario: Scenario = { numbers: [8], name: 'earlier orders in the table', run }

/** Earlier orders are spread over this many items; every buyer has as many of them. */
const EARLIER_ITEMS = 100

interface Side {
  name: string
  client: Client
  service: Listening
  runs: Run[]
}

async function run(rig: Rig): Promise<Outcome> {
  const { earlierOrders } = rig.scale
  const [empty, full] = [await openSide(rig, 'empty table'), await openSide(rig, 'earlier orders')]
  for (let i = 0; i < EARLIER_ITEMS; i++) {
    const itemId = await createItem(full.client, HUGE_STOCK)
    const payBy = new Date(Date.now() - 86_400_000)
    const count = earlierOrders / EARLIER_ITEMS
    await addOrders(full.client, { itemId, count, status: 'PAID', payBy, buyers: rig.buyers })
  }
  for (const side of [empty, full]) await side.client.query('VACUUM ANALYZE')
  await rig.client.query('CHECKPOINT')

  const faults: string[] = []
  // The first round only warms both up.
  for (let round = -1; round < rig.scale.rounds; round++) {
    for (const side of [empty, full]) {
      if (side === empty) await emptyOrders(side.client)
      const itemId = await createItem(side.client, HUGE_STOCK)
      const targets = [{ itemId, tokensFile: rig.buyers.tokensFile }]
      const done = await runOnce(rig, { name: side.name, server: side.service, targets })
      faults.push(...faultsOf(done), ...(await findFaults(side.client, { itemId, runs: [done] })))
      if (round >= 0) side.runs.push(done)
    }
  }
  for (const side of [empty, full]) {
    await side.service.stop()
    await side.client.end()
  }
  const rateOf = (side: Side): number => medianRate(side.runs.map((one) => one.sample))
  const detail = `${show(rateOf(full))}/s with ${show(earlierOrders)} earlier orders over ${show(rateOf(empty))}/s`
  return {
    figures: [toFigure('withEarlier', rateOf(full) / rateOf(empty), detail)],
    samples: [...empty.runs, ...full.runs].map((one) => one.sample),
    faults,
  }
}

async function openSide(rig: Rig, name: string): Promise<Side> {
  const url = new URL(rig.database.url)
  const database = `bench_${name.replace(' ', '_')}`
  await rig.client.query(`CREATE DATABASE ${database}`)
  url.pathname = `/${database}`
  await migrateDatabase(url.href)
  return {
    name,
    client: await connect(url.href),
    service: await rig.startService({ databaseUrl: url.href }),
    runs: [],
  }
}
