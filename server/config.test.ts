import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const COMPLETE = {
  DATABASE_URL: 'postgres://localhost/shop',
  TOKEN_SECRET: 'x'.repeat(32),
  PII_KEYS: `k2:${Buffer.alloc(32, 2).toString('base64')},k1:${Buffer.alloc(32, 1).toString('base64')}`,
  SMTP_URL: 'smtp://localhost:587',
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig('production', env)
    return []
  } catch (error) {
    return (error as ConfigError).problems
  }
}

describe('readConfig', () => {
  it('names everything that is missing at once', () => {
    const names = problemsOf({}).map((problem) => problem.split(' ', 1)[0])
    expect(names).toEqual(['TOKEN_SECRET', 'PII_KEYS', 'DATABASE_URL', 'SMTP_URL'])
  })

  it('takes a complete environment, newest key first', () => {
    const config = readConfig('production', COMPLETE)
    expect(config.secrets.piiKeys.map(({ id }) => id)).toEqual(['k2', 'k1'])
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 7070, secureCookies: true })
  })

  it('has windows of real providers opened by their scripts, and those of the simulator by its pages', () => {
    const keys = { TOSS_CLIENT_KEY: 'live_ck', TOSS_SECRET_KEY: 'live_sk' }
    const { toss, nice } = readConfig('production', { ...COMPLETE, ...keys }).payment
    expect([toss?.scriptUrl, toss?.windowUrl]).toEqual(['https://js.tosspayments.com/v2/standard', undefined])
    expect(nice).toBeUndefined()
    const simulated = readConfig('demo', { ...COMPLETE, SIMULATOR_URL: 'http://127.0.0.1:7071/' }).payment
    expect([simulated.nice?.scriptUrl, simulated.nice?.windowUrl]).toEqual([
      undefined,
      'http://127.0.0.1:7071/nice/window',
    ])
  })

  it.each([
    [{ TOKEN_SECRET: 'short' }, 'TOKEN_SECRET'],
    [{ PII_KEYS: 'k1:c2hvcnQ=' }, 'PII_KEYS'],
    [{ PORT: '70707' }, 'PORT'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ RATE_LIMIT_FACTOR: '0' }, 'RATE_LIMIT_FACTOR'],
    [{ ADMIN_EMAIL: 'a@shop.example' }, 'ADMIN_EMAIL'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
  ])('refuses %o', (change, name) => {
    const problems = problemsOf({ ...COMPLETE, ...change })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
  })

  it('shows no secret in its errors', () => {
    expect(problemsOf({ ...COMPLETE, TOKEN_SECRET: 'hush' }).join()).not.toContain('hush')
  })
})
