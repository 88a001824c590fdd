// `seed demo` and `seed buyers`: people and items to try the service with.
import { writeFileSync } from 'node:fs'
import { systemClock, toSeoulIso } from '../platform/clock.ts'
import { DEMO_ACCOUNTS, seedDemo as makeDemo } from '../demo.ts'
import { CommandError, type Command } from './command.ts'
import { openApp } from './open-app.ts'

export const seedDemo: Command = {
  summary: 'makes the demo people and items, and a limited sale that opens in a minute',
  usage:
    'Works on DATABASE_URL, or without it on the database in DATA_DIR (.data). People and items that exist stay.',
  options: {},
  async run(context) {
    const app = await openApp(context)
    const sale = await makeDemo(app, new Date(systemClock.now()))
    context.print(`accounts: ${DEMO_ACCOUNTS.map(({ email }) => email).join(', ')}`)
    context.print(`item ${sale.itemId}: ${sale.quantity} units, opens at ${toSeoulIso(sale.openTime)}`)
    return 'done'
  },
}

const BUYERS_MAX = 1_000_000

export const seedBuyers: Command = {
  summary: 'makes certified buyers for load tests and writes an access token for each',
  usage: `  --count N      how many buyers (up to ${BUYERS_MAX}); those made before are used again
  --tokens FILE  where to write their tokens, one a line, in the order of the buyers
  --ttl TIME     how long the tokens are good: 90s, 30m, 4h (default 4h)
Refused unless ALLOW_LOAD_SEED=1: not for a database with real people.`,
  options: { count: { type: 'string' }, tokens: { type: 'string' }, ttl: { type: 'string' } },
  async run(context) {
    const { env, options, print } = context
    if (env['ALLOW_LOAD_SEED'] !== '1')
      throw new CommandError('refused: set ALLOW_LOAD_SEED=1 where made-up buyers do no harm')
    const count = Number(options['count'])
    if (!Number.isInteger(count) || count < 1 || count > BUYERS_MAX)
      throw new CommandError(`--count must be 1 to ${BUYERS_MAX}`)
    const file = options['tokens']
    if (file === undefined) throw new CommandError('--tokens FILE is missing')
    const ttlSeconds = parseDuration(options['ttl'] ?? '4h')
    const app = await openApp(context)
    const ids = await app.user.seedBuyers(count)
    const tokens = ids.map((userId) =>
      app.user.issueAccessToken({ userId, role: 'CERTIFIED_USER' }, ttlSeconds),
    )
    writeFileSync(file, tokens.map((token) => `${token}\n`).join(''), { mode: 0o600 })
    print(`${tokens.length} tokens, good for ${options['ttl'] ?? '4h'}, are in ${file}`)
    return 'done'
  },
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of `90s`, `30m`, `4h`, `7d`. */
export function parseDuration(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(amount) * (SECONDS[unit] ?? Number.NaN)
  if (!(seconds > 0)) throw new CommandError(`${text} is no time: write 90s, 30m, 4h or 7d`)
  return seconds
}
