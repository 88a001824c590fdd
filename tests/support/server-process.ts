// A real server process on a database of the test's, to be killed, stopped and asked over HTTP.
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'

export interface ServerProcess {
  /** `http://127.0.0.1:port` */
  url: string
  pid: number
  kill(signal?: NodeJS.Signals): void
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Everything it has said on stdout and stderr. */
  output(): string
  /** SIGTERM, and SIGKILL where that is not enough. */
  stop(): Promise<void>
}

/** The same for every server of a test run, so that a token of one is good at another. */
export const TEST_SECRETS = {
  TOKEN_SECRET: 'a-secret-that-only-tests-know-0123456789',
  PII_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
} as const

const MAIN = join(import.meta.dirname, '..', '..', 'server', 'main.ts')
const READY_MS_MAX = 30_000
const STOP_MS_MAX = 12_000

export async function startServer(options: {
  databaseUrl: string
  args?: readonly string[]
  /** Of another version of the code. */
  main?: string
  env?: Record<string, string>
}): Promise<ServerProcess> {
  // Its own folder, where no .env of the developer's lies.
  const runDir = inject('runDir') as string | undefined
  const cwd = mkdtempSync(join(runDir ?? tmpdir(), 'hurryup-server-'))
  const logPath = join(cwd, 'server.log')
  const log = openSync(logPath, 'a')
  const child = spawn(process.execPath, [options.main ?? MAIN, 'serve', ...(options.args ?? [])], {
    cwd,
    // It ends with the channel, so none outlives the tests.
    stdio: ['ignore', log, log, 'ipc'],
    env: {
      PATH: process.env['PATH'],
      ...TEST_SECRETS,
      DATABASE_URL: options.databaseUrl,
      SMTP_URL: 'smtp://127.0.0.1:9',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_FACTOR: '1000',
      DRAIN_SECONDS: '0',
      ...options.env,
    },
  })
  closeSync(log)
  let said: string | undefined
  const output = (): string => said ?? readFileSync(logPath, 'utf8')
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 127, signal: null }))
  })
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
  const stop = async (): Promise<void> => {
    if (!isGone()) child.kill('SIGTERM')
    await Promise.race([exited, sleep(STOP_MS_MAX, undefined, { ref: false })])
    if (!isGone()) child.kill('SIGKILL')
    await exited
    said = output()
    if (runDir === undefined) rmSync(cwd, { recursive: true, force: true })
  }
  const url = await waitForAddress(output, isGone).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    url,
    pid: child.pid ?? 0,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exited,
    output,
    stop,
  }
}

async function waitForAddress(output: () => string, isGone: () => boolean): Promise<string> {
  const deadline = Date.now() + READY_MS_MAX
  while (Date.now() < deadline && !isGone()) {
    const address = /^listening on (http:\S+)$/m.exec(output())?.[1]
    if (address !== undefined && (await isReady(address))) return address
    await sleep(30)
  }
  throw new Error(`the server did not get ready; it said:\n${output()}`)
}

async function isReady(address: string): Promise<boolean> {
  try {
    return (await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(3_000) })).ok
  } catch {
    return false
  }
}
