// The application without its server, for commands that need it for a moment.
import { demoSecrets, hasDemoSecrets } from '../platform/data-dir.ts'
import { createLog } from '../platform/log.ts'
import { compose, migrateDatabase, type App } from '../compose.ts'
import { readConfig, type Env } from '../config.ts'
import type { CommandContext } from './command.ts'
import { dataDirOf, findDatabaseUrl } from './demo-database.ts'

const APP_STOP_MS_MAX = 5_000

/** On the database that `start` or `serve` with the same settings uses. Mails wait until one of these runs. */
export async function openApp({ env, life }: CommandContext): Promise<App> {
  // The address is not known yet; everything else is checked before anything is started.
  const unchecked = readConfig('demo', { DATABASE_URL: 'postgres://', ...secretsOf(env), ...env })
  const log = createLog(unchecked.log.level)
  const isOwnDatabase = env['DATABASE_URL'] === undefined
  const url = await findDatabaseUrl({ env, life, log })
  if (isOwnDatabase) await migrateDatabase(url)
  const config = { ...unchecked, database: { ...unchecked.database, url } }
  const app = await compose(config, log)
  await life.add({ name: 'the application', stop: () => app.stop(), msMax: APP_STOP_MS_MAX })
  return app
}

/** Those of the demo folder, if it is what this command works on. */
function secretsOf(env: Env): Record<string, string> {
  const dir = dataDirOf(env)
  return env['DATABASE_URL'] === undefined || hasDemoSecrets(dir) ? { ...demoSecrets(dir) } : {}
}
