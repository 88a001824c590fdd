// `npm test [-- step …]`: every step one after the other. The last line alone is `N passed, N failed, N skipped`.
import {
  endStepsWithUs,
  printStep,
  runStep,
  STATIC_STEPS,
  sumCounts,
  VITEST_STEPS,
  type StepResult,
} from './steps.ts'

const steps = [...STATIC_STEPS, ...VITEST_STEPS]
const names = process.argv.slice(2)
const unknown = names.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  process.stdout.write(
    `no such step: ${unknown.join(', ')}; steps are ${steps.map((step) => step.name).join(', ')}\n`,
  )
  process.exit(1)
}

endStepsWithUs()
const results: StepResult[] = []
const chosen = steps.filter((step) => names.length === 0 || names.includes(step.name))
for (const step of chosen) {
  const result = await runStep(step)
  printStep(result)
  results.push(result)
}

const sum = sumCounts(results)
const tests = sumCounts(results.filter((result) => VITEST_STEPS.some((step) => step.name === result.name)))
const hasNoTests = chosen.some((step) => step.isVitest) && tests.passed + tests.failed === 0
if (hasNoTests) {
  process.stdout.write('no test was executed at all: that is a failure\n')
  sum.failed += 1
}
for (const { name, failed, failures } of results) {
  if (failed > 0) process.stdout.write([`── ${name} failed`, ...failures, ''].join('\n'))
}
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`)
process.exit(sum.failed === 0 ? 0 : 1)
