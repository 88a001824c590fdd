import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { codeIn, startInbox, type Inbox } from '../support/inbox.ts'
import { newDatabase } from '../support/postgres.ts'
import { startSplitUserApp } from '../support/split-user-app.ts'
import {
  call,
  certified,
  logInAs,
  newPerson,
  startUserApp,
  type Call,
  type Person,
  type UserApp,
} from '../support/user-app.ts'

const isSplit = inject('target') === 'split'
const ELSEWHERE_MS_MAX = 1_000

let app: UserApp
let inbox: Inbox
let database: Awaited<ReturnType<typeof newDatabase>>

beforeAll(async () => {
  inbox = await startInbox()
  database = await newDatabase()
  const start = isSplit ? startSplitUserApp : startUserApp
  app = await start({ url: database.url, smtpUrl: inbox.smtpUrl })
})

afterAll(async () => {
  await app?.stop()
  await inbox?.stop()
  await database?.drop()
})

async function signedUp(
  person: Person = newPerson(),
): Promise<{ person: Person; userId: number; code: string }> {
  const answer = await call(app, 'POST', '', { body: person })
  expect(answer.status).toBe(201)
  return { person, userId: answer.body['id'] as number, code: codeIn(await inbox.waitFor(person.email)) }
}

const verify = (userId: number, verificationCode: string) =>
  call(app, 'PUT', `/${userId}/email-verification`, { body: { verificationCode } })

const resend = (email: string) => call(app, 'POST', '/email-verification/resend', { body: { email } })

const setRole = (token: string, userId: number, role: string) =>
  call(app, 'PUT', `/${userId}/role`, { body: { role }, headers: { authorization: `Bearer ${token}` } })

/** A login that has ended is refused at once where it ended, soon at every other process. */
async function expectRefused(given: Call): Promise<void> {
  const code = async (): Promise<unknown> => (await call(app, 'GET', '/probe/me', given)).body.code
  if (isSplit) await expect.poll(code, { timeout: ELSEWHERE_MS_MAX, interval: 10 }).toBe('INVALID_JWT')
  else expect(await code()).toBe('INVALID_JWT')
}

const byNumber = (a: number, b: number): number => a - b
const median = (all: { ms: number }[]): number => all.map(({ ms }) => ms).sort(byNumber)[4] ?? 0

describe('from sign-up to logout', () => {
  test('a person signs up, verifies the e-mail, logs in, reissues and logs out', async () => {
    const { person, userId, code } = await signedUp()
    const early = await call(app, 'POST', '/login', {
      body: { email: person.email, password: person.password },
    })
    expect(early).toMatchObject({ status: 401, body: { code: 'UNCERTIFIED_EMAIL' } })

    const verified = await verify(userId, code)
    expect(verified.status).toBe(200)
    expect(verified.body).toEqual({ status: true, email: person.email, message: '인증에 성공하셨습니다.' })

    const login = await call(app, 'POST', '/login', {
      body: { email: person.email, password: person.password },
    })
    expect(login.status).toBe(200)
    expect(login.body).toEqual({
      id: userId,
      name: person.name,
      email: person.email,
      message: '로그인 성공!',
    })
    const access = login.cookies['accessToken']
    expect(login.headers['authorization']).toBe(`Bearer ${access?.value}`)

    const me = await call(app, 'GET', '/probe/me', { cookies: { accessToken: access?.value ?? '' } })
    expect(me.body).toMatchObject({ userId, role: 'CERTIFIED_USER' })

    const reissued = await call(app, 'POST', '/reissue', {
      cookies: { refreshToken: login.cookies['refreshToken']?.value ?? '' },
    })
    expect(reissued.status).toBe(204)
    const cookies = {
      accessToken: reissued.cookies['accessToken']?.value ?? '',
      refreshToken: reissued.cookies['refreshToken']?.value ?? '',
    }
    expect((await call(app, 'GET', '/probe/me', { cookies })).status).toBe(200)

    const logout = await call(app, 'POST', '/logout', { cookies })
    expect(logout.status).toBe(204)
    expect(logout.cookies['accessToken']).toMatchObject({ value: '', maxAge: 0 })
    expect(logout.cookies['refreshToken']).toMatchObject({ value: '', maxAge: 0 })
    await expectRefused({ cookies })
    await expectRefused({ cookies: { accessToken: access?.value ?? '' } })
    expect((await call(app, 'POST', '/reissue', { cookies })).body.code).toBe('INVALID_JWT')
    expect((await call(app, 'POST', '/logout', { cookies })).status).toBe(204)
    expect((await call(app, 'POST', '/logout')).status).toBe(204)
  })

  test('the mail is a real one, with the code alone on a line of its plain text', async () => {
    const { person, code } = await signedUp()
    const mail = await inbox.waitFor(person.email)
    expect(mail.subject).toBe('이메일 인증')
    expect(mail.html).toContain(code)
    expect(mail.text.split('\n').map((line) => line.trim())).toContain(code)
  })

  test('a program uses the headers of version 2 in place of cookies', async () => {
    const { refresh } = await logInAs(app, await certified(app))
    const answer = await call(app, 'POST', '/reissue', { headers: { 'refresh-token': `Bearer ${refresh}` } })
    expect(answer.status).toBe(204)
    expect(answer.headers['refresh-token']).toBe(`Bearer ${answer.cookies['refreshToken']?.value}`)
    const authorization = String(answer.headers['authorization'])
    expect((await call(app, 'GET', '/probe/me', { headers: { authorization } })).status).toBe(200)
    expect((await call(app, 'POST', '/logout', { headers: { authorization } })).status).toBe(204)
    await expectRefused({ headers: { authorization } })
  })

  test('English speakers are answered and mailed in English', async () => {
    const person = newPerson()
    const headers = { 'accept-language': 'en-GB,en;q=0.9,ko;q=0.8' }
    const { body } = await call(app, 'POST', '', { body: person, headers })
    const mail = await inbox.waitFor(person.email)
    expect(mail.subject).toBe('Verify your e-mail')
    const verified = await call(app, 'PUT', `/${String(body['id'])}/email-verification`, {
      body: { verificationCode: codeIn(mail) },
      headers,
    })
    expect(verified.body['message']).toBe('Your e-mail is verified.')
    const login = await call(app, 'POST', '/login', {
      body: { email: person.email, password: person.password },
      headers,
    })
    expect(login.body['message']).toBe('Logged in!')
  })
})

describe('sign-up', () => {
  test('names everything that is wrong, in Korean, and echoes nothing personal', async () => {
    const answer = await call(app, 'POST', '', {
      body: { email: 'no-mail', password: 'short', name: ' ', phoneNumber: '12345', role: 'ADMIN' },
    })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT_VALUE', message: '입력값을 확인해주세요.' },
    })
    expect(answer.body.errors).toEqual([
      { field: 'email', value: '', reason: '이메일 형식으로 입력해주세요.' },
      { field: 'password', value: '', reason: '비밀번호는 8~64자여야 합니다.' },
      { field: 'name', value: '', reason: '실명은 필수 입력 대상입니다.' },
      { field: 'address', value: '', reason: '주소를 입력해주세요.' },
      {
        field: 'phoneNumber',
        value: '',
        reason: '올바른 전화번호 형식으로 입력해 주세요. (예: 01012345678)',
      },
      { field: 'role', value: '', reason: '알 수 없는 항목입니다.' },
    ])
  })

  test('names everything that is missing, in English', async () => {
    const answer = await call(app, 'POST', '', { body: {}, headers: { 'accept-language': 'en' } })
    expect(answer.body.errors?.map(({ field, reason }) => `${field}: ${reason}`)).toEqual([
      'email: E-mail is required.',
      'password: Password is required.',
      'name: Real name is required.',
      'address: Enter an address.',
      'phoneNumber: Phone number is required.',
    ])
  })

  test.each([
    ['a common one', 'Password123'],
    ['7 characters', 'x-7-y-z'],
    ['65 characters', 'a-'.repeat(33).slice(0, 65)],
    ['the e-mail', 'mirror@shop.example'],
    ['the name before the @', 'mirror-mirror'],
  ])('refuses as password %s', async (_what, password) => {
    const email = password.includes('@') ? password : 'mirror-mirror@shop.example'
    const answer = await call(app, 'POST', '', { body: newPerson({ email, password }) })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['password'])
  })

  test('asks for no composition: 8 Korean characters and 64 emoji are passwords', async () => {
    const korean = newPerson({ password: '비둘기구름바다산' })
    expect((await call(app, 'POST', '', { body: korean })).status).toBe(201)
    expect(
      (await call(app, 'POST', '', { body: newPerson({ password: '🦊'.repeat(63) + 'x' }) })).status,
    ).toBe(201)
  })

  test.each([['null'], ['[]'], ['"text"'], ['17']])('refuses the body %s as input', async (payload) => {
    const answer = await call(app, 'POST', '', {
      body: payload,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
  })

  test('refuses values that are no text', async () => {
    const answer = await call(app, 'POST', '', { body: { ...newPerson(), email: 5, name: { first: 'x' } } })
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['email', 'name'])
  })

  test('7.A.12: an e-mail that is taken answers 409, whatever its case and spaces; then the phone (formats of one phone number)', async () => {
    const first = newPerson()
    expect((await call(app, 'POST', '', { body: first })).status).toBe(201)
    const sameEmail = newPerson({ email: ` ${first.email.toUpperCase()} `, phoneNumber: first.phoneNumber })
    expect((await call(app, 'POST', '', { body: sameEmail })).body.code).toBe('ALREADY_REGISTERED_EMAIL')
    const samePhone = newPerson({ phoneNumber: first.phoneNumber.replaceAll('-', '') })
    expect((await call(app, 'POST', '', { body: samePhone })).body.code).toBe(
      'ALREADY_REGISTERED_PHONE_NUMBER',
    )
  })

  test('of sign-ups at the same time with one e-mail, or one phone, one wins', async () => {
    const { email, phoneNumber } = newPerson()
    const byEmail = await Promise.all(
      Array.from({ length: 8 }, () => call(app, 'POST', '', { body: newPerson({ email }) })),
    )
    expect(byEmail.map(({ status }) => status).sort(byNumber)).toEqual([201, ...Array<number>(7).fill(409)])
    expect(
      byEmail.every(({ status, body }) => status === 201 || body.code === 'ALREADY_REGISTERED_EMAIL'),
    ).toBe(true)
    const byPhone = await Promise.all(
      Array.from({ length: 8 }, () => call(app, 'POST', '', { body: newPerson({ phoneNumber }) })),
    )
    expect(byPhone.map(({ status }) => status).sort(byNumber)).toEqual([201, ...Array<number>(7).fill(409)])
    expect(
      byPhone.every(({ status, body }) => status === 201 || body.code === 'ALREADY_REGISTERED_PHONE_NUMBER'),
    ).toBe(true)
    expect((await inbox.waitFor(email)).to).toHaveLength(1)
  })

  test('7.A.7: answers the plain name and e-mail (ciphertext in answers was an encryption oracle)', async () => {
    const person = newPerson()
    const answer = await call(app, 'POST', '', { body: person })
    expect(answer.body).toEqual({ id: expect.any(Number) as number, name: person.name, email: person.email })
  })
})

describe('verification', () => {
  test.each(['false', '', 'null', 'undefined'])(
    '7.A.1: the code "%s" verifies nobody, before and after the code expired',
    async (code) => {
      const { userId } = await signedUp()
      const query = `/${userId}/email-verification?userStr=${code}`
      expect((await call(app, 'PUT', query)).body.code).toBe('INVALID_EMAIL_VERIFICATION')
      await app.database.transaction(async (tx) => {
        await tx
          .withTables<{ 'users.emailCode': { accountId: number } }>()
          .deleteFrom('users.emailCode')
          .where('accountId', '=', userId)
          .execute()
      })
      expect((await call(app, 'PUT', query)).body.code).toBe('INVALID_EMAIL_VERIFICATION')
    },
  )

  test('the code may come in the query, as in version 1', async () => {
    const { userId, code } = await signedUp()
    expect((await call(app, 'PUT', `/${userId}/email-verification?userStr=${code}`)).status).toBe(200)
  })

  test('a code works once', async () => {
    const { userId, code } = await signedUp()
    const answers = await Promise.all([verify(userId, code), verify(userId, code), verify(userId, code)])
    expect(answers.map(({ status }) => status).sort(byNumber)).toEqual([200, 400, 400])
    expect((await verify(userId, code)).body.code).toBe('INVALID_EMAIL_VERIFICATION')
  })

  test('7.A.15: after 5 wrong tries, made at once, the right code is refused too (no limit of tries)', async () => {
    const { userId, code } = await signedUp()
    const wrong = await Promise.all(
      Array.from({ length: 5 }, (_, index) => verify(userId, `Wrong00${index}`)),
    )
    expect(wrong.every(({ body }) => body.code === 'INVALID_EMAIL_VERIFICATION')).toBe(true)
    expect((await verify(userId, code)).body.code).toBe('INVALID_EMAIL_VERIFICATION')
  })

  test('after 4 wrong tries the right code still works', async () => {
    const { userId, code } = await signedUp()
    for (let index = 0; index < 4; index++) await verify(userId, `Wrong00${index}`)
    expect((await verify(userId, code)).status).toBe(200)
  })

  test('nobody is verified with the code of another person', async () => {
    const [one, other] = await Promise.all([signedUp(), signedUp()])
    expect((await verify(one.userId, other.code)).status).toBe(400)
  })

  test('7.A.15: a login does not touch a pending code (code and refresh token shared one key)', async () => {
    const { person, userId, code } = await signedUp()
    await call(app, 'POST', '/login', { body: { email: person.email, password: person.password } })
    expect((await verify(userId, code)).status).toBe(200)
  })

  test('unknown members and ids that are none', async () => {
    expect((await verify(999_999_999, 'Abcd1234')).body.code).toBe('NOT_FOUND_USER')
    for (const id of ['abc', '0', '-1', '1.5', '9007199254740993', '%20']) {
      const answer = await call(app, 'PUT', `/${id}/email-verification?userStr=Abcd1234`)
      expect(`${id} ${answer.status}`).toBe(`${id} 400`)
    }
  })

  test('7.A.16: sending again says nothing about accounts, and the new code replaces the old', async () => {
    const { person, userId, code } = await signedUp()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const known = await resend(person.email)
    const unknown = await resend('nobody@shop.example')
    expect(known.status).toBe(202)
    expect({ ...unknown.body }).toEqual({ ...known.body })
    const second = codeIn(await inbox.waitFor(person.email, 2))
    expect((await verify(userId, code)).status).toBe(400)
    expect((await verify(userId, second)).status).toBe(200)
    const done = await resend(person.email)
    expect(done.body).toEqual(known.body)
  })
})

describe('login', () => {
  test('7.A.17: an unknown e-mail and a wrong password are one answer, in similar time', async () => {
    const { email } = await certified(app)
    const attempt = async (address: string) => {
      const start = performance.now()
      const answer = await call(app, 'POST', '/login', {
        body: { email: address, password: 'wrong-password-1' },
      })
      const { requestId: _requestId, ...body } = answer.body
      return { ms: performance.now() - start, status: answer.status, body }
    }
    const wrong = []
    const unknown = []
    for (let round = 0; round < 9; round++) {
      wrong.push(await attempt(email))
      unknown.push(await attempt(`nobody${round}@shop.example`))
    }
    expect(unknown[0]?.status).toBe(400)
    expect(unknown[0]?.body).toEqual(wrong[0]?.body)
    expect(wrong[0]?.body['code']).toBe('BAD_CREDENTIALS')
    expect(median(unknown)).toBeGreaterThan(median(wrong) * 0.5)
    expect(median(unknown)).toBeLessThan(median(wrong) * 2)
  })

  test('7.A.13: cookies live as long as their tokens, unreadable for scripts and not sent across sites', async () => {
    const { email, password } = await certified(app)
    const { cookies } = await call(app, 'POST', '/login', { body: { email, password } })
    expect(cookies['accessToken']).toMatchObject({ maxAge: 900, httpOnly: true, sameSite: 'Lax', path: '/' })
    expect(cookies['refreshToken']).toMatchObject({
      maxAge: 86_400,
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
    })
    const secure = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl, secureCookies: true })
    try {
      const answer = await call(secure, 'POST', '/login', { body: { email, password } })
      expect(answer.cookies['accessToken']).toMatchObject({ secure: true })
      expect(answer.cookies['refreshToken']).toMatchObject({ secure: true })
    } finally {
      await secure.stop()
    }
  })

  test('7.A.13: a refresh token is no access token, and the other way round', async () => {
    const { access, refresh } = await logInAs(app, await certified(app))
    expect((await call(app, 'GET', '/probe/me', { cookies: { accessToken: refresh } })).status).toBe(401)
    expect((await call(app, 'POST', '/reissue', { cookies: { refreshToken: access } })).body.code).toBe(
      'INVALID_JWT',
    )
  })

  test('blank fields are named', async () => {
    const answer = await call(app, 'POST', '/login', { body: { email: '', extra: 1 } })
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['email', 'password', 'extra'])
  })

  test('a write from another site is refused before it is looked at', async () => {
    const { email, password } = await certified(app)
    const body = { email, password }
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
      string,
      string
    >[]) {
      for (const path of ['/login', '/logout', '/reissue', '']) {
        expect((await call(app, 'POST', path, { body, headers })).body.code).toBe('CROSS_SITE_REQUEST')
      }
    }
  })
})

describe('roles', () => {
  test('an administrator makes a seller: old access tokens are refused at once, a reissue gives the new role', async () => {
    const admin = await logInAs(app, await certified(app, 'ADMIN'))
    const member = await certified(app)
    const tokens = await logInAs(app, member)
    const before = await call(app, 'GET', '/probe/sellers', {
      headers: { authorization: `Bearer ${tokens.access}` },
    })
    expect(before.body.code).toBe('UNAUTHORIZED_ACCESS')

    const changed = await setRole(admin.access, member.userId, 'SELLER')
    expect(changed).toMatchObject({ status: 200, body: { id: member.userId, role: 'SELLER' } })
    await expectRefused({ headers: { authorization: `Bearer ${tokens.access}` } })
    const reissued = await call(app, 'POST', '/reissue', { cookies: { refreshToken: tokens.refresh } })
    const now = await call(app, 'GET', '/probe/sellers', {
      headers: { authorization: String(reissued.headers['authorization']) },
    })
    expect(now.status).toBe(200)
  })

  test('only administrators change roles, and only to roles that are given', async () => {
    const member = await certified(app)
    const { access } = await logInAs(app, member)
    expect((await setRole(access, member.userId, 'ADMIN')).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await call(app, 'PUT', `/${member.userId}/role`, { body: { role: 'ADMIN' } })).body.code).toBe(
      'UNAUTHENTICATED',
    )
    const admin = await logInAs(app, await certified(app, 'ADMIN'))
    expect((await setRole(admin.access, member.userId, 'UNCERTIFIED_USER')).body.code).toBe(
      'INVALID_INPUT_VALUE',
    )
    expect((await setRole(admin.access, 999_999_999, 'SELLER')).body.code).toBe('NOT_FOUND_USER')
  })
})
