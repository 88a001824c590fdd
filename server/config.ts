// Environment -> typed configuration. The only reader of environment variables; complete, pure, fails naming everything missing.

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
  }
  dataDir: string
  database: { url: string; poolMax: number }
  smtpUrl: string | undefined
  mailFrom: string
  log: { level: string }
  limits: { rateFactor: number }
  sale: SaleConfig
  firstAdmin: { email: string; password: string } | undefined
  secrets: Secrets
}

interface SaleConfig {
  /** `memory`: the gate answers claims in this process. `none`: every claim is decided by PostgreSQL alone. */
  gate: 'memory' | 'none'
  writerBatchRowsMax: number
  writerQueueRowsMax: number
  claimLeaseMs: number
  parkMsMax: number
  sweepEveryMs: number
  sweepBatchRowsMax: number
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

  const config: Config = {
    mode,
    role: get('ROLE') ?? 'all',
    http: {
      host: get('HOST') ?? (mode === 'demo' ? '127.0.0.1' : '0.0.0.0'),
      port: number('PORT', 7070, 0, 65_535),
      bodyBytesMax: 64 * 1024,
      secureCookies: mode === 'production',
      publicUrl: get('PUBLIC_URL'),
    },
    dataDir: get('DATA_DIR') ?? '.data',
    database: {
      url: required('DATABASE_URL', 'postgres://user:password@host:5432/database'),
      poolMax: number('DATABASE_POOL_MAX', 10, 2, 200),
    },
    smtpUrl: get('SMTP_URL'),
    mailFrom: get('MAIL_FROM') ?? 'Hurry Up Order <no-reply@hurry-up-order.example>',
    log: { level: oneOf('LOG_LEVEL', LOG_LEVELS, mode === 'demo' ? 'warn' : 'info') },
    limits: { rateFactor: number('RATE_LIMIT_FACTOR', 1, 0.001, 1_000_000) },
    sale: {
      gate: oneOf('SALE_GATE', ['memory', 'none'], 'memory'),
      writerBatchRowsMax: number('WRITER_BATCH_ROWS_MAX', 500, 1, 2_000),
      writerQueueRowsMax: number('WRITER_QUEUE_ROWS_MAX', 20_000, 1, 1_000_000),
      claimLeaseMs: 15_000,
      parkMsMax: 250,
      sweepEveryMs: 250,
      sweepBatchRowsMax: 1_000,
    },
    firstAdmin:
      adminEmail !== undefined && adminPassword !== undefined
        ? { email: adminEmail, password: adminPassword }
        : undefined,
    secrets: { tokenSecret, piiKeys },
  }
  // The place of the gate that several processes share: until it is there, a setting that would be ignored is refused.
  if (get('REDIS_URL') !== undefined) problems.push('REDIS_URL is not supported yet: leave it out')
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
