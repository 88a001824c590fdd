// Runs histories by their seeds. One seed is one history: its plan, and everything that is left to chance in it.
import fc from 'fast-check'
import { runHistory } from './history.ts'
import { plans, type Mode, type Plan } from './plans.ts'
import type { Planted } from './stage.ts'

interface Failure {
  seed: number
  /** What failed, the smallest plan that still does, and the end of its trace. */
  report: string
}

export interface Checked {
  histories: number
  events: number
  failure: Failure | undefined
}

const TRACE_LINES_MAX = 80

/** Up to the first history that fails; that one is made as small as it gets. */
export async function checkHistories(options: {
  mode: Mode
  firstSeed: number
  histories: number
  planted?: Planted
  onHistory?(checked: Checked): void
}): Promise<Checked> {
  const { mode, firstSeed, histories, planted = {} } = options
  const checked: Checked = { histories: 0, events: 0, failure: undefined }
  const holds = fc.asyncProperty(plans(mode), async (plan) => {
    const { problems, events } = await runHistory(plan, { planted })
    checked.events += events
    return problems.length === 0
  })
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    // fast-check leans towards small values and ends of ranges in its first run: every other history is without.
    const result = await fc.check(holds, { seed, numRuns: 1, unbiased: seed % 2 === 0 })
    checked.histories++
    if (result.failed) checked.failure = { seed, report: await reportOf(result.counterexample![0], planted) }
    options.onHistory?.(checked)
    if (result.failed) break
  }
  return checked
}

async function reportOf(plan: Plan, planted: Planted): Promise<string> {
  const { problems, trace } = await runHistory(plan, { planted, isTraced: true })
  const lines = Object.entries(plan).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return [...problems, '', ...lines, '', ...trace.slice(-TRACE_LINES_MAX)].join('\n')
}

export function replayCommand(mode: Mode, seed: number): string {
  return `npm run simulate -- --mode ${mode} --seed ${seed} --seeds 1`
}
