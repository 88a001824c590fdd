// The steps of `npm test` and `npm run check`: what each one runs and how its result is counted.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Step {
  name: string
  command: readonly string[]
  /** A vitest project reports how many tests it ran; any other step counts as one test. */
  isVitest?: true
  minutesMax: number
}

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export interface StepResult extends Counts {
  name: string
  seconds: number
  /** What failed and why, a few lines each: for the end of a long output. */
  failures: string[]
}

const vitest = (project: string, minutesMax: number): Step => ({
  name: project,
  command: ['vitest', 'run', '--project', project, '--passWithNoTests'],
  isVitest: true,
  minutesMax,
})

export const STATIC_STEPS: readonly Step[] = [
  { name: 'types', command: ['tsc', '--noEmit'], minutesMax: 5 },
  { name: 'types of pages', command: ['tsc', '--noEmit', '-p', 'web'], minutesMax: 5 },
  {
    name: 'types of browser tests',
    command: ['tsc', '--noEmit', '-p', 'tests/browser'],
    minutesMax: 5,
  },
  { name: 'lint', command: ['oxlint', '--type-aware'], minutesMax: 5 },
  { name: 'format', command: ['prettier', '--check', '.'], minutesMax: 5 },
  { name: 'unused', command: ['knip'], minutesMax: 5 },
]
export const UNIT_STEP = vitest('unit', 10)
export const VITEST_STEPS: readonly Step[] = [
  UNIT_STEP,
  vitest('flows', 20),
  vitest('split', 15),
  vitest('contracts', 10),
  vitest('model', 10),
  vitest('races', 30),
  vitest('faults', 40),
  vitest('browser', 20),
]

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const running = new Set<number>()

/** Runs the step with its output on ours. Never throws: what can not be run has failed. */
export async function runStep(step: Step): Promise<StepResult> {
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'hurry-up-order-report-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const exitCode = await run([...step.command, ...(step.isVitest ? reporters : [])], step.minutesMax)
  const outcome = step.isVitest ? readReport(report) : undefined
  const counts = step.isVitest ? countTests(outcome, exitCode) : countOne(exitCode)
  rmSync(folder, { recursive: true, force: true })
  const failures = counts.failed > 0 ? listFailures(outcome) : []
  return { name: step.name, seconds: (performance.now() - started) / 1000, failures, ...counts }
}

const countOne = (exitCode: number): Counts => ({
  passed: exitCode === 0 ? 1 : 0,
  failed: exitCode === 0 ? 0 : 1,
  skipped: 0,
})

export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults?: {
    name: string
    message?: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[]
  }[]
}

const FAILURE_LINES_MAX = 12
const FAILURE_CHARS_MAX = 1500

/** File, name and first lines of each test that failed, and of each file that did not load. */
export function listFailures(report: VitestReport | undefined): string[] {
  return (report?.testResults ?? []).flatMap(({ name, message = '', assertionResults }) => {
    const failed = assertionResults.filter((one) => one.status === 'failed')
    if (assertionResults.length === 0) return [shorten(`${name}\n${message}`)]
    return failed.map((one) =>
      shorten([`${name} › ${one.fullName}`, ...(one.failureMessages ?? [])].join('\n')),
    )
  })
}

function shorten(text: string): string {
  return text.slice(0, FAILURE_CHARS_MAX).split('\n').slice(0, FAILURE_LINES_MAX).join('\n')
}

/** A run that ended badly has at least one failure, whatever its report says: a file that did not load has no tests. */
export function countTests(report: VitestReport | undefined, exitCode: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const failed = Math.max(report.numFailedTests, exitCode === 0 ? 0 : 1)
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests }
}

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  } catch {
    return undefined
  }
}

/** The project's own tools on the project's own Node, whatever the machine has. */
function run(command: readonly string[], minutesMax: number): Promise<number> {
  const [name = '', ...args] = command
  const path = [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env['PATH']]
  return new Promise((done) => {
    const child = spawn(name, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path.join(delimiter) },
      detached: true,
    })
    const { pid } = child
    if (pid !== undefined) running.add(pid)
    const timer = setTimeout(() => {
      process.stdout.write(`${name} did not end within ${minutesMax} minutes\n`)
      if (pid !== undefined) signalGroup(pid, 'SIGKILL')
    }, minutesMax * 60_000)
    const end = (exitCode: number): void => {
      clearTimeout(timer)
      if (pid !== undefined) running.delete(pid)
      done(exitCode)
    }
    child.once('error', () => end(127))
    child.once('exit', (exitCode) => end(exitCode ?? 1))
  })
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

/** Steps run in groups of their own, so that a time limit ends all of one; our own end therefore has to be passed on. */
export function endStepsWithUs(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endSteps)
  process.once('disconnect', endSteps)
}

function endSteps(): void {
  for (const pid of running) signalGroup(pid, 'SIGTERM')
  process.exit(130)
}

export function printStep(result: StepResult): void {
  const verdict = result.failed > 0 ? 'FAILED' : result.passed === 0 ? 'none' : 'ok'
  const tests = result.passed + result.failed + result.skipped
  process.stdout.write(`── ${result.name}: ${verdict} (${tests}, ${result.seconds.toFixed(1)} s)\n`)
}

export function sumCounts(results: readonly Counts[]): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failed, skipped } of results) {
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
  }
  return sum
}
