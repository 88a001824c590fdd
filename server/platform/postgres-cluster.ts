// Makes the files of a new PostgreSQL cluster, whole or not at all, whatever language the machine speaks.
import { spawn } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { PostgresUser } from './postgres-user.ts'

/** PostgreSQL gets nothing of our environment: PG… variables and the machine's language must not reach it. */
export const CHILD_ENV: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: process.platform === 'darwin' ? 'C' : 'C.UTF-8',
  TZ: 'UTC',
}

const INITDB_MS_MAX = 120_000
/** Older macOS has no C.UTF-8. */
const LOCALES =
  process.platform === 'darwin'
    ? [['--locale=C.UTF-8'], ['--locale=C', '--lc-ctype=UTF-8']]
    : [['--locale=C.UTF-8']]

export async function createCluster(options: {
  clusterDir: string
  binaries: PostgresBinaries
  user: PostgresUser
}): Promise<void> {
  const { clusterDir, binaries, user } = options
  // Renamed when whole, so that an initdb killed half-way leaves nothing that looks like a cluster.
  const unfinished = `${clusterDir}.new`
  let failure = ''
  for (const locale of LOCALES) {
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { mode: 0o700 })
    user.own(unfinished)
    const args = ['-D', unfinished, '--username=postgres', '--auth=trust', '--encoding=UTF8', ...locale]
    const result = await run(user.spawnAs(binaries.initdb, args))
    if (result.exitCode === 0) {
      rmSync(clusterDir, { recursive: true, force: true })
      renameSync(unfinished, clusterDir)
      return
    }
    failure = result.output
  }
  rmSync(unfinished, { recursive: true, force: true })
  throw new Error(`the PostgreSQL cluster could not be made; initdb said:\n${failure.trim().slice(-2_000)}`)
}

function run({
  command,
  args,
  options,
}: ReturnType<PostgresUser['spawnAs']>): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      ...options,
      cwd: '/',
      env: CHILD_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INITDB_MS_MAX,
      killSignal: 'SIGKILL',
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', (error) => resolve({ exitCode: 127, output: error.message }))
    child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, output }))
  })
}
