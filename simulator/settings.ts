// What can be set, what it is when it is not, and how the environment says it.
import type { Clock } from './clock.ts'

export type Provider = 'toss' | 'nice'
export const PROVIDERS = ['toss', 'nice'] as const

export interface Keys {
  clientKey: string
  secretKey: string
}

export interface SimulatorSettings {
  host: string
  /** 0 takes any free port. */
  port: number
  toss: Keys
  nice: Keys
  webhooks: { toss?: string | undefined; nice?: string | undefined }
  /** A journal: with it, a restart keeps the book. */
  bookFile: string | undefined
  clock: Clock | undefined
  /** Undefined: another one at each start. */
  seed: number | undefined
  /** 64 hexadecimal digits: signs payout events. */
  securityKey: string
  /** Of the amount, value added tax included. */
  feeRate: number
  /** From the day of sale to the day of payment. */
  payOutDays: number
  /** What the word `slow` in a name waits. */
  slowTriggerMs: number
}

export const DEFAULTS: SimulatorSettings = {
  host: '127.0.0.1',
  port: 7071,
  toss: { clientKey: 'test_ck_simulator', secretKey: 'test_sk_simulator' },
  nice: { clientKey: 'S2_simulator', secretKey: 'simulator-secret' },
  webhooks: {},
  bookFile: undefined,
  clock: undefined,
  seed: undefined,
  securityKey: '51'.repeat(32),
  feeRate: 0.033,
  payOutDays: 2,
  slowTriggerMs: 3000,
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): SimulatorSettings {
  const text = (name: string, otherwise: string): string => env[name]?.trim() || otherwise
  const port = Number(text('SIMULATOR_PORT', String(DEFAULTS.port)))
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SIMULATOR_PORT is no port')
  return {
    ...DEFAULTS,
    host: text('SIMULATOR_HOST', DEFAULTS.host),
    port,
    toss: {
      clientKey: text('TOSS_CLIENT_KEY', DEFAULTS.toss.clientKey),
      secretKey: text('TOSS_SECRET_KEY', DEFAULTS.toss.secretKey),
    },
    nice: {
      clientKey: text('NICE_CLIENT_KEY', DEFAULTS.nice.clientKey),
      secretKey: text('NICE_SECRET_KEY', DEFAULTS.nice.secretKey),
    },
    webhooks: {
      toss: env['TOSS_WEBHOOK_URL']?.trim() || undefined,
      nice: env['NICE_WEBHOOK_URL']?.trim() || undefined,
    },
    bookFile: env['SIMULATOR_BOOK']?.trim() || undefined,
  }
}
