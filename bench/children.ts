// The processes of a bench: the service, the floor, the load. Each ends with the bench, whatever happens.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadJob, LoadResult, PayJob, PayResult } from './load-protocol.ts'

export interface Child {
  pid: number
  /** Resolves when it has ended. */
  stop(): Promise<void>
}

export interface Listening extends Child {
  port: number
}

const START_MS_MAX = 30_000
const STOP_MS_MAX = 9_500

interface Start {
  script: string
  args?: readonly string[]
  nodeFlags?: readonly string[]
  env?: Record<string, string>
  cwd: string
}

function start({ script, args = [], nodeFlags = [], env = {}, cwd }: Start): ChildProcess {
  const flags = ['--disable-warning=ExperimentalWarning', ...nodeFlags]
  return spawn(process.execPath, [...flags, script, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    // The channel tells the child of our end even when nothing is left to tell it.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

function toChild(child: ChildProcess): Child {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const late = await Promise.race([exited, sleep(STOP_MS_MAX, 'late' as const, { ref: false })])
      if (late !== 'late') return
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Resolves when the script prints `listening on http://host:port`, or `simulator on …`. */
export async function startListening(options: Start): Promise<Listening> {
  const process_ = start(options)
  const child = toChild(process_)
  const said = new Promise<string>((resolve) => {
    let text = ''
    process_.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/(listening|simulator) on \S+\n/.test(text)) resolve(text)
    })
    process_.once('exit', () => resolve(text))
  })
  const text = await Promise.race([said, sleep(START_MS_MAX, '', { ref: false })])
  const port = Number(/(?:listening|simulator) on http:\/\/[^\s]*:(\d+)/.exec(text)?.[1])
  if (Number.isInteger(port)) return { ...child, port }
  await child.stop()
  throw new Error(`${options.script} did not start; it said: ${text}`)
}

/** Resolves when the script has ended well. */
export async function runToEnd(options: Start): Promise<void> {
  const child = start(options)
  child.stdout?.resume()
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0)
    throw new Error(`${options.script} ${options.args?.join(' ') ?? ''} ended with ${String(code)}`)
}

export interface Load extends Child {
  run(job: LoadJob): Promise<LoadResult>
  pay(job: PayJob): Promise<PayResult>
}

export function startLoad(cwd: string): Load {
  const process_ = start({ script: `${import.meta.dirname}/load.ts`, cwd })
  const exited = new Promise<never>((_resolve, reject) => {
    process_.once('exit', () => reject(new Error('the load process ended')))
  })
  exited.catch(() => undefined)
  async function ask<Result>(job: LoadJob | PayJob): Promise<Result> {
    const answer = new Promise<{ result?: Result; failed?: string }>((resolve) => {
      process_.once('message', (message) => resolve(message as { result?: Result; failed?: string }))
    })
    process_.send(job)
    const { result, failed } = await Promise.race([answer, exited])
    if (result === undefined) throw new Error(`the load failed: ${failed}`)
    return result
  }
  return { ...toChild(process_), run: ask<LoadResult>, pay: ask<PayResult> }
}

const TICKS_PER_SECOND = 100

/** Seconds of processor time of a process and of its children; NaN where the system does not tell (no /proc). */
export function cpuSecondsOf(pid: number): number {
  const own = existsSync('/proc/self/stat') ? readStat(pid) : undefined
  if (own === undefined) return Number.NaN
  const children = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    return stat?.parent === pid ? [stat.seconds] : []
  })
  // Those that have ended count on in what their parent waited for.
  return children.reduce((sum, seconds) => sum + seconds, own.seconds + own.endedSeconds)
}

/** Seconds that all cores of this machine have been busy; NaN where the system does not tell. */
export function busySeconds(): number {
  try {
    // user nice system idle iowait irq softirq
    const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]!
      .split(/ +/)
      .slice(1)
      .map(Number)
    return (user! + nice! + system! + irq! + softirq!) / TICKS_PER_SECOND
  } catch {
    return Number.NaN
  }
}

function readStat(pid: number): { parent: number; seconds: number; endedSeconds: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      endedSeconds: (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND,
    }
  } catch {
    return undefined
  }
}

/** Resident memory of a process; NaN where it has ended, or the system does not tell. */
export function readMemoryMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

/** The highest memory of a process so far; NaN where the system does not tell. */
export function watchMemory(pid: number): { maxMb(): number; stop(): void } {
  let maxMb = readMemoryMb(pid)
  const look = (): void => {
    maxMb = Math.max(maxMb, readMemoryMb(pid) || 0)
  }
  const timer = setInterval(look, 200)
  return { maxMb: () => maxMb, stop: () => clearInterval(timer) }
}
