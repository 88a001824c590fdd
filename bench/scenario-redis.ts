// Scenario 10: the same sale with the gate in Redis, turn and turn about with the floor; before it the same with the gate in memory.
import type { Listening } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { mergeHistograms } from './histogram.ts'
import { findDisagreement, openRedis, showPastGate, type RedisProcess } from './redis.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianP99, medianRate, runOnce, type Run, type Sample } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const redisScenario: Scenario = { numbers: [10], name: 'the gate in Redis', needsRedis: true, run }

async function run(rig: Rig): Promise<Outcome> {
  const faults: string[] = []
  const floorTargets = [
    { itemId: await createItem(rig.client, HUGE_STOCK), tokensFile: rig.buyers.tokensFile },
  ]
  const runFloor = (): Promise<Run> =>
    runOnce(rig, { name: 'floor F', server: rig.floor, targets: floorTargets })
  const runMemory = (): Promise<Run> => runOrders(rig, faults, { name: 'orders, gate in memory' })
  const memory = await takeTurns(rig, runFloor, runMemory)
  const inRedis = await rig.withoutService(async () => {
    const redis = await openRedis(rig)
    const service = await rig.startService({ redisUrl: redis.url })
    const runRedis = (name: string): Promise<Run> => runRedisOrders(rig, { redis, service, name }, faults)
    await runRedis('warm-up')
    const runs = await takeTurns(rig, runFloor, () => runRedis('orders, gate in Redis'))
    await service.stop()
    await redis.stop()
    return runs
  })
  faults.push(...[...memory.floors, ...inRedis.floors].flatMap((one) => faultsOf(one)))

  const samplesOf = (runs: readonly Run[]): Sample[] => runs.map(({ sample }) => sample)
  const [memoryOrders, redisOrders] = [samplesOf(memory.orders), samplesOf(inRedis.orders)]
  const [f, rate] = [medianRate(samplesOf(inRedis.floors)), medianRate(redisOrders)]
  const memoryF = medianRate(memoryOrders) / medianRate(samplesOf(memory.floors))
  const beside = `gate in memory ${show(medianRate(memoryOrders))}/s, ${show(memoryF)} F`
  const p99 = `p99 ${show(medianP99(redisOrders, 'accepted'))} ms, in memory ${show(medianP99(memoryOrders, 'accepted'))} ms`
  const past = await showPastGate(rig.client, inRedis.orders)
  return {
    figures: [
      toFigure('redisOrders', rate / f, `${show(rate)}/s over F = ${show(f)}/s; ${beside}; ${p99}${past}`),
    ],
    samples: [...samplesOf(memory.floors), ...memoryOrders, ...samplesOf(inRedis.floors), ...redisOrders],
    faults,
    curves: [
      { name: 'orders, gate in Redis', data: mergeHistograms(redisOrders.map((sample) => sample.accepted)) },
    ],
  }
}

/** Orders at a service whose gate is in Redis; what Redis and PostgreSQL tell of them must be the same. */
export async function runRedisOrders(
  rig: Rig,
  { redis, service, name }: { redis: RedisProcess; service: Listening; name: string },
  faults: string[],
): Promise<Run> {
  const done = await runOrders(rig, faults, { name, server: service, pids: { redis: redis.pid } })
  const itemIds = done.answered.map(({ itemId }) => itemId)
  faults.push(...(await findDisagreement(rig.client, redis, itemIds)))
  return done
}

interface Turns {
  floors: Run[]
  orders: Run[]
}

async function takeTurns(rig: Rig, runFloor: () => Promise<Run>, runOne: () => Promise<Run>): Promise<Turns> {
  const turns: Turns = { floors: [], orders: [] }
  for (let round = 0; round < rig.scale.rounds; round++) {
    turns.floors.push(await runFloor())
    turns.orders.push(await runOne())
  }
  return turns
}
