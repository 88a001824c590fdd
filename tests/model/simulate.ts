// Histories from the command line, for as long as one likes: `npm run simulate -- --seeds 100000 --mode shared`.
import { parseArgs } from 'node:util'
import { checkHistories, replayCommand } from './check.ts'
import { MODES, type Mode } from './plans.ts'

const PROGRESS_EVERY_MS = 5_000

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    mode: { type: 'string' },
  },
})
const modes = MODES.filter((mode) => values.mode === undefined || mode === values.mode)
const seeds = Number(values.seeds)
const firstSeed = Number(values.seed)
if (modes.length === 0 || !(seeds >= 1) || !(firstSeed >= 0)) {
  console.error(`usage: simulate [--seeds N] [--seed FIRST] [--mode ${MODES.join('|')}]`)
  process.exit(2)
}
for (const mode of modes) if (!(await simulate(mode, Math.ceil(seeds / modes.length)))) process.exit(1)

async function simulate(mode: Mode, histories: number): Promise<boolean> {
  const startedMs = performance.now()
  let toldMs = startedMs
  const tell = (done: { histories: number; events: number }): void => {
    const seconds = (performance.now() - startedMs) / 1_000
    const rate = Math.round(done.histories / seconds)
    const events = Math.round(done.events / done.histories)
    console.log(`${mode}: ${done.histories} of ${histories} histories, ${rate}/s, ${events} events each`)
  }
  const checked = await checkHistories({
    mode,
    firstSeed,
    histories,
    onHistory(done) {
      if (performance.now() - toldMs < PROGRESS_EVERY_MS) return
      toldMs = performance.now()
      tell(done)
    },
  })
  tell(checked)
  const { failure } = checked
  if (failure === undefined) return true
  console.log(
    `\nseed ${failure.seed} fails:\n${failure.report}\n\nagain: ${replayCommand(mode, failure.seed)}`,
  )
  return false
}
