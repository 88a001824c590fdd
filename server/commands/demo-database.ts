// The database of a demo: DATABASE_URL where set, else that of a running start on the same folder, else one of our own.
import { findInstance, lockDataDir } from '../platform/data-dir.ts'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import type { Log } from '../platform/log.ts'
import type { Env } from '../config.ts'
import type { Lifetime } from '../lifetime.ts'

const POSTGRES_STOP_MS_MAX = 6_000

export const dataDirOf = (env: Env): string => env['DATA_DIR'] ?? '.data'

/** For commands beside a server, or without one. */
export async function findDatabaseUrl(context: { env: Env; life: Lifetime; log: Log }): Promise<string> {
  const { env } = context
  if (env['DATABASE_URL'] !== undefined) return env['DATABASE_URL']
  const dir = dataDirOf(env)
  const running = await findInstance(dir)
  if (running !== undefined) return running.databaseUrl
  await holdDataDir(dir, context.life)
  return startDatabase({ ...context, dir })
}

export async function holdDataDir(dir: string, life: Lifetime): Promise<void> {
  const release = await lockDataDir(dir)
  await life.add({ name: 'the lock of the data folder', stop: release, msMax: 500 })
}

/** The folder's PostgreSQL, for as long as this process lives; the process ends when PostgreSQL does. */
export async function startDatabase(context: { dir: string; life: Lifetime; log: Log }): Promise<string> {
  const { dir, life, log } = context
  const postgres = await startEmbeddedPostgres({ dir, log })
  let isStopping = false
  await life.add({
    name: 'PostgreSQL',
    stop() {
      isStopping = true
      return postgres.stop()
    },
    kill: () => postgres.kill(),
    msMax: POSTGRES_STOP_MS_MAX,
  })
  const watch = async (): Promise<void> => {
    await postgres.exited
    if (isStopping) return
    log.fatal({ dir }, 'the embedded PostgreSQL ended unexpectedly; its postgres.log may say why')
    await life.stop(1)
  }
  void watch()
  return postgres.url
}
