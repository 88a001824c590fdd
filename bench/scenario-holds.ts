// Scenario 9: many unpaid holds of one item end in the same moment, while others go on buying that very item.
import { setTimeout as sleep } from 'node:timers/promises'
import { addOrders, createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { SLICE_MS } from './load-protocol.ts'
import type { Rig } from './rig.ts'
import { faultsOf, median, runOnce, type Run } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { ordersOverTime } from './timeline.ts'
import { findFaults } from './truth.ts'

export const holdsScenario: Scenario = { numbers: [9], name: 'holds that end at once', run }

const ALL_BACK_MS_MAX = 60_000
/** To write the holds themselves. */
const WRITE_MS_PER_HOLD = 0.06
const ROUNDS_MAX = 3

async function run(rig: Rig): Promise<Outcome> {
  const rounds: Round[] = []
  for (let round = 0; round < Math.min(rig.scale.rounds, ROUNDS_MAX); round++)
    rounds.push(await runRound(rig))
  const [first] = rounds
  const { holds } = rig.scale
  const rates = (of: (round: Round) => number): string => show(median(rounds.map(of)))
  return {
    figures: [
      toFigure(
        'holdsBack',
        median(rounds.map((round) => round.backMs)) / 1000,
        `${show(holds)} holds, while placing`,
      ),
      toFigure(
        'besideHolds',
        median(rounds.map((round) => round.duringRate / round.beforeRate)),
        `${rates((round) => round.duringRate)}/s, before ${rates((round) => round.beforeRate)}/s, same item`,
      ),
    ],
    samples: rounds.map((round) => round.done.sample),
    faults: rounds.flatMap((round) => round.faults),
    ...(first === undefined
      ? {}
      : {
          timelines: [
            ordersOverTime(`orders/s while ${show(holds)} holds of the same item end`, first.done, [
              { atMs: first.endMs, name: 'holds end' },
              { atMs: first.endMs + first.backMs, name: 'all back' },
            ]),
          ],
        }),
  }
}

interface Round {
  done: Run
  endMs: number
  backMs: number
  beforeRate: number
  duringRate: number
  faults: string[]
}

async function runRound(rig: Rig): Promise<Round> {
  const { client } = rig
  await rig.waitForQuiet()
  const { holds, warmupSeconds, holdsSeconds } = rig.scale
  const itemId = await createItem(client, HUGE_STOCK)
  const leadMs = (holdsSeconds.before + warmupSeconds) * 1000
  const endMs = Date.now() + Math.max(1_500, holds * WRITE_MS_PER_HOLD) + leadMs
  await addOrders(client, { itemId, count: holds, status: 'CREATED', payBy: new Date(endMs) })
  await client.query('ANALYZE orders.orders, orders.line')
  const waitMs = endMs - leadMs - Date.now()
  if (waitMs < 0) throw new Error('this machine is too slow: the holds ended before all were written')
  await sleep(waitMs)
  const done = await runOnce(rig, {
    name: 'orders beside holds that end',
    server: rig.service,
    seconds: holdsSeconds.before + holdsSeconds.after,
    isTimed: true,
    targets: [{ itemId, tokensFile: rig.buyers.tokensFile }],
  })
  const backMs = (await waitUntilBack(rig, itemId)) - endMs
  const { timeline, startedMs } = done.result
  const rate = (fromMs: number, toMs: number): number => {
    const slices = timeline.slice(
      Math.max(0, Math.round((fromMs - startedMs) / SLICE_MS)),
      Math.max(1, Math.round((toMs - startedMs) / SLICE_MS)),
    )
    return slices.reduce((sum, count) => sum + count, 0) / ((slices.length * SLICE_MS) / 1000)
  }
  return {
    done,
    endMs,
    backMs,
    beforeRate: rate(startedMs, endMs),
    duringRate: rate(endMs, endMs + Math.min(backMs, holdsSeconds.after * 1000)),
    faults: [...faultsOf(done), ...(await findFaults(client, { itemId, runs: [done], others: holds }))],
  }
}

/** When the last of the holds was given back, by the ledger. */
async function waitUntilBack(rig: Rig, itemId: number): Promise<number> {
  const deadline = Date.now() + ALL_BACK_MS_MAX
  for (;;) {
    const { rows } = await rig.client.query<{ orders: string; at: Date }>(
      `SELECT coalesce(sum(orders), 0) AS orders, max(at) AS at FROM stock.ledger WHERE item_id = $1 AND reason = 'EXPIRED'`,
      [itemId],
    )
    if (Number(rows[0]!.orders) === rig.scale.holds) return rows[0]!.at.getTime()
    if (Date.now() > deadline) throw new Error('the holds were not given back within a minute')
    await sleep(100)
  }
}
