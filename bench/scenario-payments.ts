// Scenario 20: orders that are paid. The providers are the simulator in a process of its own; a database of its own, for nobody else may
// settle its payments or handle its events.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrateDatabase } from '../server/compose.ts'
import { startListening, type Listening } from './children.ts'
import { connect, createItem, HUGE_STOCK, UNIT_PRICE, type Client } from './database.ts'
import { show, toFigure } from './figures.ts'
import { quantile } from './histogram.ts'
import { PAY_STEPS, type PayJob, type PayResult } from './load-protocol.ts'
import { findMoneyFaults, readEventTimes } from './money.ts'
import type { Rig } from './rig.ts'
import { measureCores, median, type Sample } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

export const paymentsScenario: Scenario = { numbers: [20], name: 'paid orders', run }

const BUYERS = 400
/** 70 % of what is asked for: 1,000 paid orders/s, for 0.10 F is always more here. The same share of the maximum is recorded beside it. */
const OPEN_PER_SECOND = 700
const SHARE_OF_MAXIMUM = 0.7
/** A crowd: with few buyers the arrivals would wait for one another before they reach the service. */
const OPEN_BUYERS = 600
const DRAIN_MS_MAX = 10_000

/** The last of all scenarios: the service of the others is stopped, for it mails on about what was placed there. */
async function run(rig: Rig): Promise<Outcome> {
  await rig.service.stop()
  const stage = await openStage(rig)
  await stage.pay('warm-up', { kind: 'closed' }, BUYERS)
  const closed: PayRun[] = []
  for (let round = 0; round < rig.scale.rounds; round++)
    closed.push(await stage.pay('paid orders', { kind: 'closed' }, BUYERS))
  const maximum = median(closed.map(({ sample }) => sample.perSecond))
  const openAt = (perSecond: number): Promise<PayRun> =>
    stage.pay(`paid orders, open model, ${perSecond}/s`, { kind: 'open', perSecond }, OPEN_BUYERS)
  const open = await openAt(OPEN_PER_SECOND)
  const fastest = Math.round(maximum * SHARE_OF_MAXIMUM)
  const faster = await openAt(fastest)
  await stage.stop()

  const all = [...closed, open, faster]
  const oldest = Math.max(...all.map(({ oldestSeconds }) => oldestSeconds))
  const { dropped, steps } = open.result
  const overload = dropped === 0 ? '' : `; TOO MUCH: ${show(dropped)} arrivals were not sent at all`
  const parts = PAY_STEPS.map((step) => `${step} ${show(quantile(steps[step], 0.99))}`).join(', ')
  const rates = closed.map(({ sample }) => show(sample.perSecond)).join(' / ')
  return {
    figures: [
      toFigure('paidOrders', maximum, `${rates} in ${closed.length} rounds, ${BUYERS} buyers at once`),
      toFigure(
        'paidP99',
        quantile(open.sample.accepted, 0.99),
        `at ${OPEN_PER_SECOND}/s; p50 ${show(quantile(open.sample.accepted, 0.5))} ms; p99 of each step: ${parts}${overload}; at 70 % of the maximum (${show(fastest)}/s): p99 ${show(quantile(faster.sample.accepted, 0.99))} ms`,
      ),
      toFigure(
        'paidBacklog',
        oldest,
        `open model: p50 ${show(open.medianSeconds)} s, highest ${show(open.oldestSeconds)} s`,
      ),
    ],
    samples: all.map(({ sample }) => sample),
    faults: all.flatMap(({ faults }) => faults),
    curves: [{ name: 'paid orders, open model: claim to COMPLETED', data: open.sample.accepted }],
  }
}

interface PayRun {
  sample: Sample
  result: PayResult
  faults: string[]
  /** From what made an event to its being handled. */
  oldestSeconds: number
  medianSeconds: number
}

interface Stage {
  pay(name: string, model: PayJob['model'], buyers: number): Promise<PayRun>
  stop(): Promise<void>
}

async function openStage(rig: Rig): Promise<Stage> {
  await rig.client.query('CREATE DATABASE paid')
  const url = new URL(rig.database.url)
  url.pathname = '/paid'
  await migrateDatabase(url.href)
  const client = await connect(url.href)
  await rig.life.add({ name: 'a database connection', stop: () => client.end(), msMax: 2_000 })
  const simulator = await startListening({
    script: join(import.meta.dirname, '..', 'simulator', 'main.ts'),
    env: { SIMULATOR_PORT: '0' },
    cwd: rig.dir,
  })
  await rig.life.add({ name: 'the simulator', stop: simulator.stop, msMax: 10_000 })
  const simulatorUrl = `http://127.0.0.1:${simulator.port}`
  const service = await rig.startService({ databaseUrl: url.href, simulatorUrl })
  const parts = { client, simulator, simulatorUrl, service }
  return {
    pay: (name, model, buyers) => payOnNewItem(rig, parts, { name, model, buyers }),
    async stop() {
      await service.stop()
      await simulator.stop()
      await client.end()
      await rig.client.query('DROP DATABASE paid')
    },
  }
}

let runs = 0

async function payOnNewItem(
  rig: Rig,
  parts: { client: Client; simulator: Listening; simulatorUrl: string; service: Listening },
  { name, model, buyers }: { name: string; model: PayJob['model']; buyers: number },
): Promise<PayRun> {
  const { client, simulator, simulatorUrl, service } = parts
  const keyPrefix = `paid${++runs}-`
  const itemId = await createItem(client, HUGE_STOCK)
  const placedFile = join(rig.dir, `paid-${runs}`)
  await rig.waitForQuiet()
  const pids = {
    server: service.pid,
    postgres: rig.postgresPid,
    simulator: simulator.pid,
    load: rig.load.pid,
  }
  const { done: result, cores } = await measureCores(pids, () =>
    rig.load.pay({
      port: service.port,
      simulatorPort: simulator.port,
      model,
      buyers,
      warmupSeconds: rig.scale.warmupSeconds,
      seconds: model.kind === 'open' ? rig.scale.openSeconds : rig.scale.runSeconds,
      target: { itemId, tokensFile: rig.buyers.tokensFile, placedFile },
      priceKrw: UNIT_PRICE,
      keyPrefix,
    }),
  )
  const events = await untilHandled(client, itemId)
  const answered = [{ itemId, keyPrefix, placedFile }]
  const paid = result.paid.reduce((sum, [, count]) => sum + count, 0)
  const strange = Object.entries(result.answers).filter(([answer]) => !GOOD.includes(answer))
  return {
    sample: {
      name,
      perSecond: paid / result.seconds,
      accepted: result.paid,
      refused: [],
      statuses: result.answers,
      seconds: result.seconds,
      cores,
    },
    result,
    faults: [
      ...strange.map(([answer, count]) => `${name}: ${count} answers ${answer}`),
      ...(result.unanswered > 0 ? [`${name}: ${result.unanswered} requests without an answer`] : []),
      ...(events.waiting > 0 ? [`${name}: ${events.waiting} events are still not handled`] : []),
      ...(await findFaults(client, { itemId, runs: [{ answered }] })),
      ...(await findMoneyFaults(client, simulatorUrl, { itemId, paid: result.paidInAll })),
    ],
    oldestSeconds: events.oldestSeconds,
    medianSeconds: events.medianSeconds,
  }
}

const GOOD = ['claim 201', 'open 200', 'window 200', 'confirm 200 COMPLETED']

async function untilHandled(client: Client, itemId: number): ReturnType<typeof readEventTimes> {
  const giveUpMs = performance.now() + DRAIN_MS_MAX
  for (;;) {
    const events = await readEventTimes(client, itemId)
    if (events.waiting === 0 || performance.now() > giveUpMs) return events
    await sleep(200)
  }
}
