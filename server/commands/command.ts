// What a command of the command line is.
import type { ParseArgsConfig } from 'node:util'
import type { Env } from '../config.ts'
import type { Lifetime } from '../lifetime.ts'

export interface Command {
  summary: string
  /** The rest of its help. */
  usage: string
  options: NonNullable<ParseArgsConfig['options']>
  /** `running`: it goes on until it is stopped. `done`: what it started can be stopped now. */
  run(context: CommandContext): Promise<'running' | 'done'>
}

export interface CommandContext {
  /** The options given, by name. */
  options: Readonly<Record<string, string | undefined>>
  /** Blank variables are left out. */
  env: Env
  life: Lifetime
  /** Answers, on stdout. */
  print: (text: string) => void
}

/** Said to whoever typed the command as it is, without a stack. */
export class CommandError extends Error {}
