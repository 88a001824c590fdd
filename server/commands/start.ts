// `start`: everything on this machine, with a database, an inbox, people and a sale to try it with.
import { join } from 'node:path'
import { demoSecrets, removeInstance, writeInstance } from '../platform/data-dir.ts'
import { systemClock, toSeoulIso } from '../platform/clock.ts'
import { createLog, type Log } from '../platform/log.ts'
import { compose, migrateDatabase } from '../compose.ts'
import { readConfig, type Config, type Env } from '../config.ts'
import { DEMO_ACCOUNTS, seedDemo, type DemoSale } from '../demo.ts'
import { startInbox } from '../inbox.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Command, CommandContext } from './command.ts'
import { dataDirOf, holdDataDir, startDatabase } from './demo-database.ts'
import { openSimulator, sendWebhooksTo } from './demo-simulator.ts'
import { ensureFirstAdmin } from './first-admin.ts'

const APP_STOP_MS_MAX = 4_500
const INBOX_STOP_MS_MAX = 500

export const start: Command = {
  summary: 'a demo: PostgreSQL, an inbox, people and a limited sale of its own',
  usage: `Keeps everything in DATA_DIR (.data). DATABASE_URL, SMTP_URL, TOKEN_SECRET and PII_KEYS replace what it would
make itself. PORT (7070) and HOST (127.0.0.1) say where it listens; PORT=0 takes a free port.`,
  options: {},
  run: runStart,
}

async function runStart({ env, life, print }: CommandContext): Promise<'running'> {
  const dir = dataDirOf(env)
  await holdDataDir(dir, life)
  // Until it is known where they are: a database and a simulator of its own.
  const readSettings = (more: Env): Config =>
    readConfig('demo', { DATABASE_URL: 'postgres://', ...demoSecrets(dir), ...more, ...env })
  const settings = readSettings({})
  const log = createLog(settings.log.level)
  const url = env['DATABASE_URL'] ?? (await startDatabase({ dir, life, log }))
  await migrateDatabase(url)
  await life.add({ name: 'the note of this instance', stop: () => removeInstance(dir), msMax: 500 })
  writeInstance(dir, { pid: process.pid, databaseUrl: url })

  const inbox = settings.smtpUrl === undefined ? await openInbox(dir, life, log) : undefined
  const hasProviders = settings.payment.toss !== undefined || settings.payment.nice !== undefined
  const simulatorUrl = hasProviders ? undefined : await openSimulator(dir, life, '127.0.0.1')
  const config: Config = {
    ...(simulatorUrl === undefined ? settings : readSettings({ SIMULATOR_URL: simulatorUrl })),
    database: { ...settings.database, url },
    smtpUrl: settings.smtpUrl ?? inbox?.smtpUrl,
  }
  const app = await compose(config, log, {
    demoLogins: DEMO_ACCOUNTS.filter(({ role }) => role !== 'ADMIN').map(({ name, email, password }) => ({
      name,
      email,
      password,
    })),
  })
  await life.add({ name: 'the application', stop: () => app.stop(), msMax: APP_STOP_MS_MAX })
  await ensureFirstAdmin(app.user, config)
  const sale = await seedDemo(app, new Date(systemClock.now()))
  const address = await app.listen()
  if (simulatorUrl !== undefined) await sendWebhooksTo(simulatorUrl, address)
  writeInstance(dir, { pid: process.pid, databaseUrl: url, address })
  print(welcome({ address, inboxUrl: inbox?.pageUrl, simulatorUrl, dir, sale }))
  return 'running'
}

async function openInbox(
  dir: string,
  life: Lifetime,
  log: Log,
): Promise<{ smtpUrl: string; pageUrl: string } | undefined> {
  const inbox = await startInbox(join(dir, 'mail')).catch((error: unknown) => {
    log.warn(
      { fault: error instanceof Error ? error.message : error },
      'the inbox could not be started: mails wait',
    )
    return undefined
  })
  if (inbox !== undefined)
    await life.add({ name: 'the inbox', stop: () => inbox.stop(), msMax: INBOX_STOP_MS_MAX })
  return inbox
}

function welcome(facts: {
  address: string
  inboxUrl: string | undefined
  simulatorUrl: string | undefined
  dir: string
  sale: DemoSale
}): string {
  const { address, inboxUrl, simulatorUrl, dir, sale } = facts
  const accounts = DEMO_ACCOUNTS.map(
    ({ email, password, role }) => `    ${email.padEnd(22)}${password.padEnd(20)}${role}`,
  )
  return [
    '',
    `  Hurry Up Order   ${address}`,
    `  API reference    ${address}/reference`,
    `  Mail inbox       ${inboxUrl ?? 'none: mails go to SMTP_URL'}`,
    `  Payments         ${simulatorUrl === undefined ? 'at the providers that are set' : `simulated at ${simulatorUrl}`}`,
    `  Data             ${dir} (remove the folder to start over)`,
    '',
    '  Demo accounts (e-mail, password, role)',
    ...accounts,
    '',
    `  A limited sale opens at ${toSeoulIso(sale.openTime)}, ${sale.opensAfterSeconds} seconds from now:`,
    `    item ${sale.itemId}, ${sale.quantity} units, one for each buyer`,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n')
}
