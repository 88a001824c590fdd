// `npm run bench`: measures the figures to reach, all in one run. `-- --quick` ends within a minute.
import { parseArgs } from 'node:util'
import { createLifetime, Stopping } from '../server/lifetime.ts'
import { watchMemory } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { describeMachine } from './machine.ts'
import { printFigure, printSamples, saveReport, type Report } from './report.ts'
import { startRig, type Rig, type Scale } from './rig.ts'
import { runOnce } from './sample.ts'
import type { Known, Scenario } from './scenario.ts'
import { earlierScenario } from './scenario-earlier.ts'
import { holdsScenario } from './scenario-holds.ts'
import { openScenario } from './scenario-open.ts'
import { saleScenario } from './scenario-sale.ts'
import { writerScenario } from './scenario-writer.ts'

const SCENARIOS: readonly Scenario[] = [
  saleScenario,
  writerScenario,
  openScenario,
  earlierScenario,
  holdsScenario,
]

const FULL: Scale = {
  isQuick: false,
  runSeconds: 4,
  warmupSeconds: 0.5,
  rounds: 5,
  openSeconds: 20,
  holdsSeconds: { before: 2, after: 4.5 },
  quietSecondsMax: 120,
  strangers: 200_000,
  earlierOrders: 1_000_000,
  holds: 100_000,
}
const QUICK: Scale = {
  isQuick: true,
  runSeconds: 1.1,
  warmupSeconds: 0.2,
  rounds: 1,
  openSeconds: 2,
  holdsSeconds: { before: 1, after: 2 },
  quietSecondsMax: 0,
  strangers: 60_000,
  earlierOrders: 100_000,
  holds: 20_000,
}

/** As README.md starts it in production. */
const PRODUCTION_FLAGS = '--max-semi-space-size=16 --heap-growing-percent=70'

const USAGE = `npm run bench [-- options]
  --quick                ends within a minute: shorter runs, one round, fewer earlier orders and holds
  --only 2,5             only the holds with these scenarios
  --rounds N             turns of each hold
  --server-flags FLAGS   passed to the node process of the service (those of production: ${PRODUCTION_FLAGS})
  --no-save              writes no files into bench/results`

const life = createLifetime({ exit: (code) => process.exit(code), say: console.error, msMax: 30_000 })
let isEnding = false
const end = (exitCode: number): Promise<void> => {
  isEnding = true
  return life.stop(exitCode)
}
const interrupt = (by: string): void => {
  console.error(`ended early: ${by}`)
  void end(130)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
// The launcher was killed.
process.on('disconnect', () => interrupt('the launcher is gone'))

try {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      'server-flags': { type: 'string', default: PRODUCTION_FLAGS },
      'no-save': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) console.log(USAGE)
  else {
    const scale = values.quick ? QUICK : FULL
    const only = values.only?.split(',').map(Number)
    const report = await bench({
      scale: values.rounds === undefined ? scale : { ...scale, rounds: Number(values.rounds) },
      scenarios: SCENARIOS.filter(
        ({ numbers }) => only === undefined || numbers.some((n) => only.includes(n)),
      ),
      serverFlags: values['server-flags'].split(' ').filter((flag) => flag !== ''),
    })
    if (!values['no-save'] && only === undefined) console.log(saveReport(report).join('\n'))
    process.exitCode = report.faults.length > 0 ? 1 : 0
  }
} catch (error) {
  // Children that Ctrl-C ended fail whatever was waiting for them.
  if (!(error instanceof Stopping) && !isEnding) console.error(error)
  process.exitCode = 1
}
await end(Number(process.exitCode ?? 0))

async function bench(options: {
  scale: Scale
  scenarios: readonly Scenario[]
  serverFlags: readonly string[]
}): Promise<Report> {
  const startedMs = Date.now()
  const { scale } = options
  if (scale.isQuick) {
    const sizes = `${scale.earlierOrders} earlier orders and ${scale.holds} holds`
    console.log(`quick: one short round, ${sizes}; trends, not figures\n`)
  }
  const rig = await startRig(life, scale, options.serverFlags)
  const memory = watchMemory(rig.service.pid)
  await life.add({ name: 'the watch over memory', stop: memory.stop, msMax: 100 })
  await warmUp(rig)
  const known: Known = { serverMemoryMb: memory.maxMb }
  const report: Report = {
    kind: scale.isQuick ? 'quick' : 'full',
    machine: await describeMachine(rig),
    scale,
    serverFlags: options.serverFlags,
    startedAt: new Date(startedMs).toISOString(),
    seconds: 0,
    figures: [],
    samples: [],
    faults: [],
    curves: [],
    timelines: [],
  }
  for (const scenario of options.scenarios) {
    const outcome = await scenario.run(rig, known)
    report.figures.push(...outcome.figures)
    report.samples.push(...outcome.samples)
    report.faults.push(...outcome.faults)
    report.curves.push(...(outcome.curves ?? []))
    if (outcome.timeline !== undefined) report.timelines.push(outcome.timeline)
    for (const figure of outcome.figures) printFigure(figure)
    for (const fault of outcome.faults) console.error(`WRONG: ${fault}`)
  }
  report.seconds = (Date.now() - startedMs) / 1000
  printSamples(report)
  return report
}

/** Both servers are compiled, and every buyer's token is known, before anything counts. */
async function warmUp(rig: Rig): Promise<void> {
  const targets = [{ itemId: await createItem(rig.client, HUGE_STOCK), tokensFile: rig.buyers.tokensFile }]
  const seconds = rig.scale.isQuick ? 1.5 : 4
  await runOnce(rig, { name: 'warm-up', server: rig.floor, targets, seconds })
  await runOnce(rig, { name: 'warm-up', server: rig.service, targets, seconds })
}
