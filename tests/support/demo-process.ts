// The service as people start it: the launcher, or npm, as a process of its own on a data folder of the test's.
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MS_MAX = 90_000

export interface DemoProcess {
  child: ChildProcess
  /** Both streams. */
  output(): string
  exited: Promise<number>
}

/** `node scripts/run.mjs server/main.ts …` with nothing in its environment but `env`. */
export function launch(args: readonly string[], env: Record<string, string>): DemoProcess {
  return watch(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), 'server/main.ts', ...args], env)
}

/** `npm start`, leading a process group like that of a terminal. */
export function npmStart(env: Record<string, string>): DemoProcess {
  return watch('npm', ['start'], env)
}

function watch(command: string, args: readonly string[], env: Record<string, string>): DemoProcess {
  let said = ''
  const child = spawn(command, args, {
    cwd: ROOT,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : -1)))
  })
  return { child, output: () => said, exited }
}

/** Resolves with its address once the block is printed. */
export async function untilReady(demo: DemoProcess): Promise<string> {
  const deadline = Date.now() + READY_MS_MAX
  while (Date.now() < deadline && demo.child.exitCode === null && demo.child.signalCode === null) {
    const address = /Hurry Up Order +(http:\S+)/.exec(demo.output())?.[1]
    if (address !== undefined && demo.output().includes('Ctrl-C')) return address
    await sleep(30)
  }
  throw new Error(`it did not get ready; it said:\n${demo.output()}`)
}

/** The process that holds the data folder: the server itself, behind launchers. */
export function serverPid(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'server.lock'), 'utf8')) as { pid: number }).pid
}

/** Command lines of live processes that name the folder. */
export function processesOf(dataDir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readCommandLine(pid))
    .filter((line) => line.includes(dataDir))
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** True as soon as `holds` is, false when it is not within `msMax`. */
export async function becomes(holds: () => boolean, msMax: number): Promise<boolean> {
  const deadline = Date.now() + msMax
  while (!holds()) {
    if (Date.now() > deadline) return false
    await sleep(30)
  }
  return true
}
