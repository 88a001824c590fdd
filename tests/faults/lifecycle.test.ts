// Starting, stopping and being killed, with the real processes.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'
import {
  becomes,
  launch,
  npmStart,
  processesOf,
  serverPid,
  untilReady,
  type DemoProcess,
} from '../support/demo-process.ts'

const END_MS_MAX = 10_000

let parent = ''
let dataDir = ''
let started: DemoProcess[] = []

beforeEach(() => {
  // Only its owner may enter it: as root, PostgreSQL's user could not without help.
  parent = mkdtempSync(join(tmpdir(), 'hurryup-life-'))
  dataDir = join(parent, 'data')
})

afterEach(async () => {
  for (const { child } of started) child.kill('SIGTERM')
  await Promise.all(started.map(({ exited }) => exited))
  started = []
  if (await becomes(() => processesOf(parent).length === 0, END_MS_MAX))
    rmSync(parent, { recursive: true, force: true })
})

function start(env: Record<string, string> = {}, args = ['start']): DemoProcess {
  const demo = launch(args, { DATA_DIR: dataDir, PORT: '0', ...env })
  started.push(demo)
  return demo
}

async function databaseOf(dir: string): Promise<pg.Client> {
  const { databaseUrl } = JSON.parse(readFileSync(join(dir, 'instance.json'), 'utf8')) as {
    databaseUrl: string
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT 1 AS one')
  await client.end()
  return rows.length === 1
}

describe('start', () => {
  it('tells where everything is, refuses a second start, and ends everything on SIGTERM, sent twice', async () => {
    expect(statSync(parent).mode & 0o077).toBe(0)
    const demo = start()
    const address = await untilReady(demo)
    for (const path of ['/readyz', '/reference', '/openapi.json'])
      expect((await fetch(address + path)).status).toBe(200)
    expect(demo.output()).toMatch(/Mail inbox +http:/)
    expect(demo.output()).toContain('60 seconds from now')

    const login = { email: 'buyer1@demo.example', password: 'hurry-buyer1-2026' }
    expect(demo.output()).toContain(login.password)
    const answer = await fetch(`${address}/user-service/api/v1/users/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(login),
    })
    expect(answer.ok).toBe(true)

    const second = start()
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain(`in use by process ${serverPid(dataDir)}`)

    const stopped = performance.now()
    demo.child.kill('SIGTERM')
    demo.child.kill('SIGTERM')
    expect(await demo.exited).toBe(0)
    expect(performance.now() - stopped).toBeLessThan(END_MS_MAX)
    expect(processesOf(parent)).toEqual([])
    expect(await becomes(() => !existsSync(join(dataDir, 'server.lock')), END_MS_MAX)).toBe(true)
  })

  it.each(['POSIX', 'ko_KR.EUC-KR'])('makes a UTF-8 database where the language is %s', async (language) => {
    const demo = start({ LANG: language, LC_ALL: language })
    await untilReady(demo)
    const client = await databaseOf(dataDir)
    const { rows } = await client.query(
      `SELECT datcollate, datctype, pg_encoding_to_char(encoding) AS encoding, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS synchronous_commit
       FROM pg_database WHERE datname = current_database()`,
    )
    await client.end()
    expect(rows).toEqual([
      { datcollate: 'C.UTF-8', datctype: 'C.UTF-8', encoding: 'UTF8', fsync: 'on', synchronous_commit: 'on' },
    ])
  })

  it('starts again after kill -9, with its data, and leaves no PostgreSQL behind meanwhile', async () => {
    const demo = start()
    await untilReady(demo)
    const secrets = readFileSync(join(dataDir, 'secrets.json'), 'utf8')
    process.kill(serverPid(dataDir), 'SIGKILL')
    expect(await demo.exited).toBe(137)
    expect(await becomes(() => processesOf(parent).length === 0, END_MS_MAX)).toBe(true)

    const again = start()
    await untilReady(again)
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(secrets)
    expect(again.output()).toMatch(/item [2-9]/)
  })

  it('starts again at once after kill -9', async () => {
    const demo = start()
    await untilReady(demo)
    process.kill(serverPid(dataDir), 'SIGKILL')
    const again = start()
    expect(await untilReady(again)).toMatch(/^http:/)
  })

  it('ends when its launcher is killed', async () => {
    const demo = start()
    await untilReady(demo)
    demo.child.kill('SIGKILL')
    expect(await becomes(() => processesOf(parent).length === 0, END_MS_MAX)).toBe(true)
    expect(await becomes(() => !existsSync(join(dataDir, 'server.lock')), END_MS_MAX)).toBe(true)
  })

  it('ends on SIGTERM while it is still starting', async () => {
    const demo = start()
    expect(await becomes(() => existsSync(join(dataDir, 'postgres')), 60_000)).toBe(true)
    demo.child.kill('SIGTERM')
    const asked = performance.now()
    await demo.exited
    expect(performance.now() - asked).toBeLessThan(END_MS_MAX)
    expect(await becomes(() => processesOf(parent).length === 0, END_MS_MAX)).toBe(true)
  })

  it('ends with npm on the Ctrl-C of a terminal, which reaches all of them', async () => {
    const demo = npmStart({ DATA_DIR: dataDir, PORT: '0' })
    started.push(demo)
    await untilReady(demo)
    process.kill(-(demo.child.pid ?? 0), 'SIGINT')
    await demo.exited
    expect(await becomes(() => processesOf(parent).length === 0, END_MS_MAX)).toBe(true)
    expect(await becomes(() => !existsSync(join(dataDir, 'server.lock')), END_MS_MAX)).toBe(true)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'ends with npm when npm alone gets %s, also twice',
    async (signal) => {
      const demo = npmStart({ DATA_DIR: dataDir, PORT: '0' })
      started.push(demo)
      await untilReady(demo)
      demo.child.kill(signal)
      demo.child.kill(signal)
      await demo.exited
      expect(await becomes(() => processesOf(parent).length === 0, END_MS_MAX)).toBe(true)
      expect(await becomes(() => !existsSync(join(dataDir, 'server.lock')), END_MS_MAX)).toBe(true)
    },
  )

  it('says which port is taken, and stops what it had started', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as AddressInfo
    const demo = start({ PORT: String(port) })
    expect(await demo.exited).toBe(1)
    expect(demo.output()).toContain(`port ${port} is in use`)
    expect(processesOf(parent)).toEqual([])
    other.close()
  })
})

describe('other commands', () => {
  it('serve lists everything that is missing', async () => {
    const serve = start({}, ['serve'])
    expect(await serve.exited).toBe(1)
    for (const name of ['DATABASE_URL', 'TOKEN_SECRET', 'PII_KEYS', 'SMTP_URL'])
      expect(serve.output()).toContain(`${name} is missing`)
  })

  it('work on the database of the running start, and without one on their own', async () => {
    const demo = start()
    await untilReady(demo)
    const tokens = join(parent, 'tokens')
    const seed = start({ ALLOW_LOAD_SEED: '1' }, ['seed', 'buyers', '--count', '5', '--tokens', tokens])
    expect(await seed.exited).toBe(0)
    expect(readFileSync(tokens, 'utf8').trim().split('\n')).toHaveLength(5)
    demo.child.kill('SIGTERM')
    await demo.exited

    const refused = start({}, ['seed', 'buyers', '--count', '5', '--tokens', tokens])
    expect(await refused.exited).toBe(1)
    const admin = start({ ADMIN_PASSWORD: 'a-long-enough-one' }, [
      'admin',
      'create',
      '--email',
      'new@admin.example',
    ])
    expect(await admin.exited).toBe(0)
    expect(admin.output()).toMatch(/administrator \d+ was made/)
    expect(processesOf(parent)).toEqual([])
  })
})

describe('the embedded PostgreSQL', () => {
  it('replaces one that was left behind', async () => {
    const first = await startEmbeddedPostgres({ dir: dataDir, log: createLog('silent') })
    const second = await startEmbeddedPostgres({ dir: dataDir, log: createLog('silent') })
    await first.exited
    expect(await answers(second.url)).toBe(true)
    await second.stop()
    expect(processesOf(parent)).toEqual([])
  })

  it('is not put off by a half-made cluster, or a pid file whose number others have now', async () => {
    mkdirSync(join(dataDir, 'postgres.new'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres.new', 'half'), '')
    const first = await startEmbeddedPostgres({ dir: dataDir, log: createLog('silent') })
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    const left = readFileSync(pidFile, 'utf8')
    await first.stop('immediate')
    writeFileSync(pidFile, left.replace(/^\d+/, String(process.pid)))
    const second = await startEmbeddedPostgres({ dir: dataDir, log: createLog('silent') })
    expect(await answers(second.url)).toBe(true)
    await second.stop()
  })

  it('reaches its socket from a folder with a long name', async () => {
    const dir = join(parent, `a ${'long'.repeat(30)}, name`)
    const postgres = await startEmbeddedPostgres({ dir, log: createLog('silent') })
    expect(await answers(postgres.url)).toBe(true)
    await postgres.stop()
  })
})
