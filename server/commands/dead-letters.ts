// `dead-letters`: shows jobs that failed for good, and has them tried again.
import { toSeoulIso } from '../platform/clock.ts'
import { CommandError, type Command, type CommandContext } from './command.ts'
import { openApp } from './open-app.ts'

const SHOWN_MAX = 100
const REDRIVEN_MAX = 1_000

export const listDeadLetters: Command = {
  summary: 'shows mails and events that failed for good',
  usage: `  --queue NAME   those of this queue alone
The newest ${SHOWN_MAX}: when, where, how often, of what. Works on DATABASE_URL, or without it on the database in DATA_DIR (.data).`,
  options: { queue: { type: 'string' } },
  async run(context) {
    const { jobs } = await open(context)
    const letters = await jobs.listDead({ queue: context.options['queue'], limit: SHOWN_MAX })
    context.print(
      letters.length === 0
        ? 'there are none'
        : letters
            .map(({ at, queue, tries, code, id, eventId }) =>
              [
                toSeoulIso(at),
                queue,
                `${tries} tries`,
                code,
                id,
                ...(eventId === null ? [] : [`event ${eventId}`]),
              ].join('  '),
            )
            .join('\n'),
    )
    return 'done'
  },
}

export const redriveDeadLetters: Command = {
  summary: 'has them tried again',
  usage: `  --queue NAME   those of this queue alone
  --limit N      at most so many, oldest first (${REDRIVEN_MAX})
Works on DATABASE_URL, or without it on the database in DATA_DIR (.data). A process of role \`worker\` or \`all\` does the work.`,
  options: { queue: { type: 'string' }, limit: { type: 'string' } },
  async run(context) {
    const { queue, limit = String(REDRIVEN_MAX) } = context.options
    if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > REDRIVEN_MAX)
      throw new CommandError(`--limit must be 1 to ${REDRIVEN_MAX}`)
    const app = await open(context)
    const redriven = await app.redrive({ queue, limit: Number(limit) })
    context.print(`${redriven} are being tried again`)
    return 'done'
  },
}

async function open(context: CommandContext): ReturnType<typeof openApp> {
  const app = await openApp(context)
  await app.jobs.start()
  return app
}
