// Programs of the machine that tests run as processes, and what becomes of a test where one is missing.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProgramExit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ProgramProcess {
  pid: number
  kill(signal?: NodeJS.Signals): void
  exited: Promise<ProgramExit>
  isGone(): boolean
  /** All that was written to `logPath`, also by runs before. */
  output(): string
  /** SIGTERM, also to a process that is paused, and SIGKILL where that is not enough. */
  stop(): Promise<void>
}

/** Daemons lie there, where a user's PATH often does not look. */
const DAEMON_DIRS = ['/usr/local/sbin', '/usr/sbin']
const STOP_MS_MAX = 5_000
const WAIT_MS_MAX = 30_000
const PORT_TRIES_MAX = 100
const HOST = '127.0.0.1'

function hasProgram(name: string): boolean {
  return findProgram(name) !== undefined
}

/** For `describe.skipIf`: true skips. CI must have every program, or a green run would say nothing. */
export function needsProgram(name: string): boolean {
  if (hasProgram(name)) return false
  if ((process.env['CI'] ?? '') !== '') throw new Error(`${name} is not installed, and CI skips no test`)
  return true
}

export function findProgram(name: string): string | undefined {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...DAEMON_DIRS]
  return dirs.map((dir) => join(dir, name)).find((path) => isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The program must stay in the foreground. It ends with this process. */
export function runProgram(
  name: string,
  args: readonly string[],
  { cwd, logPath }: { cwd: string; logPath: string },
): ProgramProcess {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not installed`)
  const log = openSync(logPath, 'a')
  const child = spawn(path, args, { cwd, stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 127, signal: null }))
  })
  endWithUs(child)
  const isGone = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? 0,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exited,
    isGone,
    output: () => readFileSync(logPath, 'utf8'),
    async stop() {
      child.kill('SIGTERM')
      child.kill('SIGCONT')
      await Promise.race([exited, sleep(STOP_MS_MAX, undefined, { ref: false })])
      if (!isGone()) child.kill('SIGKILL')
      await exited
    },
  }
}

function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return
  const watch = afterUs('kill -KILL "$0"', String(child.pid))
  child.once('exit', () => watch.kill('SIGKILL'))
}

/**
 * Runs a line of shell, with `argument` as its $0, once this process is gone – even killed, when no exit hook runs: the pipe
 * that the shell reads closes with us.
 */
export function afterUs(line: string, argument: string): ChildProcess {
  const watch = spawn('/bin/sh', ['-c', `read -r _; ${line}`, argument], {
    // A Ctrl-C at the terminal must not end the watch before its work.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watch.unref()
  ;(watch.stdin as Socket).unref()
  return watch
}

/**
 * Below the ports of outgoing connections: one of those could take the port of a server that is away, and a client that
 * tries again and again could connect to itself.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port in ${PORT_TRIES_MAX} tries`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}

/** Resolves once `holds` does; a rejection of it is a no. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + WAIT_MS_MAX; Date.now() < end; await sleep(25)) {
    if (await holds().catch(() => false)) return
  }
  throw new Error(`waited ${WAIT_MS_MAX} ms in vain: ${what}`)
}
