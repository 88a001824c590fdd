// Scenarios 1, 2 and 5 in one hold: the floor, orders, and "sold out", turn and turn about since the machine drifts.
import { addOrders, countTransactions, createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { mergeHistograms } from './histogram.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianP99, medianRate, runOnce, type Run, type RunOptions } from './sample.ts'
import type { Known, Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

const SOLD_UNITS = 1_000
/** The service's own housekeeping: sweeps, rechecks of the gate, jobs that look for work, and the mails of earlier runs. */
const OWN_TRANSACTIONS_PER_SECOND_MAX = 150
const PAY_LATER_MS = 86_400_000

export const saleScenario: Scenario = { numbers: [1, 2, 5], name: 'the floor, orders, sold out', run }

/** An item that was sold out to strangers. */
export async function createSoldOutItem(rig: Rig): Promise<number> {
  const itemId = await createItem(rig.client, SOLD_UNITS)
  const payBy = new Date(Date.now() + PAY_LATER_MS)
  await addOrders(rig.client, { itemId, count: SOLD_UNITS, status: 'PAID', payBy })
  return itemId
}

async function run(rig: Rig, known: Known): Promise<Outcome> {
  const { buyers, service, floor, strangersFile } = rig
  const goneItem = await createSoldOutItem(rig)
  const faults: string[] = []
  const floorRun: RunOptions = {
    name: 'floor F',
    server: floor,
    targets: [{ itemId: goneItem, tokensFile: buyers.tokensFile }],
  }
  const againRun: RunOptions = {
    name: 'sold out, again',
    server: service,
    targets: [{ itemId: goneItem, tokensFile: buyers.tokensFile }],
  }
  const firstRun: RunOptions = {
    name: 'sold out, first time',
    server: service,
    targets: [{ itemId: goneItem, tokensFile: strangersFile }],
    eachTokenOnce: true,
  }
  const runs: Record<'floor' | 'orders' | 'again' | 'first', Run[]> = {
    floor: [],
    orders: [],
    again: [],
    first: [],
  }
  for (let round = 0; round < rig.scale.rounds; round++) {
    runs.floor.push(await runOnce(rig, floorRun))
    runs.orders.push(await runOrders(rig, faults))
    runs.floor.push(await runOnce(rig, floorRun))
    runs.again.push(await withoutStatements(rig, againRun, faults))
    runs.first.push(await withoutStatements(rig, firstRun, faults))
  }
  faults.push(
    ...Object.values({ ...runs, orders: [] })
      .flat()
      .flatMap((one) => faultsOf(one)),
  )
  faults.push(
    ...(await findFaults(rig.client, {
      itemId: goneItem,
      runs: [...runs.again, ...runs.first],
      others: SOLD_UNITS,
    })),
  )

  const samples = Object.values(runs).map((some) => some.map((one) => one.sample))
  const [floors = [], orders = [], again = [], first = []] = samples
  const f = medianRate(floors)
  known.floor = f
  const over = (rate: number): string => `${show(rate)}/s over F = ${show(f)}/s`
  const curve = (name: string, some: typeof floors, which: 'accepted' | 'refused') => ({
    name,
    data: mergeHistograms(some.map((sample) => sample[which])),
  })
  return {
    figures: [
      toFigure('orders', medianRate(orders) / f, over(medianRate(orders))),
      toFigure(
        'ordersP99',
        medianP99(orders, 'accepted'),
        `floor: ${show(medianP99(floors, 'accepted'))} ms`,
      ),
      toFigure('soldOutAgain', medianRate(again) / f, over(medianRate(again))),
      toFigure('soldOutFirst', medianRate(first) / f, over(medianRate(first))),
    ],
    samples: samples.flat(),
    faults,
    curves: [
      curve('floor F', floors, 'accepted'),
      curve('orders', orders, 'accepted'),
      curve('sold out, again', again, 'refused'),
      curve('sold out, first time', first, 'refused'),
    ],
  }
}

/** On a new item each time: what a buyer already has of an item must be read, so that orders of earlier runs would slow this one down. */
export async function runOrders(
  rig: Rig,
  faults: string[],
  options: Partial<Omit<RunOptions, 'targets'>> = {},
): Promise<Run> {
  const itemId = await createItem(rig.client, HUGE_STOCK)
  const targets = [{ itemId, tokensFile: rig.buyers.tokensFile }]
  const done = await runOnce(rig, { name: 'orders', server: rig.service, ...options, targets })
  faults.push(...faultsOf(done), ...(await findFaults(rig.client, { itemId, runs: [done] })))
  return done
}

/** A run of refusals, with the assertion that PostgreSQL was not asked. */
async function withoutStatements(rig: Rig, options: RunOptions, faults: string[]): Promise<Run> {
  const before = await countTransactions(rig.client, rig.database.name)
  const startMs = performance.now()
  const done = await runOnce(rig, options)
  const seconds = (performance.now() - startMs) / 1000
  const transactions = (await countTransactions(rig.client, rig.database.name)) - before
  if (transactions / seconds > OWN_TRANSACTIONS_PER_SECOND_MAX) {
    faults.push(`${options.name}: PostgreSQL saw ${transactions} transactions in ${show(seconds)} s`)
  }
  return done
}
