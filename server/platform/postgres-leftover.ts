// Ends a PostgreSQL that outlived the server which had started it.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLineOf, isProcess } from './processes.ts'
import type { Log } from './log.ts'

const STEPS = [
  { signal: 'SIGINT', msMax: 10_000 },
  { signal: 'SIGQUIT', msMax: 5_000 },
  { signal: 'SIGKILL', msMax: 5_000 },
] as const

export async function endLeftover(clusterDir: string, log: Log): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid')
  const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : Number.NaN
  if (!(pid > 1) || !isProcess(pid)) return
  if (!isPostmasterOf(pid, clusterDir)) {
    // The number belongs to some other process by now; PostgreSQL itself would only see that it is taken, and refuse.
    rmSync(pidFile, { force: true })
    return
  }
  log.warn({ pid }, 'ending a PostgreSQL that an earlier start left behind')
  for (const { signal, msMax } of STEPS) {
    const deadline = Date.now() + msMax
    if (isPostmasterOf(pid, clusterDir)) process.kill(pid, signal)
    while (Date.now() < deadline) {
      if (!isPostmasterOf(pid, clusterDir)) return
      await sleep(20)
    }
  }
  throw new Error(`the PostgreSQL that an earlier start left behind (process ${pid}) does not end`)
}

function isPostmasterOf(pid: number, clusterDir: string): boolean {
  const line = commandLineOf(pid)
  return line.includes('postgres') && line.includes(`-D ${clusterDir} `)
}
