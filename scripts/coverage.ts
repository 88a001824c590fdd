// `npm run coverage [-- project …]`: the lines of server/ that the tests have run, in per cent; lists what is least covered. V8 counts
// them in the processes of vitest and in all that those start: servers, launchers, commands. One that is killed tells nothing.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { VITEST_STEPS } from './steps.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SERVER_URL = pathToFileURL(join(ROOT, 'server')).href
const PERCENT_MIN = 90
const SHOWN = 15

interface Range {
  startOffset: number
  endOffset: number
  count: number
}
interface ScriptCoverage {
  url: string
  functions: { ranges: Range[] }[]
}

const projects = VITEST_STEPS.map(({ name }) => name)
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !projects.includes(name))
if (unknown.length > 0) {
  console.log(`no such project: ${unknown.join(', ')}; projects are ${projects.join(', ')}`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'hurry-up-order-coverage-'))
// One after the other: races and faults measure the machine.
const failed = projects.filter((name) => (asked.length === 0 || asked.includes(name)) && !runProject(name))
const covered = new Map<string, Uint8Array>()
for (const name of readdirSync(folder)) for (const script of readReport(join(folder, name))) addScript(script)
rmSync(folder, { recursive: true })

const files = globSync('server/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, ...countLines(join(ROOT, file)) }))
const lines = files.reduce((sum, one) => sum + one.lines, 0)
const ranLines = files.reduce((sum, one) => sum + one.ran, 0)
const percent = (100 * ranLines) / lines
for (const { file, lines: all, ran: own, missed } of files
  .toSorted((a, b) => b.missed.length - a.missed.length)
  .slice(0, SHOWN))
  console.log(`${file}: ${own} of ${all}; not: ${missed.slice(0, 25).join(' ')}`)
if (failed.length > 0) console.log(`tests failed: ${failed.join(', ')}`)
console.log(`server lines covered: ${ranLines} of ${lines} = ${percent.toFixed(1)} %`)
process.exitCode = failed.length === 0 && percent >= PERCENT_MIN ? 0 : 1

/** Whether its tests passed. */
function runProject(name: string): boolean {
  const { status } = spawnSync(
    'vitest',
    ['run', '--config', 'scripts/coverage.config.ts', '--project', name],
    {
      cwd: ROOT,
      stdio: 'inherit',
      // Node hands it on to every process that is started, also where the environment is a list of its own.
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    },
  )
  return status === 0
}

function readReport(path: string): ScriptCoverage[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { result: ScriptCoverage[] }).result
  } catch {
    // Its process was killed while it wrote.
    return []
  }
}

function addScript({ url, functions }: ScriptCoverage): void {
  if (!url.startsWith(SERVER_URL)) return
  const file = fileURLToPath(url)
  const length = readFileSync(file, 'utf8').length
  const own = new Uint8Array(length)
  // The script as a whole comes first; inner ranges say more exactly what ran.
  for (const { ranges } of functions)
    for (const { startOffset, endOffset, count } of ranges)
      own.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  const all = covered.get(file) ?? new Uint8Array(length)
  for (let at = 0; at < length; at++) all[at]! |= own[at]!
  covered.set(file, all)
}

/** Lines with code: what is left when types and comments are taken away. */
function countLines(file: string): { lines: number; ran: number; missed: number[] } {
  const text = readFileSync(file, 'utf8')
  const seen = covered.get(file)
  const code = stripTypeScriptTypes(text).split('\n')
  const missed: number[] = []
  let at = 0
  let count = 0
  for (const [index, line] of text.split('\n').entries()) {
    const own = (code[index] ?? '').replace(/\/\/.*|\/\*.*\*\/|^\s*\*.*/g, '').trim()
    // Brackets alone, and what only names things.
    if (/[\w'"`]/.test(own) && !/^import\b|^\} from\b|^export \{/.test(own)) {
      count += 1
      const first = at + line.search(/\S/)
      if (seen?.[first] !== 1) missed.push(index + 1)
    }
    at += line.length + 1
  }
  return { lines: count, ran: count - missed.length, missed }
}
