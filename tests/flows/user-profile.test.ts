// What a person sees and changes of their account, and what administrators see of people.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../support/buyers.ts'
import { newDatabase } from '../support/postgres.ts'
import {
  call,
  certified,
  logInAs,
  newPerson,
  startUserApp,
  type Answer,
  type Person,
  type UserApp,
} from '../support/user-app.ts'

const NO_MAIL = 'smtp://127.0.0.1:9'
const INTERNAL = '/user-service/api/v1/internal'
const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/

const statusesOf = (answers: Answer[]): number[] =>
  answers.map(({ status }) => status).sort((one, other) => one - other)

let app: UserApp
let database: Awaited<ReturnType<typeof newDatabase>>
let admin: Member

beforeAll(async () => {
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: NO_MAIL })
  admin = await member('ADMIN')
})

afterAll(async () => {
  await app?.stop()
  await database?.drop()
})

type Member = Person & { userId: number; access: string }

async function member(role: Parameters<typeof certified>[1] = 'CERTIFIED_USER'): Promise<Member> {
  const person = await certified(app, role)
  return { ...person, access: (await logInAs(app, person)).access }
}

const as = ({ access }: { access: string }, language = 'ko'): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${access}`, 'accept-language': language },
})
const read = (who: Member, userId: number): Promise<Answer> => call(app, 'GET', `/${userId}`, as(who))
const edit = (who: Member, body: unknown, userId = who.userId, language = 'ko'): Promise<Answer> =>
  call(app, 'PUT', `/${userId}/info`, { ...as(who, language), body })

async function auditOf(subjectId: number): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT actor_id, action, before, after, reason FROM platform.audit
     WHERE subject = 'account' AND subject_id = ${subjectId} ORDER BY id`.execute(app.database.db)
  return rows
}

describe('seeing a member', () => {
  test('7.F: oneself, in plain text (the original answered ciphertext)', async () => {
    const me = await member()
    const answer = await read(me, me.userId)
    expect(answer.status).toBe(200)
    const { name, email, address, phoneNumber } = me
    const told = { id: me.userId, name, email, address, phoneNumber }
    expect(answer.body).toEqual({ ...told, role: 'CERTIFIED_USER', emailVerified: true })
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('7.A.3: nobody is seen without a token, and nobody else with one of one’s own', async () => {
    const [me, other] = [await member(), await member()]
    expect((await call(app, 'GET', `/${me.userId}`)).body.code).toBe('UNAUTHENTICATED')
    expect((await read(me, other.userId)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await read(me, 999_999_999)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await read(await member('SELLER'), other.userId)).body.code).toBe('UNAUTHORIZED_ACCESS')
  })

  test('7.A.3: no trick with the path opens a guarded route', async () => {
    const { userId } = await member()
    const address = await app.http.listen({ port: 0, host: '127.0.0.1' })
    const client = createClient(address)
    const users = '/user-service/api/v1/users'
    const paths = [
      `${users}/${userId}`,
      `${users};/${userId}`,
      `${users};x=1/${userId}`,
      `${users}/${userId};x=/login`,
      `${users}/login/../${userId}`,
      `${users}/login/..%2f${userId}`,
      `${users}/login%2f..%2f${userId}`,
      `${users}/.%2e/users/${userId}`,
      `${users}%2f${userId}`,
      `${users}//${userId}`,
      `//user-service/api/v1/users/${userId}`,
      `/./user-service/api/v1/users/${userId}`,
      `/%75ser-service/api/v1/users/${userId}`,
      `/USER-SERVICE/api/v1/users/${userId}`,
      `${users}/${userId}/`,
      `${users}/%3${String(userId).charAt(0)}${String(userId).slice(1)}`,
      `${INTERNAL}/users?email=x&path=${users}`,
      `${INTERNAL};${users}/users?email=x`,
      `${users}/../internal/users?email=x`,
      `${users}/..%2finternal/users?email=x`,
      `${users}/%2e%2e/internal/audit`,
      `${INTERNAL}/audit#${users}`,
      `/probe/me?${users}`,
      `/probe/me;${users}`,
      `${users}/../../../../probe/me`,
      `/item-service/errorful/..;${users}/${userId}`,
    ]
    try {
      for (const path of paths) {
        for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
          const { status } = await client.send(method, path)
          // 400 by Node's parser, 405 never: nothing is said of what is there.
          expect(`${method} ${path} ${[400, 401, 404].includes(status) ? 'refused' : status}`).toBe(
            `${method} ${path} refused`,
          )
        }
      }
    } finally {
      client.close()
    }
  })

  test('an administrator sees everybody, and is told where there is nobody', async () => {
    const other = await member('SELLER')
    expect((await read(admin, other.userId)).body).toMatchObject({ id: other.userId, role: 'SELLER' })
    expect((await read(admin, 999_999_999)).body.code).toBe('NOT_FOUND_USER')
    const unverified = newPerson()
    const { body } = await call(app, 'POST', '', { body: unverified })
    expect((await read(admin, body['id'] as number)).body).toMatchObject({
      role: 'UNCERTIFIED_USER',
      emailVerified: false,
    })
  })

  test('ids that are none are refused', async () => {
    for (const id of ['abc', '0', '-1', '9007199254740993', '1.5', '%00', '1%00', 'x'.repeat(300)]) {
      const { status } = await call(app, 'GET', `/${id}`, as(admin))
      expect(`${id} ${[400, 404].includes(status)}`).toBe(`${id} true`)
    }
  })
})

describe('changing address and phone number', () => {
  test('7.F: is answered in plain text, is there afterwards, and its trail names no values', async () => {
    const me = await member()
    const answer = await edit(me, { address: '  부산광역시 해운대구 우동 1 ', phoneNumber: '010-8888-0001' })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body).toEqual({
      id: me.userId,
      address: '부산광역시 해운대구 우동 1',
      phoneNumber: '010-8888-0001',
    })
    expect((await read(me, me.userId)).body).toMatchObject({ ...answer.body, name: me.name })
    expect(await auditOf(me.userId)).toEqual([
      { actorId: me.userId, action: 'PROFILE', before: null, after: null, reason: null },
    ])
  })

  test('7.A.4: a token of somebody else edits nothing (the check of the original was inverted)', async () => {
    const [me, other] = [await member(), await member()]
    const body = { address: '어딘가', phoneNumber: '010-8888-0002' }
    expect((await edit(me, body, other.userId)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await edit(admin, body, other.userId)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await call(app, 'PUT', `/${other.userId}/info`, { body })).body.code).toBe('UNAUTHENTICATED')
    expect((await read(other, other.userId)).body).toMatchObject({ address: other.address })
    expect((await edit(me, body)).status).toBe(200)
  })

  test('7.A.12: the phone number of somebody else is taken, in whatever form; one’s own may change its form', async () => {
    const [me, other] = [await member(), await member()]
    const taken = await edit(me, {
      address: me.address,
      phoneNumber: ` ${other.phoneNumber.replaceAll('-', '')} `,
    })
    expect(taken).toMatchObject({ status: 409, body: { code: 'ALREADY_REGISTERED_PHONE_NUMBER' } })
    const own = me.phoneNumber.replaceAll('-', '.')
    expect((await edit(me, { address: me.address, phoneNumber: own })).body).toMatchObject({
      phoneNumber: own,
    })
    // The old number is free for somebody else once it was given up.
    await edit(me, { address: me.address, phoneNumber: '010-8888-0003' })
    expect((await edit(other, { address: 'x', phoneNumber: me.phoneNumber })).status).toBe(200)
  })

  test('7.E: of many who take one phone number at once, one gets it', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => member()))
    const answers = await Promise.all(
      people.map((one) => edit(one, { address: one.address, phoneNumber: '010-8888-0004' })),
    )
    expect(statusesOf(answers)).toEqual([200, 409, 409, 409, 409, 409])
  })

  test('7.A.12: a new value is sealed with a new nonce each time', async () => {
    const me = await member()
    const sealed = async (): Promise<string> => {
      await edit(me, { address: '같은 주소', phoneNumber: me.phoneNumber })
      const { rows } = await sql<{ both: string }>`
        SELECT encode(address, 'hex') || encode(phone, 'hex') AS both FROM users.account WHERE id = ${me.userId}`.execute(
        app.database.db,
      )
      return rows[0]?.both ?? ''
    }
    expect(await sealed()).not.toBe(await sealed())
  })

  test.each([
    [
      'ko',
      [
        '주소를 입력해주세요.',
        '올바른 전화번호 형식으로 입력해 주세요. (예: 01012345678)',
        '알 수 없는 항목입니다.',
      ],
    ],
    ['en', ['Enter an address.', 'Enter a valid phone number (e.g. 01012345678).', 'Unknown field.']],
  ])('what is wrong is said in the words of the shop: %s', async (language, reasons) => {
    const me = await member()
    const answer = await edit(
      me,
      { address: ' ', phoneNumber: '12', email: 'x@y.example' },
      me.userId,
      language,
    )
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
    expect(answer.body.errors).toEqual(
      ['address', 'phoneNumber', 'email'].map((field, index) => ({
        field,
        value: '',
        reason: reasons[index],
      })),
    )
  })

  test('bodies that are none, too long or of other types are 400', async () => {
    const me = await member()
    for (const body of ['null', '[]', '5', '{}', '{"address":5,"phoneNumber":[]}']) {
      const { headers } = as(me)
      const answer = await call(app, 'PUT', `/${me.userId}/info`, {
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      })
      expect(`${body} ${answer.status}`).toBe(`${body} 400`)
    }
    expect((await edit(me, { address: '가'.repeat(301), phoneNumber: me.phoneNumber })).status).toBe(400)
    expect((await edit(me, { address: '가'.repeat(300), phoneNumber: me.phoneNumber })).status).toBe(200)
    expect((await edit(me, { address: 'nul\u0000l', phoneNumber: me.phoneNumber })).status).toBe(400)
  })
})

describe('the export', () => {
  test('has everything, as a file that nobody on the way keeps', async () => {
    const me = await member()
    await edit(me, { address: me.address, phoneNumber: me.phoneNumber })
    await call(app, 'PUT', `/${me.userId}/role`, { ...as(admin), body: { role: 'SELLER' } })
    const again = await logInAs(app, me)
    const answer = await call(app, 'GET', `/${me.userId}/export`, as(again))
    expect(answer.status).toBe(200)
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="hurry-up-order-${me.userId}.json"`,
    )
    expect(answer.headers['cache-control']).toBe('no-store')
    const instant = expect.stringMatching(SEOUL) as string
    const { name, email, address, phoneNumber } = me
    expect(answer.body['profile']).toEqual({
      id: me.userId,
      name,
      email,
      address,
      phoneNumber,
      role: 'SELLER',
      emailVerifiedAt: instant,
      createdAt: instant,
      updatedAt: instant,
    })
    expect(answer.body['signIns']).toEqual(
      [1, 2].map(() => ({ startedAt: instant, expiresAt: instant, endedAt: null })),
    )
    expect(answer.body['audit']).toMatchObject([
      {
        actorId: admin.userId,
        action: 'ROLE',
        before: { role: 'CERTIFIED_USER' },
        after: { role: 'SELLER' },
      },
      { actorId: me.userId, action: 'PROFILE', before: null, after: null, at: instant },
    ])
    expect(JSON.stringify(answer.body)).not.toContain('argon2')
  })

  test('is for oneself and administrators, whose exports are audited', async () => {
    const [me, other] = [await member(), await member()]
    const path = `/${other.userId}/export`
    expect((await call(app, 'GET', path, as(me))).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await call(app, 'GET', path)).body.code).toBe('UNAUTHENTICATED')
    expect((await call(app, 'GET', path, as(other))).status).toBe(200)
    expect(await auditOf(other.userId)).toEqual([])
    expect((await call(app, 'GET', path, as(admin))).body['profile']).toMatchObject({ email: other.email })
    expect(await auditOf(other.userId)).toMatchObject([{ actorId: admin.userId, action: 'EXPORT' }])
    expect((await call(app, 'GET', '/999999999/export', as(admin))).body.code).toBe('NOT_FOUND_USER')
  })
})

describe('finding a member by e-mail', () => {
  const find = (who: Member, email: string): Promise<Answer> =>
    call(app, 'GET', `${INTERNAL}/users?email=${encodeURIComponent(email)}`, as(who))

  test('7.A.7: is for administrators, never shows a password, and is audited without the e-mail', async () => {
    const other = await member('SELLER')
    const answer = await find(admin, ` ${other.email.toUpperCase()}`)
    const instant = expect.stringMatching(SEOUL) as string
    const { name, email, address, phoneNumber } = other
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      id: other.userId,
      name,
      email,
      address,
      phoneNumber,
      role: 'SELLER',
      emailVerifiedAt: instant,
      createdAt: instant,
      updatedAt: instant,
    })
    expect(await auditOf(other.userId)).toEqual([
      { actorId: admin.userId, action: 'LOOK_UP', before: null, after: null, reason: null },
    ])
    for (const who of [other, await member()])
      expect((await find(who, other.email)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await call(app, 'GET', `${INTERNAL}/users?email=${other.email}`)).body.code).toBe(
      'UNAUTHENTICATED',
    )
  })

  test('7.A.7: a ciphertext finds nobody', async () => {
    const other = await member()
    const { rows } = await sql<{ hex: string }>`
      SELECT encode(email_index, 'hex') AS hex FROM users.account WHERE id = ${other.userId}`.execute(
      app.database.db,
    )
    expect((await find(admin, rows[0]?.hex ?? '')).body.code).toBe('NOT_FOUND_USER')
    expect((await find(admin, 'nobody@shop.example')).body.code).toBe('NOT_FOUND_USER')
  })

  test('without an e-mail, or with one that is too long, it is 400 and shows nothing of it', async () => {
    for (const query of ['', '?email=', `?email=${'x'.repeat(300)}`, '?email=a&email=b', '?email=a&x=1']) {
      const answer = await call(app, 'GET', `${INTERNAL}/users${query}`, as(admin))
      expect(`${query} ${answer.status}`).toBe(`${query} 400`)
      expect(answer.body.errors?.map(({ value }) => value).filter((value) => value.includes('xxx'))).toEqual(
        [],
      )
    }
  })
})

describe('the audit trail', () => {
  const list = (query = '', who = admin): Promise<Answer> =>
    call(app, 'GET', `${INTERNAL}/audit${query}`, as(who))

  test('is read by administrators page by page, newest first, by subject or actor', async () => {
    const me = await member()
    for (let count = 0; count < 5; count++)
      await edit(me, { address: `${count}`, phoneNumber: me.phoneNumber })
    const about = `?subject=account&subjectId=${me.userId}&limit=2`
    const seen: number[] = []
    let next: string | null = ''
    for (let pages = 0; next !== null; pages++) {
      expect(pages).toBeLessThan(4)
      const { status, body } = await list(`${about}${next === '' ? '' : `&cursor=${next}`}`)
      expect(status).toBe(200)
      const content = body['content'] as Record<string, unknown>[]
      expect(content.length).toBeLessThanOrEqual(2)
      for (const entry of content)
        expect(entry).toEqual({
          id: expect.any(Number) as number,
          at: expect.stringMatching(SEOUL) as string,
          actorId: me.userId,
          subject: 'account',
          subjectId: me.userId,
          action: 'PROFILE',
          before: null,
          after: null,
          reason: null,
        })
      seen.push(...content.map(({ id }) => id as number))
      next = body['next'] as string | null
    }
    expect(seen).toHaveLength(5)
    expect(seen).toEqual(seen.toSorted((one, other) => other - one))
    expect((await list(`?actorId=${me.userId}`)).body['content']).toHaveLength(5)
    expect((await list(`?actorId=${me.userId}&subject=item`)).body).toEqual({ content: [], next: null })
    expect((await list()).status).toBe(200)
  })

  test('shows what was before and after', async () => {
    const me = await member()
    await call(app, 'PUT', `/${me.userId}/role`, { ...as(admin), body: { role: 'SELLER' } })
    const { body } = await list(`?subject=account&subjectId=${me.userId}`)
    expect(body['content']).toMatchObject([
      { action: 'ROLE', before: { role: 'CERTIFIED_USER' }, after: { role: 'SELLER' } },
    ])
  })

  test('is for administrators only, bounded, and says what a cursor is not', async () => {
    const me = await member()
    expect((await list('', me)).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await list('', await member('SELLER'))).body.code).toBe('UNAUTHORIZED_ACCESS')
    for (const cursor of ['abc', '0', '-1', '1.5', '99999999999999999', '9007199254740993', '%00'])
      expect(`${cursor} ${(await list(`?cursor=${cursor}`)).body.code}`).toBe(`${cursor} INVALID_CURSOR`)
    for (const query of [
      '?limit=0',
      '?limit=101',
      '?limit=x',
      '?subject=users',
      '?subjectId=1',
      '?actorId=-1',
      '?x=1',
    ])
      expect(`${query} ${(await list(query)).status}`).toBe(`${query} 400`)
    const english = await call(app, 'GET', `${INTERNAL}/audit?subjectId=1`, as(admin, 'en'))
    expect(english.body.errors).toEqual([
      { field: 'subject', value: '', reason: 'A subjectId needs its subject.' },
    ])
  })
})

test('7.A.16: there is no route that mails a code to anybody, or tells whether a code is right', async () => {
  for (const path of ['/api/v1/email', '/user-service/api/v1/email', '/user-service/error/case1'])
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.http.inject({ method, url: `${path}?email=x@y.example&userStr=false` })
      expect(`${method} ${path} ${answer.statusCode}`).toBe(`${method} ${path} 404`)
    }
})
