import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newDatabase } from '../support/postgres.ts'
import { call, certified, logInAs, newPerson, startUserApp, type UserApp } from '../support/user-app.ts'

const NO_MAIL = 'smtp://127.0.0.1:9'
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

let app: UserApp
/** Another process on the same database. */
let neighbour: UserApp
let database: Awaited<ReturnType<typeof newDatabase>>

beforeAll(async () => {
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: NO_MAIL })
  neighbour = await startUserApp({ url: database.url, smtpUrl: NO_MAIL })
})

afterAll(async () => {
  await app.stop()
  await neighbour.stop()
  await database.drop()
})

const me = (where: UserApp, access: string) =>
  call(where, 'GET', '/probe/me', { headers: { authorization: `Bearer ${access}` } })

async function reissue(refresh: string, where: UserApp = app) {
  const answer = await call(where, 'POST', '/reissue', { cookies: { refreshToken: refresh } })
  return {
    status: answer.status,
    code: answer.body.code,
    access: answer.cookies['accessToken']?.value ?? '',
    refresh: answer.cookies['refreshToken']?.value ?? '',
  }
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 5_000; Date.now() < end;) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not come true within 5 s')
}

test('the last administrator keeps the role, also when all are demoted at the same time', async () => {
  const admins = [await certified(app, 'ADMIN'), await certified(app, 'ADMIN'), await certified(app, 'ADMIN')]
  const tokens = await Promise.all(admins.map((admin) => logInAs(app, admin)))
  const demote = (by: number, whom: number) =>
    call(app, 'PUT', `/${admins[whom]?.userId}/role`, {
      body: { role: 'SELLER' },
      headers: { authorization: `Bearer ${tokens[by]?.access}` },
    })
  const answers = await Promise.all([demote(0, 1), demote(1, 2), demote(2, 0)])
  const roles = await Promise.all(
    admins
      .map(async (admin) => (await logInAs(app, admin)).access)
      .map(async (access) => (await me(app, await access)).body['role']),
  )
  expect(roles.filter((role) => role === 'ADMIN').length).toBeGreaterThanOrEqual(1)
  const left = roles.indexOf('ADMIN')
  expect(answers.some(({ status }) => status === 200)).toBe(true)
  const last = await logInAs(app, admins[left] ?? newPerson())
  for (const [index, role] of roles.entries()) {
    if (role !== 'ADMIN' || index === left) continue
    await call(app, 'PUT', `/${admins[index]?.userId}/role`, {
      body: { role: 'SELLER' },
      headers: { authorization: `Bearer ${last.access}` },
    })
  }
  const refused = await call(app, 'PUT', `/${admins[left]?.userId}/role`, {
    body: { role: 'SELLER' },
    headers: { authorization: `Bearer ${last.access}` },
  })
  expect(refused).toMatchObject({ status: 409, body: { code: 'LAST_ADMIN' } })
})

describe('reissue', () => {
  test('7.A.2: a live refresh token gets new tokens and is spent (only a blacklisted one did)', async () => {
    const first = await logInAs(app, await certified(app))
    const second = await reissue(first.refresh)
    expect(second.status).toBe(204)
    expect(second.refresh).not.toBe(first.refresh)
    expect((await me(app, second.access)).status).toBe(200)
    expect((await reissue(second.refresh)).status).toBe(204)
  })

  test('a spent token that comes back ends the login: whoever goes on with it, nobody can', async () => {
    const first = await logInAs(app, await certified(app))
    const second = await reissue(first.refresh)
    const third = await reissue(second.refresh)
    expect((await reissue(first.refresh)).code).toBe('INVALID_JWT')
    expect((await reissue(third.refresh)).code).toBe('INVALID_JWT')
    for (const { access } of [first, second, third])
      expect((await me(app, access)).body.code).toBe('INVALID_JWT')
    await eventually(async () => (await me(neighbour, third.access)).status === 401)
  })

  test('an answer that was lost, or a second tab, does not end the login', async () => {
    const first = await logInAs(app, await certified(app))
    const [one, other] = await Promise.all([reissue(first.refresh), reissue(first.refresh, neighbour)])
    expect([one.status, other.status]).toEqual([204, 204])
    const next = await reissue(one.refresh)
    expect(next.status).toBe(204)
    // The other was passed over: using it now means that two go on with one login.
    expect((await reissue(other.refresh)).code).toBe('INVALID_JWT')
    expect((await reissue(next.refresh)).code).toBe('INVALID_JWT')
  })

  test('the grace is three tokens wide and ten seconds long', async () => {
    const first = await logInAs(app, await certified(app))
    const many = await Promise.all(Array.from({ length: 8 }, () => reissue(first.refresh)))
    expect(many.filter(({ status }) => status === 204)).toHaveLength(3)
    const second = await logInAs(app, await certified(app))
    const kept = await reissue(second.refresh)
    app.wait(11_000)
    expect((await reissue(second.refresh)).code).toBe('INVALID_JWT')
    expect((await reissue(kept.refresh)).code).toBe('INVALID_JWT')
  })

  test('what is missing, forged, or expired is refused with its own code', async () => {
    expect((await call(app, 'POST', '/reissue')).body.code).toBe('UNAUTHENTICATED')
    expect((await reissue('forged-forged-forged')).code).toBe('INVALID_JWT')
    expect((await reissue('x'.repeat(3_000))).code).toBe('UNAUTHENTICATED')
    const late = await logInAs(app, await certified(app))
    app.wait(DAY_MS + 1_000)
    expect((await reissue(late.refresh)).code).toBe('EXPIRED_JWT')
  })

  test('a login that is always reissued ends after 30 days', async () => {
    let tokens: { refresh: string; code?: string | undefined } = await logInAs(app, await certified(app))
    let days = 0
    for (; tokens.refresh !== '' && days < 40; days++) {
      app.wait(DAY_MS - MINUTE_MS)
      tokens = await reissue(tokens.refresh)
    }
    expect(days).toBe(31)
    expect(tokens.code).toBe('EXPIRED_JWT')
  })
})

describe('refused access tokens', () => {
  test('an access token lives 15 minutes', async () => {
    const { access } = await logInAs(app, await certified(app))
    app.wait(14 * MINUTE_MS)
    expect((await me(app, access)).status).toBe(200)
    app.wait(MINUTE_MS)
    expect((await me(app, access)).body.code).toBe('EXPIRED_JWT')
  })

  test('7.A.14: logout refuses them at once, here and in every other process, and after a restart', async () => {
    const { access, refresh } = await logInAs(neighbour, await certified(neighbour))
    expect((await me(neighbour, access)).status).toBe(200)
    const out = await call(neighbour, 'POST', '/logout', {
      cookies: { accessToken: access, refreshToken: refresh },
    })
    expect(out.status).toBe(204)
    expect((await me(neighbour, access)).body.code).toBe('INVALID_JWT')
    const restarted = await startUserApp({ url: database.url, smtpUrl: NO_MAIL })
    try {
      expect((await me(restarted, access)).body.code).toBe('INVALID_JWT')
      const other = await logInAs(neighbour, await certified(neighbour))
      await call(neighbour, 'POST', '/logout', { headers: { authorization: `Bearer ${other.access}` } })
      await eventually(async () => (await me(restarted, other.access)).status === 401)
    } finally {
      await restarted.stop()
    }
  })

  test('one logout leaves the other logins of the person alone', async () => {
    const person = await certified(neighbour)
    const [phone, laptop] = [await logInAs(neighbour, person), await logInAs(neighbour, person)]
    await call(neighbour, 'POST', '/logout', { cookies: { refreshToken: phone.refresh } })
    expect((await me(neighbour, phone.access)).status).toBe(401)
    expect((await me(neighbour, laptop.access)).status).toBe(200)
  })

  test('a denial that was told while the LISTEN connection was away is not missed', async () => {
    const { access } = await logInAs(neighbour, await certified(neighbour))
    const restarted = await startUserApp({ url: database.url, smtpUrl: NO_MAIL })
    try {
      await restarted.database.transaction(async (tx) => {
        await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'hurry-up-order listen'`.execute(
          tx,
        )
      })
      const out = await call(neighbour, 'POST', '/logout', { headers: { authorization: `Bearer ${access}` } })
      expect(out.status).toBe(204)
      await eventually(async () => (await me(restarted, access)).status === 401)
    } finally {
      await restarted.stop()
    }
  })

  test('a token of the command line can be logged out too', async () => {
    const { userId } = await certified(neighbour)
    const access = neighbour.api.issueAccessToken({ userId, role: 'CERTIFIED_USER' }, 3_600)
    expect((await me(neighbour, access)).body).toMatchObject({ userId, role: 'CERTIFIED_USER' })
    await call(neighbour, 'POST', '/logout', { headers: { authorization: `Bearer ${access}` } })
    expect((await me(neighbour, access)).status).toBe(401)
  })
})

describe('accounts made by the command line', () => {
  test('are made once', async () => {
    const person = newPerson()
    const both = await Promise.all(
      [1, 2].map(() => neighbour.api.ensureAccount({ ...person, role: 'SELLER' })),
    )
    expect(both.filter(({ created }) => created)).toHaveLength(1)
    expect(both[0]?.userId).toBe(both[1]?.userId)
    expect((await logInAs(neighbour, person)).access).not.toBe('')
    await expect(
      neighbour.api.ensureAccount({ ...newPerson({ password: 'short' }), role: 'ADMIN' }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT_VALUE' })
  })

  test('10,000 buyers are made within seconds, and used again', async () => {
    const start = performance.now()
    const ids = await neighbour.api.seedBuyers(10_000)
    expect(performance.now() - start).toBeLessThan(15_000)
    expect(new Set(ids).size).toBe(10_000)
    expect(await neighbour.api.seedBuyers(10_050)).toEqual([
      ...ids,
      ...Array<unknown>(50).fill(expect.any(Number)),
    ])
    expect(await neighbour.api.seedBuyers(3)).toEqual(ids.slice(0, 3))
  })
})
