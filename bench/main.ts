// `npm run bench`: measures the figures to reach, all in one run. `-- --quick` ends within two minutes, `-- --soak 10m` is
// a run of its own.
import { CommandError } from '../server/commands/command.ts'
import { createLifetime, Stopping } from '../server/lifetime.ts'
import { watchMemory } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { describeMachine } from './machine.ts'
import { readOptions, USAGE, type Options } from './options.ts'
import { printFigure, printSamples, saveReport, type Report } from './report.ts'
import { startRig, type Rig } from './rig.ts'
import { runOnce } from './sample.ts'
import type { Known, Scenario } from './scenario.ts'
import { catalogueScenario } from './scenario-catalogue.ts'
import { claimsScenario } from './scenario-claims.ts'
import { eventsScenario } from './scenario-events.ts'
import { earlierScenario } from './scenario-earlier.ts'
import { holdsScenario } from './scenario-holds.ts'
import { linesScenario } from './scenario-lines.ts'
import { openScenario } from './scenario-open.ts'
import { paymentsScenario } from './scenario-payments.ts'
import { peopleScenario } from './scenario-people.ts'
import { postgresAwayScenario } from './scenario-postgres-away.ts'
import { processesScenario } from './scenario-processes.ts'
import { readsScenario } from './scenario-reads.ts'
import { redisScenario } from './scenario-redis.ts'
import { redisAwayScenario } from './scenario-redis-away.ts'
import { saleScenario } from './scenario-sale.ts'
import { createSoakScenario } from './scenario-soak.ts'
import { writerScenario } from './scenario-writer.ts'

const SCENARIOS: readonly Scenario[] = [
  saleScenario,
  writerScenario,
  openScenario,
  earlierScenario,
  holdsScenario,
  redisScenario,
  redisAwayScenario,
  postgresAwayScenario,
  processesScenario,
  claimsScenario,
  readsScenario,
  catalogueScenario,
  peopleScenario,
  linesScenario,
  eventsScenario,
  paymentsScenario,
]

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
  const options = readOptions()
  if (options === undefined) console.log(USAGE)
  else {
    const report = await bench(options)
    if (options.isSaved) console.log(saveReport(report).join('\n'))
    process.exitCode = report.faults.length > 0 ? 1 : 0
  }
} catch (error) {
  // Children that Ctrl-C ended fail whatever was waiting for them.
  if (!(error instanceof Stopping) && !isEnding)
    console.error(error instanceof CommandError ? error.message : error)
  process.exitCode = 1
}
await end(Number(process.exitCode ?? 0))

async function bench(options: Options): Promise<Report> {
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
    kind: kindOf(options),
    machine: await describeMachine(rig),
    scale,
    serverFlags: options.serverFlags,
    startedAt: new Date(startedMs).toISOString(),
    seconds: 0,
    figures: [],
    samples: [],
    faults: [],
    skipped: [],
    curves: [],
    timelines: [],
  }
  for (const scenario of scenariosOf(options)) {
    if (scenario.needsRedis === true && report.machine.redis === undefined) {
      report.skipped.push(`${scenario.numbers.join(', ')}: ${scenario.name} (no redis-server on the PATH)`)
      console.log(`SKIPPED  ${report.skipped.at(-1)}`)
      continue
    }
    const outcome = await scenario.run(rig, known)
    report.figures.push(...outcome.figures)
    report.samples.push(...outcome.samples)
    report.faults.push(...outcome.faults)
    report.curves.push(...(outcome.curves ?? []))
    report.timelines.push(...(outcome.timelines ?? []))
    for (const figure of outcome.figures) printFigure(figure)
    for (const fault of outcome.faults) console.error(`WRONG: ${fault}`)
  }
  report.seconds = (Date.now() - startedMs) / 1000
  printSamples(report)
  return report
}

function kindOf({ soak, scale }: Options): Report['kind'] {
  if (soak !== undefined) return soak.gate === 'redis' ? 'soak-redis' : 'soak'
  return scale.isQuick ? 'quick' : 'full'
}

function scenariosOf({ soak, only }: Options): readonly Scenario[] {
  if (soak !== undefined) return [createSoakScenario(soak)]
  return SCENARIOS.filter(({ numbers }) => only === undefined || numbers.some((n) => only.includes(n)))
}

/** Both servers are compiled, and every buyer's token is known, before anything counts. */
async function warmUp(rig: Rig): Promise<void> {
  const targets = [{ itemId: await createItem(rig.client, HUGE_STOCK), tokensFile: rig.buyers.tokensFile }]
  const seconds = rig.scale.isQuick ? 1.5 : 4
  await runOnce(rig, { name: 'warm-up', server: rig.floor, targets, seconds })
  await runOnce(rig, { name: 'warm-up', server: rig.service, targets, seconds })
}
