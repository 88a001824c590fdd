// Scenario 12: PostgreSQL is stopped in the middle of a sale and started again – one of its own, the others keep theirs.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrateDatabase } from '../server/compose.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { createLog } from '../server/platform/log.ts'
import type { Listening } from './children.ts'
import { connect, createItem, HUGE_STOCK, type Client } from './database.ts'
import { show, toFigure } from './figures.ts'
import type { Rig } from './rig.ts'
import { faultsOf, runOnce, type Run } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { firstOrderAfter, ordersOverTime } from './timeline.ts'
import { findFaults } from './truth.ts'

export const postgresAwayScenario: Scenario = { numbers: [12], name: 'PostgreSQL away', run }

/** Of what it sells at most: buyers keep coming at the same rate, and are refused while it is away. */
const SHARE_OF_MAXIMUM = 0.5
/** For the recovery, beside the time watched after the return. */
const RECOVERY_SECONDS_MAX = 2
const CONNECTIONS = 500
const TRY_EVERY_MS = 5
const BACK_MS_MAX = 30_000
const AWAY_STATUSES = ['201', '503']

async function run(rig: Rig): Promise<Outcome> {
  const stage = await openStage(rig)
  const rounds: Round[] = []
  for (let round = 0; round < rig.scale.faults.rounds; round++) rounds.push(await runRound(rig, stage))
  await stage.service.stop()
  await stage.stop()

  const seconds = rounds.map((round) => Math.max(0, round.soldMs - round.backMs) / 1000)
  const awayMs = rounds.map((round) => show(round.backMs - round.stoppedMs)).join(' / ')
  const refused = rounds.reduce((sum, round) => sum + refusedOf(round.done), 0)
  const detail = `since it takes connections, worst of ${seconds.map(show).join(' / ')}; away for ${awayMs} ms; ${show(stage.perSecond)} arrivals/s, ${show(refused)} answered 503`
  const [first] = rounds
  return {
    figures: [toFigure('postgresBack', Math.max(...seconds), detail)],
    samples: rounds.map((round) => round.done.sample),
    faults: [...stage.faults, ...rounds.flatMap((round) => round.faults)],
    timelines:
      first === undefined
        ? []
        : [
            ordersOverTime('orders/s while PostgreSQL is away', first.done, [
              { atMs: first.stoppedMs, name: 'stopped' },
              { atMs: first.backMs, name: 'takes connections' },
              { atMs: first.soldMs, name: 'sold again' },
            ]),
          ],
  }
}

const refusedOf = ({ result }: Run): number => result.statuses['503'] ?? 0

interface Stage {
  url: string
  service: Listening
  /** Arrivals. */
  perSecond: number
  faults: string[]
  stop(): Promise<void>
  start(): Promise<void>
}

async function openStage(rig: Rig): Promise<Stage> {
  const launch = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dir: join(rig.dir, 'away'), log: createLog('warn') })
  let postgres = await launch()
  await rig.life.add({
    name: 'the PostgreSQL that goes away',
    stop: () => postgres.stop('fast'),
    kill: () => postgres.kill(),
    msMax: 6_000,
  })
  const { url } = postgres
  await migrateDatabase(url)
  const service = await rig.startService({ databaseUrl: url, logLevel: 'silent' })
  const itemId = await onConnection(url, (client) => createItem(client, HUGE_STOCK))
  const done = await runOnce(rig, {
    name: 'warm-up',
    server: service,
    targets: [{ itemId, tokensFile: rig.buyers.tokensFile }],
    pids: { postgres: postgres.pid },
  })
  return {
    url,
    service,
    perSecond: Math.round(done.sample.perSecond * SHARE_OF_MAXIMUM),
    faults: faultsOf(done),
    stop: () => postgres.stop('immediate'),
    async start() {
      postgres = await launch()
    },
  }
}

/** Epoch milliseconds. */
interface Moments {
  stoppedMs: number
  backMs: number
}

interface Round extends Moments {
  done: Run
  /** NaN: not within the time watched. */
  soldMs: number
  faults: string[]
}

async function runRound(rig: Rig, stage: Stage): Promise<Round> {
  const { beforeSeconds, awaySeconds, afterSeconds } = rig.scale.faults
  const itemId = await onConnection(stage.url, async (client) => {
    await client.query('CHECKPOINT')
    return createItem(client, HUGE_STOCK)
  })
  await rig.waitForQuiet()
  const [done, moments] = await Promise.all([
    runOnce(rig, {
      name: 'orders while PostgreSQL is away',
      server: stage.service,
      targets: [{ itemId, tokensFile: rig.buyers.tokensFile }],
      model: { kind: 'open', perSecond: stage.perSecond },
      connections: CONNECTIONS,
      seconds: beforeSeconds + awaySeconds + RECOVERY_SECONDS_MAX + afterSeconds,
      isTimed: true,
      isFault: true,
    }),
    strike(rig, stage),
  ])
  const faults = [
    ...faultsOf(done, AWAY_STATUSES),
    ...(await onConnection(stage.url, (client) =>
      findFaults(client, { itemId, runs: [done], unsure: refusedOf(done) }),
    )),
  ]
  return { done, faults, soldMs: firstOrderAfter(done.result, moments.backMs), ...moments }
}

async function strike(rig: Rig, stage: Stage): Promise<Moments> {
  const { beforeSeconds, awaySeconds } = rig.scale.faults
  await sleep((rig.scale.warmupSeconds + beforeSeconds) * 1000)
  const stoppedMs = Date.now()
  await stage.stop()
  await sleep(awaySeconds * 1000)
  const [backMs] = await Promise.all([untilItConnects(stage.url), stage.start()])
  return { stoppedMs, backMs }
}

/** Sooner than whoever started it learns of it. */
async function untilItConnects(url: string): Promise<number> {
  for (const deadline = Date.now() + BACK_MS_MAX; Date.now() < deadline; await sleep(TRY_EVERY_MS)) {
    const backMs = await onConnection(url, () => Date.now()).catch(() => undefined)
    if (backMs !== undefined) return backMs
  }
  throw new Error('PostgreSQL did not come back')
}

async function onConnection<T>(url: string, work: (client: Client) => Promise<T> | T): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
