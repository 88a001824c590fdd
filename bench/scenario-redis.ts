// Scenario 10: the same sale with the gate in Redis, turn and turn about with the floor and the gate in memory.
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { mergeHistograms } from './histogram.ts'
import { findDisagreement, openRedis, showPastGate } from './redis.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianP99, medianRate, runOnce, type Run } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const redisScenario: Scenario = { numbers: [10], name: 'the gate in Redis', needsRedis: true, run }

async function run(rig: Rig): Promise<Outcome> {
  const redis = await openRedis(rig)
  const service = await rig.startService({ redisUrl: redis.url })
  const faults: string[] = []
  const floorTargets = [
    { itemId: await createItem(rig.client, HUGE_STOCK), tokensFile: rig.buyers.tokensFile },
  ]
  const runFloor = (): Promise<Run> =>
    runOnce(rig, { name: 'floor F (beside Redis)', server: rig.floor, targets: floorTargets })
  const runRedis = async (name: string): Promise<Run> => {
    const done = await runOrders(rig, faults, { name, server: service, pids: { redis: redis.pid } })
    const itemIds = done.answered.map(({ itemId }) => itemId)
    faults.push(...(await findDisagreement(rig.client, redis, itemIds)))
    return done
  }
  await runRedis('warm-up')
  const runs: Record<'floor' | 'memory' | 'redis', Run[]> = { floor: [], memory: [], redis: [] }
  for (let round = 0; round < rig.scale.rounds; round++) {
    runs.floor.push(await runFloor())
    runs.memory.push(await runOrders(rig, faults, { name: 'orders, gate in memory' }))
    runs.redis.push(await runRedis('orders, gate in Redis'))
  }
  faults.push(...runs.floor.flatMap((one) => faultsOf(one)))
  await service.stop()
  await redis.stop()

  const [floors = [], memory = [], inRedis = []] = Object.values(runs).map((some) =>
    some.map((one) => one.sample),
  )
  const [f, rate] = [medianRate(floors), medianRate(inRedis)]
  const beside = `${show(rate / medianRate(memory))} of the gate in memory (${show(medianRate(memory))}/s)`
  const p99 = `p99 ${show(medianP99(inRedis, 'accepted'))} ms, in memory ${show(medianP99(memory, 'accepted'))} ms`
  const past = await showPastGate(rig.client, runs.redis)
  return {
    figures: [
      toFigure('redisOrders', rate / f, `${show(rate)}/s over F = ${show(f)}/s; ${beside}; ${p99}${past}`),
    ],
    samples: [...floors, ...memory, ...inRedis],
    faults,
    curves: [
      { name: 'orders, gate in Redis', data: mergeHistograms(inRedis.map((sample) => sample.accepted)) },
    ],
  }
}
