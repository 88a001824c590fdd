// Limits and denials hold for all processes together: `app` and `neighbour` are two on one database.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkTo } from '../support/database-link.ts'
import { newDatabase } from '../support/postgres.ts'
import {
  call,
  certified,
  logInAs,
  newPerson,
  startUserApp,
  type Answer,
  type UserApp,
} from '../support/user-app.ts'

const NO_MAIL = 'smtp://127.0.0.1:9'
/** A fifth of every limit: 6 logins a minute from one address, 2 free tries at one account. */
const RATE_FACTOR = 0.2

let app: UserApp
let neighbour: UserApp
let database: Awaited<ReturnType<typeof newDatabase>>

const start = (changes: { url?: string; listenUrl?: string } = {}): Promise<UserApp> =>
  startUserApp({ url: database.url, smtpUrl: NO_MAIL, rateFactor: RATE_FACTOR, ...changes })

beforeAll(async () => {
  database = await newDatabase('user limits')
  app = await start()
  neighbour = await start()
})

afterAll(async () => {
  await app.stop()
  await neighbour.stop()
  await database.drop()
})

/** For both processes, and for what the database has counted by its own clock. */
async function passTime(ms: number): Promise<void> {
  app.wait(ms)
  neighbour.wait(ms)
  const { db } = app.database
  await sql`UPDATE users.request_count SET ends_at = ends_at - make_interval(secs => ${ms / 1000})`.execute(
    db,
  )
  await sql`UPDATE users.log_in_try SET tried_at = tried_at - make_interval(secs => ${ms / 1000})`.execute(db)
}

let addresses = 0
const newAddress = (): string => `10.1.${++addresses >> 8}.${addresses & 255}`

const logIn = (where: UserApp, email: string, given: { from?: string; password?: string } = {}) =>
  call(where, 'POST', '/login', {
    from: given.from ?? newAddress(),
    body: { email, password: given.password ?? 'wrong-guess' },
  })

const statuses = (answers: Answer[]): Record<number, number> =>
  Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((status) => [
      status,
      answers.filter((answer) => answer.status === status).length,
    ]),
  )

const waitOf = (refused: Answer): number => Number(refused.headers['retry-after'])

describe('the requests of one address', () => {
  test.each([
    ['POST', '', 6],
    ['POST', '/login', 6],
    ['POST', '/logout', 12],
    ['POST', '/reissue', 12],
    ['POST', '/email-verification/resend', 2],
    ['PUT', '/1/email-verification', 6],
    ['POST', '/password-reset', 2],
    ['PUT', '/password-reset', 6],
  ] as const)('%s %s is limited, whichever process they reach', async (method, path, allowed) => {
    const from = newAddress()
    const ask = (count: number) => call(count % 2 === 0 ? app : neighbour, method, path, { from, body: {} })
    for (let count = 0; count < allowed; count++) expect((await ask(count)).status).not.toBe(429)
    for (let count = 0; count < 4; count++) {
      const refused = await ask(count)
      expect(refused).toMatchObject({
        status: 429,
        body: { code: 'TOO_MANY_REQUESTS', status: 429, errors: [] },
      })
      expect(waitOf(refused)).toBeGreaterThan(50)
      expect(waitOf(refused)).toBeLessThanOrEqual(60)
      expect(refused.headers['content-type']).toContain('application/problem+json')
    }
    expect((await call(app, method, path, { from: newAddress(), body: {} })).status).not.toBe(429)
    await passTime(60_000)
    expect((await ask(0)).status).not.toBe(429)
  })

  test('a burst at two processes lets exactly as many through as the limit says', async () => {
    const from = newAddress()
    const burst = Array.from({ length: 200 }, (_, index) =>
      call(index % 2 === 0 ? app : neighbour, 'POST', '/reissue', { from }),
    )
    expect(statuses(await Promise.all(burst))).toEqual({ 401: 12, 429: 188 })
  })

  test('the network of an IPv6 address is limited as one', async () => {
    for (let count = 0; count < 6; count++)
      expect((await logIn(app, newPerson().email, { from: `2001:db8::${count}` })).status).toBe(400)
    expect((await logIn(neighbour, newPerson().email, { from: '2001:db8::ffff' })).status).toBe(429)
    expect((await logIn(neighbour, newPerson().email, { from: '2001:db8:0:1::1' })).status).toBe(400)
  })

  test('whoever is known to be over the limit is refused without a statement', async () => {
    const from = newAddress()
    const ask = () => call(app, 'POST', '/reissue', { from })
    for (let count = 0; count < 13; count++) await ask()
    const before = await countedInAll()
    for (let count = 0; count < 20; count++) expect((await ask()).status).toBe(429)
    expect(await countedInAll()).toBe(before)
  })

  test('while PostgreSQL is away they are counted in this process, and are no fault', async () => {
    const { url, proxy } = await linkTo(database.url)
    const cutOff = await start({ url })
    try {
      const from = newAddress()
      const ask = () => logIn(cutOff, newPerson().email, { from })
      expect((await ask()).status).toBe(400)
      await proxy.drop()
      const away = []
      for (let count = 0; count < 7; count++) away.push(await ask())
      expect(away.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 429, 429])
      await proxy.pass()
      await passTime(60_000)
      cutOff.wait(60_000)
      expect((await ask()).status).toBe(400)
    } finally {
      await proxy.pass()
      await cutOff.stop()
      await proxy.close()
    }
  })
})

async function countedInAll(): Promise<number> {
  const { rows } = await sql<{ all: number }>`SELECT sum(count)::int AS all FROM users.request_count`.execute(
    app.database.db,
  )
  return rows[0]?.all ?? 0
}

describe('guessing at one account', () => {
  test.each([['known'], ['unknown']])(
    'that is %s is slowed down, from whatever addresses, whichever process is asked, also after a restart',
    async (which) => {
      const { email } = which === 'known' ? await certified(app) : newPerson()
      expect((await logIn(app, email)).status).toBe(400)
      expect((await logIn(neighbour, email)).status).toBe(400)
      for (const [index, seconds] of [2, 4, 8, 16, 32, 60, 60].entries()) {
        const [here, there] = index % 2 === 0 ? [app, neighbour] : [neighbour, app]
        expect((await logIn(here, email)).status).toBe(400)
        for (const where of [here, there, there]) {
          const refused = await logIn(where, email)
          expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } })
          expect(waitOf(refused)).toBeLessThanOrEqual(seconds)
          expect(waitOf(refused)).toBeGreaterThan(seconds / 2 - 1)
        }
        if (index < 6) await passTime(seconds * 1000)
      }
      const restarted = await start()
      expect((await logIn(restarted, email)).status).toBe(429)
      await restarted.stop()
    },
  )

  test('many guesses at once are let in one by one, and the others hold no place where passwords are checked', async () => {
    const { email } = await certified(app)
    const burst = Array.from({ length: 200 }, (_, index) => logIn(index % 2 === 0 ? app : neighbour, email))
    // 503 would say that the queue for password checks was full.
    expect(statuses(await Promise.all(burst))).toEqual({ 400: 3, 429: 197 })
  })

  test('a wait that a process knows of is refused there without a statement', async () => {
    const { email } = newPerson()
    for (let count = 0; count < 3; count++) await logIn(app, email)
    await sql`DELETE FROM users.log_in_try`.execute(app.database.db)
    expect((await logIn(app, email)).status).toBe(429)
    expect((await logIn(neighbour, email)).status).toBe(400)
    await passTime(2_000)
    expect((await logIn(app, email)).status).toBe(400)
  })

  test('the right password forgives, for every process', async () => {
    const { email, password } = await certified(app)
    for (let round = 0; round < 3; round++) {
      expect((await logIn(app, email)).status).toBe(400)
      expect((await logIn(neighbour, email)).status).toBe(400)
      expect((await logIn(neighbour, email, { password })).status).toBe(200)
    }
    expect((await logIn(app, email, { password })).status).toBe(200)
  })

  test('somebody who never stops waits a minute for each guess, and is forgotten after a quarter of an hour', async () => {
    const { email } = newPerson()
    await logIn(app, email)
    await sql`UPDATE users.log_in_try SET tries = 5000`.execute(app.database.db)
    await passTime(61_000)
    expect((await logIn(app, email)).status).toBe(400)
    expect(waitOf(await logIn(app, email))).toBeGreaterThan(50)
    expect(waitOf(await logIn(neighbour, email))).toBeGreaterThan(50)
    await passTime(15 * 60_000)
    const again = []
    for (let count = 0; count < 4; count++) again.push((await logIn(neighbour, email)).status)
    expect(again).toEqual([400, 400, 400, 429])
  })
})

describe('what is kept', () => {
  test('is neither an address nor an e-mail', async () => {
    const { email } = newPerson()
    await logIn(app, email, { from: '203.0.113.77' })
    const { rows } = await sql<{ row: string; key: Buffer }>`
      SELECT t::text AS row, key FROM users.request_count t
      UNION ALL SELECT t::text, key FROM users.log_in_try t`.execute(app.database.db)
    expect(rows.length).toBeGreaterThan(1)
    const kept = rows.map(({ row, key }) => `${row} ${key.toString('latin1')}`).join('\n')
    for (const secret of ['203.0.113.77', email, email.toLowerCase()])
      for (const form of [secret, Buffer.from(secret).toString('hex')]) expect(kept).not.toContain(form)
  })

  test('is deleted by the worker once it means nothing, and not before', async () => {
    await passTime(15 * 60_000 + 1_000)
    const { email } = newPerson()
    await logIn(app, email)
    const worker = await start()
    try {
      await eventually(10_000, async () => {
        const { rows } = await sql<{ left: number }>`
          SELECT (SELECT count(*) FROM users.request_count) + (SELECT count(*) FROM users.log_in_try) AS left`.execute(
          app.database.db,
        )
        return rows[0]?.left === 2
      })
    } finally {
      await worker.stop()
    }
  })
})

describe('a logout at one process', () => {
  const me = (where: UserApp, access: string) =>
    call(where, 'GET', '/probe/me', { headers: { authorization: `Bearer ${access}` } })

  async function logOutAt(where: UserApp): Promise<string> {
    const { access } = await logInAs(where, await certified(where))
    expect((await me(app, access)).status).toBe(200)
    const out = await call(where, 'POST', '/logout', {
      from: newAddress(),
      headers: { authorization: `Bearer ${access}` },
    })
    expect(out.status).toBe(204)
    return access
  }
  const isRefused = (where: UserApp, access: string) => async () => (await me(where, access)).status === 401

  test('refuses the access token at the other within a second', async () => {
    await passTime(60_000)
    const access = await logOutAt(neighbour)
    await eventually(1_000, isRefused(app, access))
  })

  test('also when the LISTEN connections have just been cut', async () => {
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'hurry-up-order listen'`.execute(
      app.database.db,
    )
    const access = await logOutAt(neighbour)
    await eventually(1_000, isRefused(app, access))
  })

  test('also, a heartbeat later, when the LISTEN connection has died without a word', async () => {
    const { url, proxy } = await linkTo(database.url)
    const deaf = await start({ listenUrl: url })
    try {
      await proxy.hang()
      const access = await logOutAt(neighbour)
      expect((await me(deaf, access)).status).toBe(200)
      await proxy.pass()
      await eventually(6_000, isRefused(deaf, access))
      // It has a connection that works again, and not two.
      const next = await logOutAt(neighbour)
      await eventually(1_000, isRefused(deaf, next))
    } finally {
      await deaf.stop()
      await proxy.close()
    }
  })

  test('a process whose LISTEN connection is dead stops all the same', async () => {
    const { url, proxy } = await linkTo(database.url)
    const deaf = await start({ listenUrl: url })
    await proxy.hang()
    const begin = performance.now()
    await deaf.stop()
    expect(performance.now() - begin).toBeLessThan(8_000)
    await proxy.close()
  })
})

async function eventually(msMax: number, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + msMax; Date.now() < end;) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`it did not come true within ${msMax} ms`)
}
