// Scenario 11: Redis is killed, started again and flushed while two processes sell as fast as they can.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Listening } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { findDisagreement, openRedis, untilCounting, type RedisProcess } from './redis.ts'
import type { Rig } from './rig.ts'
import { faultsOf, runOnce, type Run } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { longestGapMs, ordersOverTime, slowestBetween } from './timeline.ts'
import { findFaults } from './truth.ts'

export const redisAwayScenario: Scenario = { numbers: [11], name: 'Redis breaks', needsRedis: true, run }

const PROCESSES = 2

async function run(rig: Rig): Promise<Outcome> {
  const redis = await openRedis(rig)
  const service = await rig.startService({ redisUrl: redis.url, processes: PROCESSES, logLevel: 'silent' })
  const faults: string[] = []
  await runOrders(rig, faults, { name: 'warm-up', server: service })
  const rounds: Round[] = []
  for (let round = 0; round < rig.scale.faults.rounds; round++) {
    const done = await runRound(rig, redis, service)
    rounds.push(done)
    faults.push(...done.faults)
  }
  await service.stop()
  await redis.stop()

  const all = (of: (round: Round) => number): number[] => rounds.map(of)
  // A promise with a time in it holds in every round or not at all. NaN, "not within the time watched", stays.
  const worst = (of: (round: Round) => number): number => Math.max(...all(of))
  const list = (of: (round: Round) => number): string => all(of).map(show).join(' / ')
  const slowest = (round: Round): number => slowestBetween(round.done.result, round.killedMs, round.flushedMs)
  const gap = (round: Round): number => longestGapMs(round.done.result, round.killedMs, round.flushedMs)
  const back = (round: Round): number => (round.countsMs - round.startedMs) / 1000
  const flushed = (round: Round): number => (round.countsFlushedMs - round.flushedMs) / 1000
  const [first] = rounds
  return {
    figures: [
      toFigure(
        'redisAway',
        worst(slowest),
        `slowest answer from the kill until the flush, worst of ${list(slowest)}; longest time without an order ${show(worst(gap))} ms, in slices of 50`,
      ),
      toFigure('redisBack', worst(back), `since redis-server was started, worst of ${list(back)}`),
      toFigure('redisFlushed', worst(flushed), `since FLUSHALL was sent, worst of ${list(flushed)}`),
    ],
    samples: rounds.map((round) => round.done.sample),
    faults,
    timelines:
      first === undefined
        ? []
        : [
            ordersOverTime(`orders/s of ${PROCESSES} processes while Redis breaks`, first.done, [
              { atMs: first.killedMs, name: 'killed' },
              { atMs: first.startedMs, name: 'started' },
              { atMs: first.countsMs, name: 'counts again' },
              { atMs: first.flushedMs, name: 'flushed' },
              { atMs: first.countsFlushedMs, name: 'counts again' },
            ]),
          ],
  }
}

/** Moments are epoch milliseconds; NaN: not within the time watched. */
interface Moments {
  killedMs: number
  startedMs: number
  countsMs: number
  flushedMs: number
  countsFlushedMs: number
}

interface Round extends Moments {
  done: Run
  faults: string[]
}

async function runRound(rig: Rig, redis: RedisProcess, service: Listening): Promise<Round> {
  const { beforeSeconds, awaySeconds, afterSeconds } = rig.scale.faults
  await rig.waitForQuiet()
  const itemId = await createItem(rig.client, HUGE_STOCK)
  const [done, moments] = await Promise.all([
    runOnce(rig, {
      name: 'orders while Redis breaks',
      server: service,
      targets: [{ itemId, tokensFile: rig.buyers.tokensFile }],
      seconds: beforeSeconds + awaySeconds + 2 * afterSeconds,
      isTimed: true,
      isFault: true,
    }),
    strike(rig, redis, itemId),
  ])
  const faults = [
    ...faultsOf(done),
    ...(await findFaults(rig.client, { itemId, runs: [done] })),
    ...(await findDisagreement(rig.client, redis, [itemId])),
  ]
  return { done, faults, ...moments }
}

async function strike(rig: Rig, redis: RedisProcess, itemId: number): Promise<Moments> {
  const { beforeSeconds, awaySeconds, afterSeconds } = rig.scale.faults
  const { client } = rig
  const afterMs = afterSeconds * 1000
  await sleep((rig.scale.warmupSeconds + beforeSeconds) * 1000)
  const killedMs = Date.now()
  redis.kill('SIGKILL')
  await redis.exited
  await sleep(awaySeconds * 1000)
  const startedMs = Date.now()
  await redis.restart()
  const countsMs = await untilCounting(client, redis, { itemId, deadlineMs: startedMs + afterMs })
  await sleep(Math.max(0, startedMs + afterMs - Date.now()))
  const flushedMs = Date.now()
  await redis.command('FLUSHALL')
  const deadlineMs = flushedMs + afterMs
  const countsFlushedMs = await untilCounting(client, redis, { itemId, deadlineMs })
  return { killedMs, startedMs, countsMs, flushedMs, countsFlushedMs }
}
