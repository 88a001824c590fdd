// The purchase line against a model: thousands of short sales in virtual time, with crashes, lost answers, wrong clocks and
// lost stores, each judged by what was committed and what was answered. `SEED=… npm test -- model` begins at that seed;
// `npm run simulate` runs as many as one likes.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkHistories, replayCommand } from './check.ts'
import { runHistory } from './history.ts'
import { MODES, plans } from './plans.ts'

const HISTORIES = { one: 10_000, several: 6_000, shared: 5_000 }
const SAME_AGAIN = 50

let firstSeed: number
beforeAll(() => {
  // Always the same beginning, so that a change is judged by itself; `npm run simulate` looks at new ones.
  firstSeed = Number(process.env['SEED'] ?? 1)
})

describe.each(MODES)('the purchase line, %s', (mode) => {
  it(`keeps every promise in ${HISTORIES[mode]} histories`, async () => {
    const { failure } = await checkHistories({ mode, firstSeed, histories: HISTORIES[mode] })
    if (failure === undefined) return
    expect.fail(`seed ${failure.seed}: ${failure.report}\n\nagain: ${replayCommand(mode, failure.seed)}\n`)
  })

  it('does the same again for the same seed', async () => {
    for (const plan of fc.sample(plans(mode), { seed: firstSeed, numRuns: SAME_AGAIN })) {
      const [once, again] = [await runHistory(plan), await runHistory(plan, { isTraced: true })]
      expect(again.trace.length).toBeGreaterThan(0)
      expect({ ...again, trace: [] }).toEqual({ ...once, trace: [] })
    }
  })
})
