// `npm run coverage`: the lines of server/ that real server processes ran during the flow tests, in per cent; lists what is least covered.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
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

const folder = mkdtempSync(join(tmpdir(), 'hurry-up-order-coverage-'))
const ran = spawnSync('vitest', ['run', '--project', 'flows', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  // Servers that tests start write there what they have run, when they end.
  env: { ...process.env, SERVER_COVERAGE: folder },
})

const covered = new Map<string, Uint8Array>()
for (const name of readdirSync(folder)) {
  const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: ScriptCoverage[] }
  for (const script of result) addScript(script)
}
rmSync(folder, { recursive: true })

function addScript({ url, functions }: ScriptCoverage): void {
  if (!url.startsWith(pathToFileURL(join(ROOT, 'server')).href)) return
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
console.log(`server lines covered: ${ranLines} of ${lines} = ${percent.toFixed(1)} %`)
process.exitCode = ran.status === 0 && percent >= PERCENT_MIN ? 0 : 1

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
