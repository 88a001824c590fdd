// Scenario 19: one order of 1,000 lines.
import { readFileSync } from 'node:fs'
import { createNormalItems } from './database.ts'
import { show, toFigure } from './figures.ts'
import { createHistogram, quantile } from './histogram.ts'
import type { Rig } from './rig.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const linesScenario: Scenario = { numbers: [19], name: 'an order of 1,000 lines', run }

const LINES = 1_000
const WARM_UP = 5
const ORDERS = 50

async function run(rig: Rig): Promise<Outcome> {
  const itemIds = await createNormalItems(rig.client, LINES)
  const [token = ''] = readFileSync(rig.buyers.tokensFile, 'latin1').split('\n', 1)
  const body = JSON.stringify({ orderItemList: itemIds.map((itemId) => ({ itemId, itemCount: 2 })) })
  const faults: string[] = []
  const times = createHistogram()
  await rig.waitForQuiet()
  for (let n = 0; n < WARM_UP + ORDERS; n++) {
    const startMs = performance.now()
    const answer = await fetch(`http://127.0.0.1:${rig.service.port}/order-service/api/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    const placed = (await answer.json()) as { orderItemList?: unknown[] }
    if (n >= WARM_UP) times.add(performance.now() - startMs)
    if (answer.status !== 201 || placed.orderItemList?.length !== LINES)
      faults.push(`an order of ${LINES} lines answered ${answer.status}`)
  }
  const { rows } = await rig.client.query<{ sold: string }>(
    'SELECT sum(total - available) AS sold FROM stock.stock WHERE item_id = ANY ($1)',
    [itemIds],
  )
  if (Number(rows[0]?.sold) !== (WARM_UP + ORDERS) * LINES * 2)
    faults.push(`${rows[0]?.sold} units are in orders, not ${(WARM_UP + ORDERS) * LINES * 2}`)
  return {
    figures: [
      toFigure('manyLines', quantile(times.data(), 0.99), `median ${show(quantile(times.data(), 0.5))} ms`),
    ],
    samples: [],
    faults: [...new Set(faults)],
  }
}
