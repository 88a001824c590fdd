// Scenario 13: what more processes on one port bring, with the gate in Redis. One after the other is up.
import { cpus } from 'node:os'
import { show, toRecorded } from './figures.ts'
import { openRedis, showPastGate, type RedisProcess } from './redis.ts'
import type { Rig } from './rig.ts'
import { medianP99, medianRate, type Run } from './sample.ts'
import { runRedisOrders } from './scenario-redis.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const processesScenario: Scenario = {
  numbers: [13],
  name: 'several processes',
  needsRedis: true,
  run,
}

const ROUNDS_MAX = 3

const SIDES = [
  ['processes1', 1],
  ['processes2', 2],
  ['processes3', 3],
] as const

interface Side {
  id: (typeof SIDES)[number][0]
  runs: Run[]
}

async function run(rig: Rig): Promise<Outcome> {
  const faults: string[] = []
  const sides: Side[] = []
  await rig.withoutService(async () => {
    const redis = await openRedis(rig)
    for (const [id, processes] of SIDES)
      sides.push({ id, runs: await runSide(rig, redis, processes, faults) })
    await redis.stop()
  })

  const samplesOf = (side: Side) => side.runs.map((one) => one.sample)
  const alone = medianRate(samplesOf(sides[0]!))
  const pasts: string[] = []
  for (const side of sides) pasts.push(await showPastGate(rig.client, side.runs))
  return {
    figures: sides.map((side, i) => {
      const rate = medianRate(samplesOf(side))
      const p99 = `p99 ${show(medianP99(samplesOf(side), 'accepted'))} ms`
      const shared = `load, PostgreSQL and Redis share ${cpus().length} cores with the service`
      return toRecorded(side.id, rate, `${show(rate / alone)} of one process; ${p99}${pasts[i]}; ${shared}`)
    }),
    samples: sides.flatMap(samplesOf),
    faults,
  }
}

/** Nothing else is up meanwhile: what follows the orders of one would take turns with what is measured of another. */
async function runSide(rig: Rig, redis: RedisProcess, processes: number, faults: string[]): Promise<Run[]> {
  const service = await rig.startService({ redisUrl: redis.url, processes })
  const runs: Run[] = []
  // The first round only warms it up.
  for (let round = -1; round < Math.min(rig.scale.rounds, ROUNDS_MAX); round++) {
    const name = `orders, processes: ${processes}`
    const done = await runRedisOrders(rig, { redis, service, name }, faults)
    if (round >= 0) runs.push(done)
  }
  await service.stop()
  return runs
}
