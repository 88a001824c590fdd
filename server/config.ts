// Environment -> typed configuration. The only reader of environment variables; complete, pure, fails naming everything missing.

import { join } from 'node:path'

export interface Config {
  /** `demo` is `npm start`: embedded PostgreSQL, generated secrets, demo people. `production` is `serve`. */
  mode: 'demo' | 'production'
  role: string
  http: {
    host: string
    port: number
    bodyBytesMax: number
    secureCookies: boolean
    publicUrl: string | undefined
    /** The folder of the built web application. */
    webDir: string
    /** Addresses and networks whose X-Forwarded-For is believed. */
    trustedProxies: string[]
    /** How long a process that is to end goes on answering, so that whoever sends it requests notices. */
    drainMs: number
  }
  dataDir: string
  database: { url: string; poolMax: number }
  redis: { url: string | undefined; prefix: string }
  smtpUrl: string | undefined
  mailFrom: string
  log: { level: string }
  limits: { rateFactor: number }
  sale: SaleConfig
  payment: PaymentConfig
  /** How long a shipment stays in a state before it moves on by itself; 0: only by hand. */
  shipment: { readyAfterMs: number; shipAfterMs: number; deliverAfterMs: number; returnAfterMs: number }
  /** Within which delivered goods may be returned: seven days by Korean law. */
  returnWithinSeconds: number
  firstAdmin: { email: string; password: string } | undefined
  secrets: Secrets
}

interface SaleConfig {
  /**
   * Who answers claims: `redis` one gate for all processes, `memory` each process for itself, `none` PostgreSQL alone.
   */
  gate: 'redis' | 'memory' | 'none'
  writerBatchRowsMax: number
  writerQueueRowsMax: number
  claimLeaseMs: number
  parkMsMax: number
  sweepEveryMs: number
  sweepBatchRowsMax: number
}

/** One of the providers of payments: where it is, and who we are there. */
interface ProviderConfig {
  url: string
  clientKey: string
  secretKey: string
  windowUrl: string | undefined
  scriptUrl: string | undefined
}

interface PaymentConfig {
  toss: ProviderConfig | undefined
  nice: ProviderConfig | undefined
  /** One program that stands for both; never where money is real. */
  simulatorUrl: string | undefined
  leaseMs: number
  sessionMs: number
  extendHoldSeconds: number
  breakerOpenMs: number
}

/** Kept apart from the rest so that no log of the configuration can show them. */
interface Secrets {
  tokenSecret: string
  /** Data keys for personal data, newest first: `id:base64(32 bytes)`. */
  piiKeys: { id: string; key: Buffer }[]
}

export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`configuration is not complete:\n${problems.map((p) => `  - ${p}`).join('\n')}`)
    this.problems = problems
  }
}

export type Env = Readonly<Record<string, string | undefined>>

/** Where the providers are, and who we are at the simulator where nothing else is said. */
const PROVIDERS = {
  toss: {
    url: 'https://api.tosspayments.com',
    scriptUrl: 'https://js.tosspayments.com/v2/standard',
    keys: ['test_ck_simulator', 'test_sk_simulator'],
  },
  nice: {
    url: 'https://api.nicepay.co.kr',
    scriptUrl: 'https://pay.nicepay.co.kr/v1/js/',
    keys: ['S2_simulator', 'simulator-secret'],
  },
} as const

const DAY_SECONDS = 86_400
const MONTH_SECONDS = 30 * DAY_SECONDS

const GATES = ['redis', 'memory', 'none'] as const
const REDIS_FORM = /^(rediss?|sentinel|cluster):\/\/\S+$/
const ADDRESS = /^([\da-f.:]+(\/\d{1,3})?|loopback|linklocal|uniquelocal)$/i
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** `env` with blank values taken as not set. Throws ConfigError with every problem at once. */
export function readConfig(mode: Config['mode'], env: Env): Config {
  const problems: string[] = []
  const get = (name: string): string | undefined => env[name]?.trim() || undefined
  const required = (name: string, what: string): string => {
    const value = get(name)
    if (value === undefined) problems.push(`${name} is missing: ${what}`)
    return value ?? ''
  }
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const text = get(name)
    if (text === undefined) return fallback
    const value = Number(text)
    if (Number.isFinite(value) && value >= min && value <= max) return value
    problems.push(`${name} must be a number from ${min} to ${max}`)
    return fallback
  }
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T): T => {
    const text = get(name)
    if (text === undefined) return fallback
    const found = values.find((value) => value === text)
    if (found === undefined) problems.push(`${name} must be one of ${values.join(', ')}`)
    return found ?? fallback
  }

  const tokenSecret = required('TOKEN_SECRET', 'at least 32 characters that sign the access tokens')
  if (tokenSecret !== '' && tokenSecret.length < 32)
    problems.push('TOKEN_SECRET must have at least 32 characters')
  const piiKeys = parsePiiKeys(
    required('PII_KEYS', 'keys for personal data, newest first: id:base64 of 32 bytes, …'),
    problems,
  )
  const adminEmail = get('ADMIN_EMAIL')
  const adminPassword = get('ADMIN_PASSWORD')
  if ((adminEmail === undefined) !== (adminPassword === undefined))
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD go together')

  const redisUrl = get('REDIS_URL')
  if (redisUrl !== undefined && !REDIS_FORM.test(redisUrl))
    problems.push(
      'REDIS_URL must be redis://host:port, rediss://…, sentinel://host:port,…/master or cluster://host:port,…',
    )
  const gate = oneOf('SALE_GATE', GATES, redisUrl === undefined ? 'memory' : 'redis')
  if (gate === 'redis' && redisUrl === undefined) problems.push('SALE_GATE=redis needs REDIS_URL')
  const trustedProxies = (get('TRUSTED_PROXIES') ?? '').split(',').flatMap((part) => part.trim() || [])
  if (!trustedProxies.every((part) => ADDRESS.test(part)))
    problems.push('TRUSTED_PROXIES must be addresses or networks: 10.0.0.0/8, 127.0.0.1')

  const simulatorUrl = get('SIMULATOR_URL')?.replace(/\/+$/, '')
  const provider = (
    name: 'toss' | 'nice',
    given: {
      url: string | undefined
      scriptUrl: string | undefined
      clientKey: string | undefined
      secretKey: string | undefined
    },
  ): ProviderConfig | undefined => {
    const { url, scriptUrl, keys } = PROVIDERS[name]
    const simulated = simulatorUrl === undefined ? undefined : `${simulatorUrl}/${name}`
    if ((given.clientKey === undefined) !== (given.secretKey === undefined))
      problems.push(`${name.toUpperCase()}_CLIENT_KEY and ${name.toUpperCase()}_SECRET_KEY go together`)
    const [clientKey, secretKey] = simulated === undefined ? [given.clientKey, given.secretKey] : keys
    if (clientKey === undefined || secretKey === undefined) return undefined
    return {
      url: given.url ?? simulated ?? url,
      clientKey: given.clientKey ?? clientKey,
      secretKey: given.secretKey ?? secretKey,
      windowUrl: simulated && `${simulated}/window`,
      scriptUrl: simulated === undefined ? (given.scriptUrl ?? scriptUrl) : undefined,
    }
  }

  const config: Config = {
    mode,
    role: get('ROLE') ?? 'all',
    http: {
      host: get('HOST') ?? (mode === 'demo' ? '127.0.0.1' : '0.0.0.0'),
      port: number('PORT', 7070, 0, 65_535),
      bodyBytesMax: 64 * 1024,
      secureCookies: mode === 'production',
      publicUrl: get('PUBLIC_URL'),
      trustedProxies,
      webDir: get('WEB_DIR') ?? join(import.meta.dirname, '..', 'web', 'dist'),
      drainMs: number('DRAIN_SECONDS', mode === 'demo' ? 0 : 1, 0, 5) * 1_000,
    },
    dataDir: get('DATA_DIR') ?? '.data',
    database: {
      url: required('DATABASE_URL', 'postgres://user:password@host:5432/database'),
      poolMax: number('DATABASE_POOL_MAX', 10, 2, 200),
    },
    redis: { url: redisUrl, prefix: get('REDIS_PREFIX') ?? 'hurry' },
    smtpUrl: get('SMTP_URL'),
    mailFrom: get('MAIL_FROM') ?? 'Hurry Up Order <no-reply@hurry-up-order.example>',
    log: { level: oneOf('LOG_LEVEL', LOG_LEVELS, mode === 'demo' ? 'warn' : 'info') },
    limits: { rateFactor: number('RATE_LIMIT_FACTOR', 1, 0.001, 1_000_000) },
    sale: {
      gate,
      writerBatchRowsMax: number('WRITER_BATCH_ROWS_MAX', 500, 1, 2_000),
      writerQueueRowsMax: number('WRITER_QUEUE_ROWS_MAX', 20_000, 1, 1_000_000),
      claimLeaseMs: 9_000,
      parkMsMax: 250,
      sweepEveryMs: 250,
      sweepBatchRowsMax: 1_000,
    },
    payment: {
      toss: provider('toss', {
        url: get('TOSS_URL'),
        scriptUrl: get('TOSS_SCRIPT_URL'),
        clientKey: get('TOSS_CLIENT_KEY'),
        secretKey: get('TOSS_SECRET_KEY'),
      }),
      nice: provider('nice', {
        url: get('NICE_URL'),
        scriptUrl: get('NICE_SCRIPT_URL'),
        clientKey: get('NICE_CLIENT_KEY'),
        secretKey: get('NICE_SECRET_KEY'),
      }),
      simulatorUrl,
      leaseMs: number('PAYMENT_LEASE_SECONDS', 20, 8, 120) * 1_000,
      sessionMs: number('PAYMENT_SESSION_SECONDS', 600, 1, 3_600) * 1_000,
      extendHoldSeconds: 300,
      breakerOpenMs: number('PAYMENT_BREAKER_SECONDS', 10, 0.1, 600) * 1_000,
    },
    shipment: {
      readyAfterMs: number('SHIPMENT_READY_SECONDS', 30 * 60, 0, MONTH_SECONDS) * 1_000,
      shipAfterMs: number('SHIPMENT_SHIP_SECONDS', DAY_SECONDS, 0, MONTH_SECONDS) * 1_000,
      deliverAfterMs: number('SHIPMENT_DELIVER_SECONDS', DAY_SECONDS, 0, MONTH_SECONDS) * 1_000,
      returnAfterMs: number('SHIPMENT_RETURN_SECONDS', DAY_SECONDS, 0, MONTH_SECONDS) * 1_000,
    },
    returnWithinSeconds: number('RETURN_WITHIN_DAYS', 7, 0, 365) * DAY_SECONDS,
    firstAdmin:
      adminEmail !== undefined && adminPassword !== undefined
        ? { email: adminEmail, password: adminPassword }
        : undefined,
    secrets: { tokenSecret, piiKeys },
  }
  if (mode === 'production')
    required('SMTP_URL', 'smtp://user:password@host:587, where verification codes are mailed')
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function parsePiiKeys(text: string, problems: string[]): Secrets['piiKeys'] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    const [id, encoded] = part.trim().split(':')
    const key = Buffer.from(encoded ?? '', 'base64')
    if (id !== undefined && /^[a-z0-9]{1,16}$/.test(id) && key.length === 32) return [{ id, key }]
    problems.push('PII_KEYS: each key is id:base64, the id 1–16 of a–z 0–9, the key 32 bytes')
    return []
  })
}
