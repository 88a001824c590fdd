// The command line as its users meet it: what it tells of itself, and what it says where something is wrong.
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { startShop, type Shop } from '../support/sale-app.ts'

let shop: Shop
let env: Record<string, string>
beforeAll(async () => {
  shop = await startShop('command-line')
  env = { DATABASE_URL: String(shop.database.options.connectionString), SMTP_URL: 'smtp://127.0.0.1:9' }
})
afterAll(() => shop?.stop())

const COMMANDS = ['start', 'serve', 'migrate', 'seed demo', 'seed buyers', 'admin create']

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
async function logIn(email: string, password: string): Promise<number> {
  const answer = await shop.client.send('POST', '/user-service/api/v1/users/login', {
    body: { email, password },
  })
  return answer.status
}

describe('the command line', () => {
  test('lists its commands where nothing is asked, or help', async () => {
    const asked = [[], ['help'], ['--help']]
    for (const { code, stdout, stderr } of await Promise.all(asked.map((args) => runCommand(args)))) {
      expect([code, stderr]).toEqual([0, ''])
      for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
  })

  test('does not know every command, and lists those there are', async () => {
    const { code, stdout, stderr } = await runCommand(['seed', 'everything'])
    expect([code, stderr]).toEqual([1, 'there is no command `seed everything`\n'])
    for (const name of COMMANDS) expect(stdout).toContain(name)
  })

  test('explains each of them', async () => {
    const helps = COMMANDS.map((name) => runCommand([...name.split(' '), '--help']))
    for (const [i, { code, stdout, stderr }] of (await Promise.all(helps)).entries()) {
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(new RegExp(`^node server/main.ts ${COMMANDS[i]}: .+\n\n.+`))
    }
  })

  test('refuses an option that a command does not have, with what it has', async () => {
    const { code, stdout, stderr } = await runCommand(['serve', '--threads', '4'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('--threads')
    expect(stderr).toContain('--processes N')
    expect(stderr).not.toMatch(/^ +at /m)
  })
})

describe('serve', () => {
  test.each(['0', '65', 'many'])('is not run as %s processes', async (count) => {
    const { code, stderr } = await runCommand(['serve', '--processes', count], env)
    expect([code, stderr]).toEqual([1, '--processes must be a number from 1 to 64\n'])
  })

  test('says that its port is in use, and what to do', async () => {
    const other = createServer()
    const port = await listen(other)
    try {
      const { code, stderr } = await runCommand(['serve'], {
        ...env,
        HOST: '127.0.0.1',
        PORT: String(port),
      })
      expect(code).toBe(1)
      expect(stderr).toContain(`port ${port} is in use: set PORT to another one (0 takes a free one)\n`)
      expect(stderr).not.toMatch(/^ +at /m)
    } finally {
      other.close()
    }
  })

  test('says that its address is none of this machine', async () => {
    // 203.0.113.0/24 is for documentation: no machine has it.
    const { code, stderr } = await runCommand(['serve'], { ...env, HOST: '203.0.113.7', PORT: '0' })
    expect(code).toBe(1)
    expect(stderr).toContain('203.0.113.7 can not be listened on: set HOST to an address of this machine\n')
  })
})

describe('migrate', () => {
  test('prepares an empty database, without which nothing is served', async () => {
    await shop.database.query('CREATE DATABASE command_line_empty TEMPLATE template0')
    const url = new URL(env['DATABASE_URL'] ?? '')
    url.pathname = '/command_line_empty'
    const empty = { ...env, DATABASE_URL: url.href }
    const refused = await runCommand(['serve'], { ...empty, HOST: '127.0.0.1', PORT: '0' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /^the database is not prepared \(\d+ migrations are missing\): run `migrate` first$/m,
    )
    const migrated = await runCommand(['migrate'], empty)
    expect([migrated.code, migrated.stderr]).toEqual([0, ''])
    expect(migrated.stdout).toMatch(/^(applied [a-z]+\/\d{3}_\w+(\.sql)?\n)+$/)
    expect((await runCommand(['migrate'], empty)).stdout).toBe('the schema is the newest already\n')
  })

  test('changes nothing where the schema is the newest', async () => {
    expect(await runCommand(['migrate'], env)).toEqual({
      code: 0,
      stdout: 'the schema is the newest already\n',
      stderr: '',
    })
  })
})

describe('admin create', () => {
  test('asks for what is missing', async () => {
    const [noEmail, noPassword] = await Promise.all([
      runCommand(['admin', 'create'], env),
      runCommand(['admin', 'create', '--email', 'root@shop.example'], env),
    ])
    expect([noEmail.code, noEmail.stderr]).toEqual([1, '--email is missing\n'])
    expect([noPassword.code, noPassword.stderr]).toEqual([
      1,
      'the password is missing: set ADMIN_PASSWORD, or give --password\n',
    ])
  })

  test('makes an administrator who can log in, and leaves one that is there as it is', async () => {
    const args = ['admin', 'create', '--email', 'root@shop.example', '--password', 'first-password-2026']
    const made = await runCommand(args, env)
    expect([made.code, made.stderr]).toEqual([0, ''])
    const id = /^administrator (\d+) was made\n$/.exec(made.stdout)?.[1]
    expect(id).toBeDefined()
    const again = await runCommand([...args.slice(0, -1), 'second-password-2026'], env)
    expect(again).toEqual({
      code: 0,
      stdout: `member ${id} has this e-mail already; nothing was changed\n`,
      stderr: '',
    })
    expect(await logIn('root@shop.example', 'first-password-2026')).toBe(200)
    expect(await logIn('root@shop.example', 'second-password-2026')).toBe(400)
  })
})

describe('seed', () => {
  test('demo makes people and items once, and another sale each time', async () => {
    const [first, again] = [await runCommand(['seed', 'demo'], env), await runCommand(['seed', 'demo'], env)]
    for (const { code, stdout, stderr } of [first, again]) {
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(
        /^accounts: admin@demo\.example, .+\nitem \d+: 100 units, opens at \S+\+09:00\n$/,
      )
    }
    expect(again.stdout).not.toBe(first.stdout)
    expect(await logIn('seller@demo.example', 'hurry-seller-2026')).toBe(200)
    const { body } = await shop.client.send('GET', '/item-service/api/v1/items?size=100')
    const limited = body.content.filter((item: { isReserved: boolean }) => item.isReserved)
    expect([body.totalElements, limited.length]).toEqual([5, 2])
  })

  test('buyers is refused unless it is allowed, and asks for what is missing', async () => {
    const seed = (args: string[], allowed = '1') =>
      runCommand(['seed', 'buyers', ...args], { ...env, ALLOW_LOAD_SEED: allowed })
    const answers = await Promise.all([
      seed(['--count', '1', '--tokens', 'tokens'], ''),
      seed(['--count', '0', '--tokens', 'tokens']),
      seed(['--count', '1000001', '--tokens', 'tokens']),
      seed(['--count', '1']),
      seed(['--count', '1', '--tokens', 'tokens', '--ttl', '4 hours']),
    ])
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1])
    expect(answers.map(({ stderr }) => stderr)).toEqual([
      'refused: set ALLOW_LOAD_SEED=1 where made-up buyers do no harm\n',
      '--count must be 1 to 1000000\n',
      '--count must be 1 to 1000000\n',
      '--tokens FILE is missing\n',
      '4 hours is no time: write 90s, 30m, 4h or 7d\n',
    ])
  })

  test('buyers writes tokens that are good', async () => {
    const file = join(tmpdir(), `hurryup-tokens-${process.pid}`)
    try {
      const { code, stdout } = await runCommand(
        ['seed', 'buyers', '--count', '3', '--tokens', file, '--ttl', '90s'],
        { ...env, ALLOW_LOAD_SEED: '1' },
      )
      expect([code, stdout]).toEqual([0, `3 tokens, good for 90s, are in ${file}\n`])
      const tokens = readFileSync(file, 'utf8').trim().split('\n')
      expect(tokens).toHaveLength(3)
      for (const token of tokens)
        expect((await shop.client.send('GET', '/order-service/api/v1/orders', { token })).status).toBe(200)
    } finally {
      rmSync(file, { force: true })
    }
  })
})
