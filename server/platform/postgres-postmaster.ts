// One running PostgreSQL server process: started, watched and stopped, each within its time.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { CHILD_ENV } from './postgres-cluster.ts'
import { settingsAsArguments } from './postgres-settings.ts'
import type { PostgresUser } from './postgres-user.ts'

export interface Postmaster {
  pid: number
  /** Resolves when PostgreSQL has ended, whoever ended it. */
  exited: Promise<void>
  /** Ends it at once, for the moment before this process ends itself. */
  kill(): void
  /** `fast` ends transactions and writes everything out; `immediate` leaves that to the recovery of the next start. Bounded. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

const START_MS_MAX = 120_000
const POLL_MS = 20
const FAST_STOP_MS = 2_500
const QUICK_STOP_MS = 1_500
const LOG_BYTES_MAX = 5 * 1024 * 1024
/** What PostgreSQL says while children of a killed predecessor have not noticed its end yet. */
const PREDECESSOR_LIVES = /pre-existing shared memory|is still in use|lock file .* already exists/
const PREDECESSOR_TRIES_MAX = 20

interface Launch {
  dir: string
  clusterDir: string
  socketDir: string
  binaries: PostgresBinaries
  user: PostgresUser
}

/** Resolves when it takes connections; throws with what it said when it does not. */
export async function launchPostmaster(context: Launch): Promise<Postmaster> {
  const logPath = join(context.dir, 'postgres.log')
  if (existsSync(logPath) && statSync(logPath).size > LOG_BYTES_MAX) renameSync(logPath, `${logPath}.1`)
  for (let attempt = 1; ; attempt++) {
    const logStart = existsSync(logPath) ? statSync(logPath).size : 0
    const postmaster = spawnPostmaster(context, logPath)
    if (await isReady(context.clusterDir, postmaster)) return postmaster
    await postmaster.stop('immediate')
    const said = readFileSync(logPath).subarray(logStart).toString().trim()
    if (attempt < PREDECESSOR_TRIES_MAX && PREDECESSOR_LIVES.test(said)) await sleep(500)
    else throw new Error(`PostgreSQL did not start; it said:\n${said.slice(-2_000)}`)
  }
}

/** In a process group of its own, so that Ctrl-C reaches us and not PostgreSQL: it must outlive the requests in hand. */
function spawnPostmaster({ clusterDir, socketDir, binaries, user }: Launch, logPath: string): Postmaster {
  const { command, args, options } = user.spawnAs(binaries.postgres, [
    '-D',
    clusterDir,
    ...settingsAsArguments(socketDir),
  ])
  const logFile = openSync(logPath, 'a', 0o600)
  const child = spawn(command, args, {
    ...options,
    cwd: '/',
    env: CHILD_ENV,
    detached: true,
    stdio: ['ignore', logFile, logFile],
  })
  closeSync(logFile)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} could not be started`)
  const guard = guardAgainstOurDeath(pid)
  void exited.then(() => guard.kill('SIGKILL'))

  const end = async (signal: NodeJS.Signals, msMax: number): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await Promise.race([exited, sleep(msMax, undefined, { ref: false })])
  }
  return {
    pid,
    exited,
    kill: () => void child.kill('SIGQUIT'),
    async stop(mode = 'fast') {
      if (mode === 'fast') await end('SIGINT', FAST_STOP_MS)
      await end('SIGQUIT', QUICK_STOP_MS)
      await end('SIGKILL', QUICK_STOP_MS)
    },
  }
}

/** When we are killed without a chance to stop PostgreSQL, the end of this pipe tells a waiting shell to do it. */
function guardAgainstOurDeath(pid: number): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$1"', 'guard', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => undefined)
  guard.stdin?.on('error', () => undefined)
  if (guard.stdin !== null && 'unref' in guard.stdin) (guard.stdin as { unref(): void }).unref()
  guard.unref()
  return guard
}

/** PostgreSQL writes its state into the eighth line of its pid file. False when it ended or took too long. */
async function isReady(clusterDir: string, { pid, exited }: Postmaster): Promise<boolean> {
  const pidFile = join(clusterDir, 'postmaster.pid')
  const deadline = Date.now() + START_MS_MAX
  const gone = exited.then(() => true)
  while (Date.now() < deadline && !(await Promise.race([gone, sleep(POLL_MS, false)]))) {
    const lines = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : []
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return true
  }
  return false
}
