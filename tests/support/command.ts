// A command of the service's command line, run to its end.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { TEST_SECRETS } from './server-process.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'server', 'main.ts')
const END_MS_MAX = 25_000

export interface CommandEnd {
  /** -1: it did not end by itself. */
  code: number
  /** Answers, and what went wrong. */
  stdout: string
  stderr: string
}

/** `node server/main.ts …` in a folder of its own, where no .env of the developer's lies. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandEnd> {
  const cwd = mkdtempSync(join(tmpdir(), 'hurryup-command-'))
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    // It ends with the channel, so none outlives the tests.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: END_MS_MAX,
    env: {
      PATH: process.env['PATH'],
      // To compile the code takes most of the time of a command.
      NODE_COMPILE_CACHE: join(inject('runDir'), 'compile-cache'),
      LOG_LEVEL: 'warn',
      ...TEST_SECRETS,
      ...env,
    },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? -1)))
  rmSync(cwd, { recursive: true, force: true })
  return { code, ...said }
}
