// `serve`: the service in production, on a database and a mail server of the operator's.
import { checkDatabase } from '../platform/database-check.ts'
import { createLog } from '../platform/log.ts'
import { compose } from '../compose.ts'
import { readConfig } from '../config.ts'
import { CommandError, type Command, type CommandContext } from './command.ts'
import { ensureFirstAdmin } from './first-admin.ts'

const APP_STOP_MS_MAX = 8_000

export const serve: Command = {
  summary: 'the service in production',
  usage: `Needs DATABASE_URL, TOKEN_SECRET, PII_KEYS and SMTP_URL, and a database that \`migrate\` has prepared.
.env.example lists every variable; a .env file in the current folder is read.`,
  options: {},
  run: runServe,
}

async function runServe({ env, life, print }: CommandContext): Promise<'running'> {
  const config = readConfig('production', env)
  const log = createLog(config.log.level)
  const { isMigrated, unsafeSettings } = await checkDatabase(config.database.url)
  if (!isMigrated) throw new CommandError('the database is not prepared: run `migrate` first')
  if (unsafeSettings.length > 0) {
    log.warn(
      { settings: unsafeSettings },
      'the database may lose confirmed orders with its machine: these settings should be on',
    )
  }
  const app = await compose(config, log)
  await life.add({ name: 'the application', stop: () => app.stop(), msMax: APP_STOP_MS_MAX })
  await ensureFirstAdmin(app.user, config)
  print(`listening on ${await app.listen()}`)
  return 'running'
}
