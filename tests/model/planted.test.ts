// The test of the model: faults that are put in on purpose must be found by the same properties, in not too many histories.
import { beforeAll, expect, it } from 'vitest'
import { checkHistories } from './check.ts'
import { PLANTED } from './planted.ts'

/** Found after a few hundred at most, mostly: this many find it in all but one of a million runs. */
const HISTORIES_MAX = 4_000
const MODE = 'one'

let firstSeed: number
beforeAll(() => {
  firstSeed = Number(process.env['SEED'] ?? 1)
})

it.each(Object.entries(PLANTED))('finds %s', async (name, planted) => {
  const found = await checkHistories({ mode: MODE, firstSeed, histories: HISTORIES_MAX, planted })
  expect(found.failure, `${name} was not found in ${HISTORIES_MAX} histories`).toBeDefined()
  const [problem] = found.failure!.report.split('\n')
  console.log(`${name}: found after ${found.histories} histories: ${problem}`)
  const without = await checkHistories({ mode: MODE, firstSeed, histories: found.histories })
  expect(without.failure?.report).toBeUndefined()
})
