// Changing a password, and choosing a new one through a link by mail.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeIn, startInbox, type Inbox, type ReceivedMail } from '../support/inbox.ts'
import { newDatabase } from '../support/postgres.ts'
import {
  call,
  certified,
  logInAs,
  newPerson,
  PUBLIC_URL,
  startUserApp,
  type Answer,
  type Person,
  type UserApp,
} from '../support/user-app.ts'

const MINUTE_MS = 60_000

const statusesOf = (answers: Answer[]): number[] =>
  answers.map(({ status }) => status).sort((one, other) => one - other)

let app: UserApp
/** Another process on the same database, with a fifth of every limit. */
let strict: UserApp
let inbox: Inbox
let database: Awaited<ReturnType<typeof newDatabase>>

beforeAll(async () => {
  inbox = await startInbox()
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl })
  strict = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl, rateFactor: 0.2 })
})

afterAll(async () => {
  await app?.stop()
  await strict?.stop()
  await inbox?.stop()
  await database?.drop()
})

type Member = Person & { userId: number; access: string; refresh: string }

async function member(role: Parameters<typeof certified>[1] = 'CERTIFIED_USER'): Promise<Member> {
  const person = await certified(app, role)
  return { ...person, ...(await logInAs(app, person)) }
}

const bearer = (access: string, language = 'ko'): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${access}`, 'accept-language': language },
})
const me = (access: string): Promise<Answer> => call(app, 'GET', '/probe/me', bearer(access))
let addresses = 0
/** Limits by address are not what is tested here. */
const from = (): { from: string } => ({ from: `10.2.0.${++addresses}` })
const logIn = (email: string, password: string, where = app): Promise<Answer> =>
  call(where, 'POST', '/login', { body: { email, password }, ...from() })
/** For both: a mail may be sent by either. */
const wait = (ms: number): void => {
  app.wait(ms)
  strict.wait(ms)
}
const NEW = 'quiet-harbour-2208'

function change(
  who: Member,
  changes: Record<string, unknown> = {},
  { userId = who.userId, language = 'ko', where = app } = {},
): Promise<Answer> {
  return call(where, 'PUT', `/${userId}/password`, {
    ...bearer(who.access, language),
    body: { originalPassword: who.password, newPassword: NEW, newPassword2: NEW, ...changes },
  })
}

async function auditOf(subjectId: number): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT actor_id, action, before, after FROM platform.audit
     WHERE subject = 'account' AND subject_id = ${subjectId} ORDER BY id`.execute(app.database.db)
  return rows
}

describe('changing the password', () => {
  test('7.D.10: it works, the new password logs in, the old one does not, and logout works after it', async () => {
    const who = await member()
    const answer = await change(who)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      id: who.userId,
      name: who.name,
      email: who.email,
      message: '비밀번호가 변경되었습니다.',
    })
    expect((await logIn(who.email, who.password)).body.code).toBe('BAD_CREDENTIALS')
    expect((await logIn(who.email, NEW)).status).toBe(200)
    expect(await auditOf(who.userId)).toEqual([
      { actorId: who.userId, action: 'PASSWORD', before: null, after: null },
    ])
    expect((await call(app, 'POST', '/logout', bearer(who.access))).status).toBe(204)
    expect((await me(who.access)).status).toBe(401)
  })

  test('7.A.14: every other login ends at once, the own one goes on', async () => {
    const who = await member()
    const others = [await logInAs(app, who), await logInAs(strict, who)]
    expect((await change(who)).status).toBe(200)
    expect((await me(who.access)).status).toBe(200)
    for (const { access, refresh } of others) {
      expect((await me(access)).body.code).toBe('INVALID_JWT')
      expect((await call(app, 'POST', '/reissue', { cookies: { refreshToken: refresh } })).body.code).toBe(
        'INVALID_JWT',
      )
    }
    const mine = await call(app, 'POST', '/reissue', { cookies: { refreshToken: who.refresh } })
    expect(mine.status).toBe(204)
    const { rows } = await sql<{ live: number }>`
      SELECT count(*)::int AS live FROM users.sign_in WHERE account_id = ${who.userId} AND ended_at IS NULL`.execute(
      app.database.db,
    )
    expect(rows).toEqual([{ live: 1 }])
  })

  test('with a token of the command line every login ends', async () => {
    const who = await member()
    const access = app.api.issueAccessToken({ userId: who.userId, role: 'CERTIFIED_USER' }, 600)
    expect((await change({ ...who, access })).status).toBe(200)
    expect((await me(who.access)).status).toBe(401)
    expect((await me(access)).status).toBe(200)
  })

  test('7.A.4: a token of somebody else changes nothing', async () => {
    const [who, other] = [await member(), await member()]
    expect((await change(who, {}, { userId: other.userId })).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await change(await member('ADMIN'), {}, { userId: other.userId })).body.code).toBe(
      'UNAUTHORIZED_ACCESS',
    )
    expect((await logIn(other.email, other.password)).status).toBe(200)
  })

  test('the old password must be right, and the two new ones equal', async () => {
    const who = await member()
    for (const wrong of [{ originalPassword: 'not-the-password' }, { newPassword2: `${NEW}x` }])
      expect(await change(who, wrong)).toMatchObject({ status: 401, body: { code: 'INVALID_PASSWORD' } })
    expect((await change(who, { originalPassword: NEW })).body['message']).toBe(
      '비밀번호가 일치하지 않습니다.',
    )
    const english = await change(who, { newPassword2: 'x' }, { language: 'en' })
    expect(english.body['message']).toBe('The password does not match.')
    expect((await me(who.access)).status).toBe(200)
    expect((await logIn(who.email, who.password)).status).toBe(200)
    expect(await auditOf(who.userId)).toEqual([])
  })

  test.each([
    ['short', '비밀번호는 8~64자여야 합니다.'],
    ['Password123', '너무 쉽게 추측할 수 있는 비밀번호입니다.'],
    [' ', '비밀번호는 필수 입력 대상입니다.'],
  ])('the new one obeys the rules of the sign-up: "%s"', async (newPassword, reason) => {
    const answer = await change(await member(), { newPassword, newPassword2: newPassword })
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
    expect(answer.body.errors?.[0]).toEqual({ field: 'newPassword', value: '', reason })
  })

  test('nor is it the e-mail of the account, in either language', async () => {
    const who = await member()
    const own = who.email.toUpperCase()
    for (const [language, reason] of [
      ['ko', '너무 쉽게 추측할 수 있는 비밀번호입니다.'],
      ['en', 'The password is too easy to guess.'],
    ]) {
      const answer = await change(who, { newPassword: own, newPassword2: own }, { language: language ?? '' })
      expect(answer.body.errors).toEqual([{ field: 'newPassword', value: '', reason }])
    }
  })

  test('bodies that are none, or lack something, are 400 in the words of the shop', async () => {
    const who = await member()
    const answer = await call(app, 'PUT', `/${who.userId}/password`, { ...bearer(who.access), body: {} })
    expect(answer.body.errors?.map(({ field, reason }) => `${field} ${reason}`)).toEqual(
      ['originalPassword', 'newPassword', 'newPassword2'].map(
        (field) => `${field} 비밀번호는 필수 입력 대상입니다.`,
      ),
    )
    for (const body of ['null', '[]', '7'])
      expect(
        (
          await call(app, 'PUT', `/${who.userId}/password`, {
            headers: { ...bearer(who.access).headers, 'content-type': 'application/json' },
            body,
          })
        ).status,
      ).toBe(400)
  })

  test('of changes at the same time one counts', async () => {
    const who = await member()
    const passwords = [1, 2, 3].map((number) => `${NEW}-${number}`)
    const answers = await Promise.all(
      passwords.map((newPassword) => change(who, { newPassword, newPassword2: newPassword })),
    )
    expect(statusesOf(answers)).toEqual([200, 401, 401])
    const winner = passwords[answers.findIndex(({ status }) => status === 200)] ?? ''
    expect((await logIn(who.email, winner)).status).toBe(200)
  })

  test('no login with the old password outlives the change, also one at the same time', async () => {
    const who = await member()
    const [changed, ...logins] = await Promise.all([
      change(who),
      ...Array.from({ length: 6 }, (_, index) =>
        logIn(who.email, who.password, index % 2 === 0 ? app : strict),
      ),
    ])
    expect(changed?.status).toBe(200)
    for (const { cookies } of logins) {
      const { access = '', refresh = '' } = {
        access: cookies['accessToken']?.value,
        refresh: cookies['refreshToken']?.value,
      }
      await expect.poll(async () => (await me(access)).status, { timeout: 5_000 }).toBe(401)
      expect((await call(app, 'POST', '/reissue', { cookies: { refreshToken: refresh } })).status).toBe(401)
    }
  })

  test('guessing is slowed down together with that at the login, without being hashed', async () => {
    const who = await member()
    const guess = (): Promise<Answer> => change(who, { originalPassword: 'a-wrong-guess' }, { where: strict })
    for (let tries = 0; tries < 2; tries++)
      expect((await logIn(who.email, 'a-wrong-guess', strict)).status).toBe(400)
    expect((await guess()).status).toBe(401)
    const refused = await change(who, {}, { where: strict })
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } })
    // The limit of requests would say a minute.
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2)
    expect((await logIn(who.email, who.password, strict)).status).toBe(429)
  })
})

const LINK = new RegExp(`^${PUBLIC_URL}/reset-password#token=([\\w-]{43})$`, 'm')
const tokenIn = (mail: ReceivedMail): string => {
  const token = LINK.exec(mail.text.replaceAll('\r', ''))?.[1]
  if (token === undefined) throw new Error('the mail has no link')
  return token
}
const ask = (email: string, language = 'ko', where = app): Promise<Answer> =>
  call(where, 'POST', '/password-reset', {
    body: { email },
    headers: { 'accept-language': language },
    ...from(),
  })
const reset = (token: string, changes: Record<string, unknown> = {}, language = 'ko'): Promise<Answer> =>
  call(app, 'PUT', '/password-reset', {
    body: { token, newPassword: NEW, newPassword2: NEW, ...changes },
    headers: { 'accept-language': language },
  })

async function linkOf(person: Person, count = 1): Promise<string> {
  expect((await ask(person.email)).status).toBe(202)
  return tokenIn(await inbox.waitFor(person.email, count))
}

describe('a forgotten password', () => {
  test('a link by mail lets one choose another: once, and every login ends', async () => {
    const who = await member()
    const token = await linkOf(who)
    const answer = await reset(token)
    expect(answer).toMatchObject({ status: 200, body: { message: '비밀번호가 변경되었습니다.' } })
    expect((await me(who.access)).body.code).toBe('INVALID_JWT')
    expect((await logIn(who.email, who.password)).status).toBe(400)
    expect((await logIn(who.email, NEW)).status).toBe(200)
    expect(await reset(token)).toMatchObject({ status: 400, body: { code: 'INVALID_RESET_LINK' } })
    expect(await auditOf(who.userId)).toEqual([
      { actorId: 0, action: 'PASSWORD_RESET', before: null, after: null },
    ])
  })

  test.each([
    ['ko', '비밀번호 재설정', '유효하지 않거나 만료된 링크입니다.'],
    ['en', 'Choose a new password', 'The link is not valid, or not any more.'],
  ])('is mailed and answered in %s', async (language, subject, refusal) => {
    const who = await member()
    const asked = await ask(who.email, language)
    const mail = await inbox.waitFor(who.email)
    expect(mail.subject).toBe(subject)
    expect(mail.html).toContain(`href="${PUBLIC_URL}/reset-password#token=${tokenIn(mail)}"`)
    expect((await ask('nobody@shop.example', language)).body).toEqual(asked.body)
    expect((await reset('x'.repeat(43), {}, language)).body['message']).toBe(refusal)
  })

  test('7.A.17: the answer and its time are the same for every address, and unknown ones get no mail', async () => {
    const known = await Promise.all(Array.from({ length: 5 }, () => member()))
    const timed = async (email: string): Promise<{ ms: number; status: number; body: unknown }> => {
      const start = performance.now()
      const { status, body } = await ask(email)
      return { ms: performance.now() - start, status, body }
    }
    const answers: { of: string; ms: number; status: number; body: unknown }[] = []
    for (const [index, { email }] of known.entries()) {
      answers.push({ of: 'known', ...(await timed(email)) })
      answers.push({ of: 'unknown', ...(await timed(`nobody-${index}@shop.example`)) })
    }
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    const median = (of: string): number =>
      answers
        .filter((one) => one.of === of)
        .map(({ ms }) => ms)
        .sort((a, b) => a - b)[2] ?? 0
    expect(Math.abs(median('known') - median('unknown'))).toBeLessThan(60)
    for (const { email } of known) await inbox.waitFor(email)
    expect(inbox.mailsTo('nobody-0@shop.example')).toEqual([])
  })

  test('a new link replaces the old one', async () => {
    const who = await member()
    const first = await linkOf(who)
    wait(1_000)
    const second = await linkOf(who, 2)
    expect((await reset(first)).body.code).toBe('INVALID_RESET_LINK')
    expect((await reset(second)).status).toBe(200)
  })

  test('the link lives 30 minutes', async () => {
    const [early, late] = [await member(), await member()]
    const [one, other] = [await linkOf(early), await linkOf(late)]
    wait(29 * MINUTE_MS)
    expect((await reset(one)).status).toBe(200)
    wait(MINUTE_MS + 1_000)
    expect((await reset(other)).body.code).toBe('INVALID_RESET_LINK')
    expect((await logIn(late.email, late.password)).status).toBe(200)
  })

  test('changing the password takes the link away', async () => {
    const who = await member()
    const token = await linkOf(who)
    const { access } = await logInAs(app, who)
    expect((await change({ ...who, access })).status).toBe(200)
    expect((await reset(token)).body.code).toBe('INVALID_RESET_LINK')
  })

  test('a second mail is not sent within the gap', async () => {
    const who = await member()
    await ask(who.email, 'ko', strict)
    await inbox.waitFor(who.email)
    // The mail is there a moment before its sending is noted.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await ask(who.email, 'ko', strict)).status).toBe(202)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(inbox.mailsTo(who.email)).toHaveLength(1)
  })

  test('what is wrong with the new password leaves the link as it was', async () => {
    const who = await member()
    const token = await linkOf(who)
    expect((await reset(token, { newPassword2: 'another-one-1' })).body.code).toBe('INVALID_PASSWORD')
    for (const newPassword of ['short', 'Password123', who.email])
      expect((await reset(token, { newPassword, newPassword2: newPassword })).body.errors?.[0]?.field).toBe(
        'newPassword',
      )
    expect((await reset(token)).status).toBe(200)
  })

  test('of several who use one link at once, one does', async () => {
    const who = await member()
    const token = await linkOf(who)
    const passwords = [1, 2, 3, 4].map((number) => `${NEW}-${number}`)
    const answers = await Promise.all(
      passwords.map((newPassword) => reset(token, { newPassword, newPassword2: newPassword })),
    )
    expect(statusesOf(answers)).toEqual([200, 400, 400, 400])
    const winner = passwords[answers.findIndex(({ status }) => status === 200)] ?? ''
    expect((await logIn(who.email, winner)).status).toBe(200)
  })

  test('tokens that are none are refused, with their names', async () => {
    for (const token of ['false', 'null', '\u0000', 'x'.repeat(10_000), "' OR 1=1 --"])
      expect((await reset(token)).body.code).toBe('INVALID_RESET_LINK')
    expect((await reset('')).body.errors).toEqual([
      { field: 'token', value: '', reason: '메일의 링크를 열어 주세요.' },
    ])
    const { body } = await call(app, 'PUT', '/password-reset', {
      body: { token: 5, extra: 1 },
      headers: { 'accept-language': 'en' },
    })
    expect(body.errors?.map(({ field }) => field)).toEqual(['token', 'newPassword', 'newPassword2', 'extra'])
    for (const email of ['', 5, null, 'x'.repeat(300)])
      expect((await call(app, 'POST', '/password-reset', { body: { email } })).status).toBe(400)
  })

  test('a used link proves the address: an account that was not verified is', async () => {
    const person = newPerson()
    const { body } = await call(app, 'POST', '', { body: person })
    const userId = body['id'] as number
    const code = codeIn(await inbox.waitFor(person.email))
    const token = await linkOf(person, 2)
    expect((await reset(token)).status).toBe(200)
    expect((await logIn(person.email, NEW)).status).toBe(200)
    expect(await auditOf(userId)).toEqual([
      {
        actorId: 0,
        action: 'PASSWORD_RESET',
        before: { role: 'UNCERTIFIED_USER' },
        after: { role: 'CERTIFIED_USER' },
      },
    ])
    const again = await call(app, 'PUT', `/${userId}/email-verification?userStr=${code}`)
    expect(again.body.code).toBe('INVALID_EMAIL_VERIFICATION')
  })

  test('the link waits while the mail server is away; neither it nor the address is in any row or log line', async () => {
    const who = await member()
    await inbox.goAway()
    expect((await ask(who.email)).status).toBe(202)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const { rows } = await sql<{ row: string }>`
      SELECT t::text AS row FROM pgboss.job t UNION ALL SELECT t::text FROM users.password_reset t`.execute(
      app.database.db,
    )
    await inbox.comeBack()
    const token = tokenIn(await inbox.waitFor(who.email))
    const kept = rows.map(({ row }) => row).join('\n') + app.logged()
    for (const secret of [token, who.email, who.email.toLowerCase()]) expect(kept).not.toContain(secret)
    expect((await reset(token)).status).toBe(200)
  })

  test('it forgives the guesses that were made before', async () => {
    const who = await member()
    for (let tries = 0; tries < 3; tries++) await logIn(who.email, 'a-wrong-guess', strict)
    const { rows } = await sql<{ tries: number }>`SELECT max(tries) AS tries FROM users.log_in_try`.execute(
      app.database.db,
    )
    expect(rows[0]?.tries).toBeGreaterThanOrEqual(3)
    expect((await reset(await linkOf(who))).status).toBe(200)
    expect((await logIn(who.email, NEW)).status).toBe(200)
  })
})
