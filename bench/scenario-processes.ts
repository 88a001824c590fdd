// Scenario 13: what more processes on one port bring, with the gate in Redis. All of them are up, one after the other sells.
import { cpus } from 'node:os'
import type { Listening } from './children.ts'
import { show, toRecorded } from './figures.ts'
import { findDisagreement, openRedis, showPastGate } from './redis.ts'
import type { Rig } from './rig.ts'
import { medianP99, medianRate, type Run } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const processesScenario: Scenario = {
  numbers: [13],
  name: 'several processes',
  needsRedis: true,
  run,
}

const ROUNDS_MAX = 3

interface Side {
  id: 'processes1' | 'processes2' | 'processes3'
  processes: number
  service: Listening
  runs: Run[]
}

async function run(rig: Rig): Promise<Outcome> {
  const redis = await openRedis(rig)
  const faults: string[] = []
  const open = async (id: Side['id'], processes: number): Promise<Side> => {
    const service = await rig.startService({ redisUrl: redis.url, processes })
    return { id, processes, service, runs: [] }
  }
  const sides = [await open('processes1', 1), await open('processes2', 2), await open('processes3', 3)]
  // The first round only warms them up.
  for (let round = -1; round < Math.min(rig.scale.rounds, ROUNDS_MAX); round++) {
    for (const { processes, service, runs } of sides) {
      const name = `orders, processes: ${processes}`
      const done = await runOrders(rig, faults, { name, server: service, pids: { redis: redis.pid } })
      const itemIds = done.answered.map(({ itemId }) => itemId)
      faults.push(...(await findDisagreement(rig.client, redis, itemIds)))
      if (round >= 0) runs.push(done)
    }
  }
  for (const { service } of sides) await service.stop()
  await redis.stop()

  const samplesOf = (side: Side) => side.runs.map((one) => one.sample)
  const alone = medianRate(samplesOf(sides[0]!))
  const pasts = await Promise.all(sides.map((side) => showPastGate(rig.client, side.runs)))
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
