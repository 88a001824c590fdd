// Deleting an account: with the real password, at once, leaving nothing personal – and no free second chance at a limited sale.
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LimitedUnits } from '../../server/modules/order/contract.ts'
import { codeIn, startInbox, type Inbox } from '../support/inbox.ts'
import { CARTS, shelfOf, WISHLISTS } from '../support/member-lists.ts'
import { newDatabase } from '../support/postgres.ts'
import { limitedItem, startShop, type Shop } from '../support/sale-app.ts'
import { tokenOf } from '../support/buyers.ts'
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

const statusesOf = (answers: Answer[]): number[] =>
  answers.map(({ status }) => status).sort((one, other) => one - other)

let app: UserApp
/** Another process on the same database, with a fifth of every limit. */
let strict: UserApp
let inbox: Inbox
let database: Awaited<ReturnType<typeof newDatabase>>

// What the module of orders says and is told.
let hasOrders = false
let open: Record<number, LimitedUnits[]> = {}
let carried: { userId: number; units: readonly LimitedUnits[] }[] = []
const orders = {
  hasOrdersInProgress: async () => hasOrders,
  openUnits: async (_tx: unknown, userId: number) => open[userId] ?? [],
  carryUnits: async (_tx: unknown, userId: number, units: readonly LimitedUnits[]) =>
    void carried.push({ userId, units }),
}

beforeAll(async () => {
  inbox = await startInbox()
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl, orders })
  strict = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl, rateFactor: 0.2, orders })
})

beforeEach(() => {
  hasOrders = false
  open = {}
  carried = []
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

function depart(
  who: Member,
  { userId = who.userId, body = {}, where = app }: { userId?: number; body?: object; where?: UserApp } = {},
): Promise<Answer> {
  return call(where, 'DELETE', `/${userId}`, {
    ...bearer(who.access),
    body: { password: who.password, password2: who.password, ...body },
  })
}

const signUp = (person: Person): Promise<Answer> => call(app, 'POST', '', { body: person })
const rowsOf = async (table: string): Promise<Record<string, unknown>[]> =>
  (await sql<Record<string, unknown>>`SELECT * FROM ${sql.raw(table)}`.execute(app.database.db)).rows

describe('deleting the account', () => {
  test('7.E: frees e-mail and phone number: both sign up again at once', async () => {
    const who = await member()
    expect(await depart(who)).toMatchObject({ status: 204, body: {} })
    const { userId: _userId, access: _access, refresh: _refresh, ...person } = who
    const again = await signUp(person)
    expect(again.status).toBe(201)
    expect(again.body['id']).not.toBe(who.userId)
    expect((await signUp(newPerson({ email: who.email }))).body.code).toBe('ALREADY_REGISTERED_EMAIL')
  })

  test('7.A.14: refuses every token of the account at once, and for good', async () => {
    const who = await member()
    const other = await logInAs(strict, who)
    expect((await depart(who)).status).toBe(204)
    for (const access of [who.access, other.access])
      expect((await call(app, 'GET', '/probe/me', bearer(access))).body.code).toBe('INVALID_JWT')
    await expect
      .poll(async () => (await call(strict, 'GET', '/probe/me', bearer(other.access))).status, {
        timeout: 5_000,
      })
      .toBe(401)
    for (const refreshToken of [who.refresh, other.refresh])
      expect((await call(app, 'POST', '/reissue', { cookies: { refreshToken } })).body.code).toBe(
        'INVALID_JWT',
      )
    const login = await call(app, 'POST', '/login', { body: { email: who.email, password: who.password } })
    expect(login.body.code).toBe('BAD_CREDENTIALS')
    expect((await depart(who)).status).toBe(401)
  })

  test('refuses a token of the command line, too, with which it was done', async () => {
    const who = await member()
    const access = app.api.issueAccessToken({ userId: who.userId, role: 'CERTIFIED_USER' }, 14_400)
    expect((await depart({ ...who, access })).status).toBe(204)
    expect((await call(app, 'GET', '/probe/me', bearer(access))).body.code).toBe('INVALID_JWT')
  })

  test('7.A.5, 7.F: needs the real password: two equal wrong ones are 401 and delete nothing', async () => {
    const who = await member()
    const wrong = { password: 'not-the-password', password2: 'not-the-password' }
    expect(await depart(who, { body: wrong })).toMatchObject({
      status: 401,
      body: { code: 'INVALID_PASSWORD' },
    })
    expect((await depart(who, { body: { password2: 'another' } })).body.code).toBe('INVALID_PASSWORD')
    expect((await call(app, 'GET', `/${who.userId}`, bearer(who.access))).status).toBe(200)
  })

  test('7.A.4: is nobody else’s, not even an administrator’s', async () => {
    const [who, other] = [await member(), await member('ADMIN')]
    expect((await depart(who, { userId: other.userId })).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await depart(other, { userId: who.userId })).body.code).toBe('UNAUTHORIZED_ACCESS')
    expect((await call(app, 'DELETE', `/${who.userId}`, { body: {} })).body.code).toBe('UNAUTHENTICATED')
    expect((await call(app, 'GET', `/${who.userId}`, bearer(who.access))).status).toBe(200)
  })

  test('says what is missing, in both languages', async () => {
    const who = await member()
    for (const [language, reason] of [
      ['ko', '비밀번호는 필수 입력 대상입니다.'],
      ['en', 'Password is required.'],
    ])
      for (const body of [undefined, {}, { password: 5, password2: null }]) {
        const answer = await call(app, 'DELETE', `/${who.userId}`, {
          ...bearer(who.access, language ?? ''),
          ...(body !== undefined && { body }),
        })
        expect(answer.status).toBe(400)
        expect(answer.body.errors).toEqual(
          ['password', 'password2'].map((field) => ({ field, value: '', reason })),
        )
      }
  })

  test('guessing the password is slowed down like at the login', async () => {
    const who = await member()
    const { email, password } = who
    const logIn = (guess: string, from: string): Promise<Answer> =>
      call(strict, 'POST', '/login', { body: { email, password: guess }, from })
    for (const from of ['10.3.0.1', '10.3.0.2']) expect((await logIn('a-wrong-guess', from)).status).toBe(400)
    const wrong = { password: 'a-wrong-guess', password2: 'a-wrong-guess' }
    expect((await depart(who, { body: wrong, where: strict })).status).toBe(401)
    const refused = await depart(who, { where: strict })
    expect(refused.status).toBe(429)
    // The limit of requests would say a minute.
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2)
    expect((await logIn(password, '10.3.0.3')).status).toBe(429)
  })

  test('waits for orders in progress', async () => {
    const who = await member()
    hasOrders = true
    expect(await depart(who)).toMatchObject({ status: 409, body: { code: 'USER_HAS_ORDERS' } })
    expect((await call(app, 'GET', '/probe/me', bearer(who.access))).status).toBe(200)
    hasOrders = false
    expect((await depart(who)).status).toBe(204)
  })

  test('leaves no row of the person, and an entry of the trail that names nothing personal', async () => {
    const who = await member('SELLER')
    await depart(who)
    const { rows } = await sql<{ row: string }>`
      SELECT t::text AS row FROM users.account t WHERE id = ${who.userId}
      UNION ALL SELECT t::text FROM users.sign_in t WHERE account_id = ${who.userId}
      UNION ALL SELECT t::text FROM users.email_code t WHERE account_id = ${who.userId}
      UNION ALL SELECT t::text FROM users.password_reset t WHERE account_id = ${who.userId}`.execute(
      app.database.db,
    )
    expect(rows).toEqual([])
    const trail = await sql`
      SELECT actor_id, action, before, after FROM platform.audit
       WHERE subject = 'account' AND subject_id = ${who.userId}`.execute(app.database.db)
    expect(trail.rows).toEqual([
      { actorId: who.userId, action: 'DELETE', before: { role: 'SELLER' }, after: null },
    ])
    const admin = await member('ADMIN')
    expect((await call(app, 'GET', `/${who.userId}`, bearer(admin.access))).body.code).toBe('NOT_FOUND_USER')
    const found = await call(
      app,
      'GET',
      `/user-service/api/v1/internal/users?email=${who.email}`,
      bearer(admin.access),
    )
    expect(found.body.code).toBe('NOT_FOUND_USER')
  })

  test('who is gone gets no mail', async () => {
    const who = await member()
    await depart(who)
    expect((await call(app, 'POST', '/password-reset', { body: { email: who.email } })).status).toBe(202)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(inbox.mailsTo(who.email)).toEqual([])
  })

  test('a link that was mailed before leads nowhere', async () => {
    const who = await member()
    await call(app, 'POST', '/password-reset', { body: { email: who.email } })
    const token = /#token=([\w-]{43})/.exec((await inbox.waitFor(who.email)).text)?.[1] ?? ''
    await depart(who)
    const answer = await call(app, 'PUT', '/password-reset', {
      body: { token, newPassword: 'quiet-harbour-2208', newPassword2: 'quiet-harbour-2208' },
    })
    expect(answer.body.code).toBe('INVALID_RESET_LINK')
  })

  test('twice at the same time is once', async () => {
    const who = await member()
    const answers = await Promise.all([depart(who), depart(who), depart(who)])
    const good = answers.filter(({ status }) => status === 204)
    expect(good).toHaveLength(1)
    expect(answers.every(({ status }) => [204, 401, 404].includes(status))).toBe(true)
  })
})

test('the last administrator stays, also when the last ones go at the same time', async () => {
  const alone = await newDatabase()
  const place = await startUserApp({ url: alone.url, smtpUrl: inbox.smtpUrl })
  try {
    const admins = await Promise.all(
      [1, 2, 3].map(async () => {
        const person = await certified(place, 'ADMIN')
        return { ...person, ...(await logInAs(place, person)) }
      }),
    )
    const answers = await Promise.all(admins.map((one) => depart(one, { where: place })))
    expect(statusesOf(answers)).toEqual([204, 204, 409])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('LAST_ADMIN')
  } finally {
    await place.stop()
    await alone.drop()
  }
})

describe('what was bought of open sales', () => {
  const bought = (itemId: number, units: number): LimitedUnits => ({ itemId, units })
  const leave = async (units: LimitedUnits[]): Promise<Member> => {
    const who = await member()
    open[who.userId] = units
    expect((await depart(who)).status).toBe(204)
    return who
  }

  test('is kept under keyed hashes only, and nothing where nothing was bought', async () => {
    await leave([])
    expect(await rowsOf('users.departed')).toEqual([])
    const who = await leave([bought(7, 2), bought(8, 1)])
    const kept = await rowsOf('users.departed')
    expect(kept).toMatchObject([
      { itemId: 7, units: 2 },
      { itemId: 8, units: 1 },
    ])
    const text = JSON.stringify(kept)
    expect(text).not.toContain(String(who.userId).padStart(9, '0'))
    expect(Object.keys(kept[0] ?? {}).toSorted()).toEqual([
      'departedAt',
      'emailHash',
      'id',
      'itemId',
      'phoneHash',
      'units',
    ])
    const { rows } = await sql<{ same: number }>`
      SELECT count(*)::int AS same FROM users.departed d JOIN users.account a
          ON d.email_hash IN (a.email_index, a.phone_index) OR d.phone_hash IN (a.email_index, a.phone_index)`.execute(
      app.database.db,
    )
    expect(rows).toEqual([{ same: 0 }])
    await sql`DELETE FROM users.departed`.execute(app.database.db)
  })

  test.each([['e-mail'], ['phone number']])(
    'moves on to the next account with the same %s, once',
    async (which) => {
      const who = await leave([bought(7, 2)])
      const person = newPerson(
        which === 'e-mail'
          ? { email: ` ${who.email.toUpperCase()}` }
          : { phoneNumber: who.phoneNumber.replaceAll('-', '') },
      )
      const { body } = await signUp(person)
      expect(carried).toEqual([{ userId: body['id'], units: [bought(7, 2)] }])
      expect(await rowsOf('users.departed')).toEqual([])
      await signUp(newPerson())
      expect(carried).toHaveLength(1)
    },
  )

  test('of two who left is summed up for who has the e-mail of one and the phone of the other', async () => {
    const [one, other] = [
      await leave([bought(7, 2), bought(9, 1)]),
      await leave([bought(7, 1), bought(8, 3)]),
    ]
    const { body } = await signUp(newPerson({ email: one.email, phoneNumber: other.phoneNumber }))
    expect(carried).toEqual([{ userId: body['id'], units: [bought(7, 3), bought(8, 3), bought(9, 1)] }])
  })

  test('stays where the sign-up fails', async () => {
    const who = await leave([bought(7, 2)])
    const taken = await member()
    const refused = await signUp(newPerson({ email: who.email, phoneNumber: taken.phoneNumber }))
    expect(refused.status).toBe(409)
    expect(await rowsOf('users.departed')).toHaveLength(1)
    await signUp(newPerson({ email: who.email }))
  })

  test('goes to one of two who sign up at once', async () => {
    const who = await leave([bought(7, 2)])
    const answers = await Promise.all([
      signUp(newPerson({ email: who.email })),
      signUp(newPerson({ phoneNumber: who.phoneNumber })),
    ])
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(carried.flatMap(({ units }) => units)).toEqual([bought(7, 2)])
  })

  test('is forgotten after a year, with links that have expired', async () => {
    await leave([bought(7, 2)])
    await sql`UPDATE users.departed SET departed_at = departed_at - interval '364 days'`.execute(
      app.database.db,
    )
    await leave([bought(8, 1)])
    const worker = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await worker.stop()
    expect(await rowsOf('users.departed')).toHaveLength(2)
    await sql`UPDATE users.departed SET departed_at = departed_at - interval '2 days'`.execute(
      app.database.db,
    )
    await sql`UPDATE users.password_reset SET issued_at = now() - interval '2 days', expires_at = now() - interval '1 day'`.execute(
      app.database.db,
    )
    const next = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl })
    try {
      await expect.poll(async () => await rowsOf('users.departed'), { timeout: 5_000 }).toHaveLength(1)
      await expect.poll(async () => await rowsOf('users.password_reset'), { timeout: 5_000 }).toEqual([])
    } finally {
      await next.stop()
      await sql`DELETE FROM users.departed`.execute(app.database.db)
    }
  })
})

test('7.E: a sign-up that does not commit mails nobody', async () => {
  const person = newPerson()
  const broken = await startUserApp({
    url: database.url,
    smtpUrl: inbox.smtpUrl,
    orders: { carryUnits: () => Promise.reject(new Error('the transaction is given up')) },
  })
  try {
    const who = await member()
    open[who.userId] = [{ itemId: 7, units: 1 }]
    await depart(who)
    const answer = await call(broken, 'POST', '', { body: { ...person, phoneNumber: who.phoneNumber } })
    expect(answer.status).toBe(500)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(inbox.mailsTo(person.email)).toEqual([])
    expect((await signUp({ ...person, phoneNumber: who.phoneNumber })).status).toBe(201)
    expect((await inbox.waitFor(person.email)).to).toHaveLength(1)
  } finally {
    await broken.stop()
  }
})

describe('in the whole shop', () => {
  let shop: Shop
  const SELLER = 4_711
  const USERS = '/user-service/api/v1/users'
  const LIMITED = '/order-service/api/v1/orders/limited'

  beforeAll(async () => {
    shop = await startShop('departure', { SMTP_URL: inbox.smtpUrl })
  })
  afterAll(() => shop?.stop())

  interface Shopper {
    person: Person
    userId: number
    token: string
  }

  async function join(person: Person): Promise<Shopper> {
    const before = inbox.mailsTo(person.email).length
    const { status, body } = await shop.client.send('POST', USERS, { body: person })
    expect(status).toBe(201)
    const code = codeIn(await inbox.waitFor(person.email, before + 1))
    await shop.client.send('PUT', `${USERS}/${body.id}/email-verification?userStr=${code}`)
    const { email, password } = person
    const login = await shop.client.send('POST', `${USERS}/login`, { body: { email, password } })
    expect(login.status).toBe(200)
    const token = String(login.headers['authorization']).slice('Bearer '.length)
    return { person, userId: body.id as number, token }
  }

  const leave = ({ person: { password }, userId, token }: Shopper) =>
    shop.client.send('DELETE', `${USERS}/${userId}`, {
      token,
      key: `leave-${++keys}`,
      body: { password, password2: password },
    })
  let keys = 0
  const buyOne = ({ token }: Shopper, itemId: number) =>
    shop.client.send('POST', LIMITED, { token, key: `departure-${++keys}`, body: { itemId } })
  const shipped = (userId: number) =>
    shop.database.query(`UPDATE orders.orders SET status = 'SHIPPED' WHERE buyer_id = $1`, [userId])

  test('signing up again with the same e-mail, or only the same phone number, frees no limit', async () => {
    const { body: item } = await shop.client.send('POST', '/item-service/api/v1/items', {
      token: tokenOf(SELLER, 'SELLER'),
      body: limitedItem(),
    })
    const first = await join(newPerson())
    expect((await buyOne(first, item.id)).status).toBe(201)
    expect((await leave(first)).body.code).toBe('USER_HAS_ORDERS')
    await shipped(first.userId)
    expect((await leave(first)).status).toBe(204)
    expect((await buyOne(first, item.id)).status).toBe(401)

    const sameEmail = await join(newPerson({ email: first.person.email }))
    expect((await buyOne(sameEmail, item.id)).body.code).toBe('PURCHASE_LIMIT_REACHED')
    // The carried unit goes on, whatever is deleted in between.
    expect((await leave(sameEmail)).status).toBe(204)
    const samePhone = await join(newPerson({ phoneNumber: sameEmail.person.phoneNumber }))
    expect((await buyOne(samePhone, item.id)).body.code).toBe('PURCHASE_LIMIT_REACHED')
    const nobodyKnown = await join(newPerson())
    expect((await buyOne(nobodyKnown, item.id)).status).toBe(201)
  })

  describe('wishlist and cart', () => {
    const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/
    const addedAt = expect.stringMatching(SEOUL) as string
    const { publish } = shelfOf(() => shop)
    const exportOf = ({ token, userId }: Shopper) =>
      shop.client.send('GET', `${USERS}/${userId}/export`, { token })

    /** One on the wishlist, both in the cart. */
    async function keep({ token }: Shopper, [wished, other]: [number, number]): Promise<void> {
      const added = [
        await shop.client.send('POST', `${WISHLISTS}?itemId=${wished}`, { token }),
        await shop.client.send('POST', CARTS, {
          token,
          body: [
            { itemId: other, quantity: 3 },
            { itemId: wished, quantity: 1 },
          ],
        }),
      ]
      expect(added.map(({ status }) => status)).toEqual([204, 204])
    }
    const keptOf = async (userId: number): Promise<number> => {
      const { rows } = await shop.database.query<{ rows: number }>(
        `SELECT (SELECT count(*) FROM wishlists.wishlist WHERE user_id = $1)
              + (SELECT count(*) FROM wishlists.line WHERE user_id = $1)
              + (SELECT count(*) FROM carts.cart WHERE user_id = $1)
              + (SELECT count(*) FROM carts.line WHERE user_id = $1) AS rows`,
        [userId],
      )
      return rows[0]!.rows
    }

    test('are in the export with their lines, and nobody else’s', async () => {
      const [who, other] = [await join(newPerson()), await join(newPerson())]
      const [one, two] = [await publish(), await publish()]
      await keep(who, [one, two])
      await keep(other, [two, one])
      const { status, body } = await exportOf(who)
      expect(status).toBe(200)
      expect(body).toEqual({
        profile: expect.objectContaining({ id: who.userId, email: who.person.email }) as object,
        signIns: [expect.any(Object)],
        audit: expect.any(Array) as unknown[],
        orders: [],
        payments: [],
        shipments: [],
        wishlist: [{ itemId: one, addedAt }],
        cart: [
          { itemId: two, quantity: 3, addedAt },
          { itemId: one, quantity: 1, addedAt },
        ],
      })
    })

    test('are empty in the export of who keeps nothing', async () => {
      expect((await exportOf(await join(newPerson()))).body).toMatchObject({ wishlist: [], cart: [] })
    })

    test('are erased with the account, those of others stay', async () => {
      const [who, other] = [await join(newPerson()), await join(newPerson())]
      const [one, two] = [await publish(), await publish()]
      await keep(who, [one, two])
      await keep(other, [one, two])
      const refused = await leave({ ...who, person: { ...who.person, password: 'not-the-password' } })
      expect([refused.status, await keptOf(who.userId)]).toEqual([401, 5])
      expect((await leave(who)).status).toBe(204)
      expect([await keptOf(who.userId), await keptOf(other.userId)]).toEqual([0, 5])
      expect((await exportOf(other)).body).toMatchObject({
        wishlist: [{ itemId: one }],
        cart: [{ itemId: two }, { itemId: one }],
      })
    })
  })
})
