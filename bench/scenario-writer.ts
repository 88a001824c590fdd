// Scenarios 3 and 4 in one hold: one transaction per order on the hot row, the writer alone, and the whole service.
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import type { HistogramData } from './histogram.ts'
import { findPgbench, pgbenchOneByOne, placeOneByOne } from './hot-row.ts'
import { median, medianRate, type Run, type Sample } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'
import type { Rig } from './rig.ts'
import { findFaults } from './truth.ts'
import { runWriter } from './writer-alone.ts'

export const writerScenario: Scenario = { numbers: [3, 4], name: 'one by one, and the writer alone', run }

async function run(rig: Rig): Promise<Outcome> {
  const { client, scale } = rig
  const seconds = scale.runSeconds
  const pgbench = findPgbench()
  const faults: string[] = []
  const orders: Run[] = []
  const samples: Sample[] = []
  const rates = {
    node: [] as number[],
    pgbench: [] as number[],
    writer100: [] as number[],
    writer500: [] as number[],
  }
  /** Each run has a new item, so that none is slowed down by what buyers got in another. */
  const onNewItem = async <T>(
    run: (itemId: number) => Promise<T>,
    ordersOf: (done: T) => number,
  ): Promise<T> => {
    await rig.waitForQuiet()
    const itemId = await createItem(client, HUGE_STOCK)
    const done = await run(itemId)
    faults.push(...(await findFaults(client, { itemId, runs: [], others: ordersOf(done) })))
    return done
  }
  const note = (name: string, perSecond: number, accepted: HistogramData = []): void => {
    samples.push({ name, perSecond, accepted, refused: [], statuses: {}, seconds, cores: {} })
  }
  for (let round = 0; round < scale.rounds; round++) {
    const node = await onNewItem(
      (itemId) => placeOneByOne(rig, itemId, seconds),
      (done) => done.orders,
    )
    rates.node.push(node.perSecond)
    note('one by one (Node)', node.perSecond)
    if (pgbench !== undefined) {
      const one = await onNewItem(
        (itemId) => pgbenchOneByOne(rig, itemId, seconds),
        (done) => done.orders,
      )
      rates.pgbench.push(one.perSecond)
      note('one by one (pgbench)', one.perSecond)
    }
    for (const callers of [100, 500] as const) {
      const keyPrefix = `w${round}-${callers}-`
      const writer = await onNewItem(
        (itemId) => runWriter(rig, { itemId, callers, seconds, keyPrefix }),
        (done) => done.placed,
      )
      rates[`writer${callers}`].push(writer.perSecond)
      note(`writer alone, ${callers} callers`, writer.perSecond, writer.latency)
    }
    orders.push(await runOrders(rig, faults))
  }
  const whole = medianRate(orders.map((one) => one.sample))
  const reference = pgbench === undefined ? 'the same from Node (no pgbench on the PATH)' : pgbench
  const hotRow = median(pgbench === undefined ? rates.node : rates.pgbench)
  const writerDetail = (rate: number): string => `${show(rate)}/s over ${show(hotRow)}/s by ${reference}`
  return {
    figures: [
      toFigure(
        'overOneByOne',
        whole / median(rates.node),
        `${show(whole)}/s over ${show(median(rates.node))}/s by Node, 10 connections`,
      ),
      toFigure('writer100', median(rates.writer100) / hotRow, writerDetail(median(rates.writer100))),
      toFigure('writer500', median(rates.writer500) / hotRow, writerDetail(median(rates.writer500))),
    ],
    samples: [...samples, ...orders.map((one) => one.sample)],
    faults,
  }
}
