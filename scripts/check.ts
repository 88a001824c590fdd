// `npm run check`: what to run before every commit – the static steps and the unit tests.
import {
  endStepsWithUs,
  printStep,
  runStep,
  STATIC_STEPS,
  sumCounts,
  UNIT_STEP,
  type StepResult,
} from './steps.ts'

endStepsWithUs()
const results: StepResult[] = []
for (const step of [...STATIC_STEPS, UNIT_STEP]) {
  const result = await runStep(step)
  printStep(result)
  results.push(result)
}
const { failed } = sumCounts(results)
process.stdout.write(failed === 0 ? 'check: ok\n' : `check: ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)
