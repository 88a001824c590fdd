// Where and on what the figures were measured.
import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { findRedis } from './redis.ts'
import type { Rig } from './rig.ts'

export interface Machine {
  cpu: string
  cores: number
  memoryGb: number
  system: string
  node: string
  postgres: string
  postgresSettings: Record<string, string>
  /** Of the redis-server on the PATH, if there is one. */
  redis: string | undefined
  commit: string | undefined
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'shared_buffers',
  'max_wal_size',
]

export async function describeMachine(rig: Rig): Promise<Machine> {
  const version = await rig.client.query<{ server_version: string }>('SHOW server_version')
  const settings = await rig.client.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY ($1)',
    [SETTINGS],
  )
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 5_000,
  })
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    postgres: version.rows[0]?.server_version ?? 'unknown',
    postgresSettings: Object.fromEntries(settings.rows.map(({ name, value }) => [name, value])),
    redis: findRedis(),
    commit: git.status === 0 ? git.stdout.trim() : undefined,
  }
}
