// `admin create`: makes an administrator.
import { CommandError, type Command } from './command.ts'
import { ensureAdmin } from './first-admin.ts'
import { openApp } from './open-app.ts'

export const createAdmin: Command = {
  summary: 'makes an administrator',
  usage: `  --email ADDRESS    who
  --password TEXT    better given as ADMIN_PASSWORD: other people of this machine can read command lines
Works on DATABASE_URL, or without it on the database in DATA_DIR (.data). An account of this e-mail stays as it is.`,
  options: { email: { type: 'string' }, password: { type: 'string' } },
  async run(context) {
    const email = context.options['email'] ?? context.env['ADMIN_EMAIL']
    const password = context.options['password'] ?? context.env['ADMIN_PASSWORD']
    if (email === undefined) throw new CommandError('--email is missing')
    if (password === undefined)
      throw new CommandError('the password is missing: set ADMIN_PASSWORD, or give --password')
    // Both variables or none: what was given above counts.
    const { ADMIN_EMAIL: _email, ADMIN_PASSWORD: _password, ...env } = context.env
    const app = await openApp({ ...context, env })
    const { userId, created } = await ensureAdmin(app.user, { email, password })
    context.print(
      created
        ? `administrator ${userId} was made`
        : `member ${userId} has this e-mail already; nothing was changed`,
    )
    return 'done'
  },
}
