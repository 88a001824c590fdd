// `serve`: the service in production, on a database and a mail server of the operator's.
import cluster from 'node:cluster'
import { checkDatabase } from '../platform/database-check.ts'
import { createLog, type Log } from '../platform/log.ts'
import { compose, missingMigrations } from '../compose.ts'
import { readConfig, type Config } from '../config.ts'
import { CommandError, type Command, type CommandContext } from './command.ts'
import { ensureFirstAdmin } from './first-admin.ts'
import { keepProcesses } from './processes.ts'

const APP_STOP_MS_MAX = 8_000
const PROCESSES_MAX = 64

export const serve: Command = {
  summary: 'the service in production',
  usage: `--processes N   as N processes on one port (1); with REDIS_URL they share one order of arrival

Needs DATABASE_URL, TOKEN_SECRET, PII_KEYS and SMTP_URL, and a database that \`migrate\` has prepared. ROLE says which part
of the service it is. .env.example lists every variable; a .env file in the current folder is read.`,
  options: { processes: { type: 'string' } },
  run: runServe,
}

async function runServe({ env, life, print, options }: CommandContext): Promise<'running'> {
  const config = readConfig('production', env)
  const log = createLog(config.log.level)
  const count = countOf(options['processes'])
  if (cluster.isWorker) {
    await serveHere(config, log, life)
    return 'running'
  }
  await checkBeforehand(config, log, count)
  if (count > 1) {
    await keepProcesses({ count, life, log, print })
    return 'running'
  }
  print(`listening on ${await serveHere(config, log, life)}`)
  return 'running'
}

async function serveHere(config: Config, log: Log, life: CommandContext['life']): Promise<string> {
  const app = await compose(config, log)
  await life.add({ name: 'the application', stop: () => app.stop(), msMax: APP_STOP_MS_MAX })
  await ensureFirstAdmin(app.user, config)
  return app.listen()
}

async function checkBeforehand(config: Config, log: Log, count: number): Promise<void> {
  const { applied, unsafeSettings } = await checkDatabase(config.database.url)
  const missing = missingMigrations(applied)
  if (missing.length > 0)
    throw new CommandError(
      `the database is not prepared (${missing.length} migrations are missing): run \`migrate\` first`,
    )
  if (unsafeSettings.length > 0) {
    log.warn(
      { settings: unsafeSettings },
      'the database may lose confirmed orders with its machine: these settings should be on',
    )
  }
  if (count > 1 && config.sale.gate !== 'redis')
    log.warn(
      { gate: config.sale.gate },
      'several processes without REDIS_URL: every sale stays exact, but the order of arrival holds for each process alone',
    )
}

function countOf(option: string | undefined): number {
  const count = Number(option ?? 1)
  if (Number.isInteger(count) && count >= 1 && count <= PROCESSES_MAX) return count
  throw new CommandError(`--processes must be a number from 1 to ${PROCESSES_MAX}`)
}
