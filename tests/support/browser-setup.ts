// Builds the pages before the tests that look at them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BUILD_MS_MAX = 120_000

export function setup(): void {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'build-web.ts')
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit', timeout: BUILD_MS_MAX })
  if (status !== 0) throw new Error('the pages can not be built')
}
