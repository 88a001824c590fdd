// The command line: finds the command, gives it what it needs, and ends everything it started, whatever happens.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createAdmin } from './commands/admin.ts'
import { CommandError, type Command } from './commands/command.ts'
import { listDeadLetters, redriveDeadLetters } from './commands/dead-letters.ts'
import { explain } from './commands/explain.ts'
import { migrate } from './commands/migrate.ts'
import { seedBuyers, seedDemo } from './commands/seed.ts'
import { serve } from './commands/serve.ts'
import { start } from './commands/start.ts'
import type { Env } from './config.ts'
import { createLifetime, Stopping } from './lifetime.ts'

const COMMANDS: Readonly<Record<string, Command>> = {
  start,
  serve,
  migrate,
  'seed demo': seedDemo,
  'seed buyers': seedBuyers,
  'admin create': createAdmin,
  'dead-letters list': listDeadLetters,
  'dead-letters redrive': redriveDeadLetters,
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const complain = (text: string): void => void process.stderr.write(`${text}\n`)
const life = createLifetime({ exit: (code) => process.exit(code), say: complain })

// Whoever read our output may be gone; the sale goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void life.stop(0))
// The launcher was killed: nobody is left to pass its signals on.
process.on('disconnect', () => void life.stop(0))
const fail = (error: unknown): void => {
  if (!(error instanceof Stopping)) complain(explain(error))
  void life.stop(1)
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

try {
  if ((await run(process.argv.slice(2))) === 'done') await life.stop(0)
} catch (error) {
  fail(error)
}

async function run(argv: readonly string[]): Promise<'running' | 'done'> {
  const name = [argv.slice(0, 2).join(' '), argv[0] ?? ''].find((candidate) => candidate in COMMANDS)
  const command = COMMANDS[name ?? '']
  if (name === undefined || command === undefined) {
    print(overview())
    const isAsked = argv.length === 0 || argv.includes('--help') || argv[0] === 'help'
    if (!isAsked) throw new CommandError(`there is no command \`${argv.join(' ')}\``)
    return 'done'
  }
  const { help, ...options } = parseOptions(command, argv.slice(name.split(' ').length))
  if (help !== undefined) {
    print(`node server/main.ts ${name}: ${command.summary}\n\n${command.usage}`)
    return 'done'
  }
  if (existsSync('.env')) process.loadEnvFile('.env')
  return command.run({ options, env: withoutBlanks(process.env), life, print })
}

function parseOptions(command: Command, args: string[]): Record<string, string | undefined> {
  try {
    const { values } = parseArgs({ args, options: { ...command.options, help: { type: 'boolean' } } })
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${command.usage}`)
  }
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(22)}${summary}`)
  return `node server/main.ts <command> [options]\n\n${lines.join('\n')}\n\nEach command explains itself with --help.`
}

function withoutBlanks(env: Env): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
}
