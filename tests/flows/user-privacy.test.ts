import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPersonalData } from '../../server/platform/crypto.ts'
import { codeIn, startInbox, type Inbox } from '../support/inbox.ts'
import { newDatabase } from '../support/postgres.ts'
import {
  call,
  certified,
  logInAs,
  newPerson,
  startUserApp,
  TEST_KEY,
  type Person,
  type UserApp,
} from '../support/user-app.ts'

let app: UserApp
let inbox: Inbox
let database: Awaited<ReturnType<typeof newDatabase>>

beforeAll(async () => {
  inbox = await startInbox()
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: inbox.smtpUrl })
})

afterAll(async () => {
  await app.stop()
  await inbox.stop()
  await database.drop()
})

/** Every row of every table of ours and of the job queue, as text. */
async function everything(): Promise<string> {
  const { db } = app.database
  const { rows: tables } = await sql<{ name: string }>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`.execute(db)
  const texts = await Promise.all(
    tables.map(({ name }) => sql<{ row: string }>`SELECT t::text AS row FROM ${sql.raw(name)} t`.execute(db)),
  )
  return texts.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n')
}

/** The ways in which a value could stand in the open. */
function disguises(value: string): string[] {
  const bytes = Buffer.from(value)
  return [
    value,
    value.toLowerCase(),
    bytes.toString('hex'),
    Buffer.from(value.toLowerCase()).toString('hex'),
    bytes.toString('base64').replaceAll('=', ''),
  ]
}

function secretsOf(person: Person): string[] {
  const digits = person.phoneNumber.replaceAll('-', '')
  return [person.email, person.name, person.address, person.phoneNumber, digits, person.password].flatMap(
    disguises,
  )
}

function expectNone(haystack: string, needles: string[]): void {
  expect(needles.filter((needle) => haystack.includes(needle))).toEqual([])
}

const eventually = async (check: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end && !check();)
    await new Promise((resolve) => setTimeout(resolve, 50))
  expect(check()).toBe(true)
}

test('7.A.12: no plain personal data, password, code or token is in any row or log line, also while mails fail', async () => {
  const person = newPerson()
  await inbox.goAway()
  const { status, body } = await call(app, 'POST', '', { body: person })
  expect(status).toBe(201)
  await eventually(() => app.logged().includes('a job failed and will be tried again'))
  expectNone(await everything(), secretsOf(person))

  await inbox.comeBack()
  const code = codeIn(await inbox.waitFor(person.email))
  const stored = await everything()
  expectNone(stored, [...secretsOf(person), ...disguises(code)])

  await call(app, 'PUT', `/${String(body['id'])}/email-verification?userStr=${code}`)
  await call(app, 'POST', '', { body: { ...person, email: 'broken' } })
  await call(app, 'POST', '', { body: person })
  const tokens = await logInAs(app, person)
  expectNone(await everything(), [
    ...secretsOf(person),
    ...disguises(tokens.refresh),
    ...disguises(tokens.access),
  ])
  expectNone(app.logged(), [...secretsOf(person), code, tokens.access, tokens.refresh])
})

test('7.A.12: equal values give different ciphertext, bound to its row (fixed IV)', async () => {
  const one = await certified(app)
  const { userId: other } = await app.api.ensureAccount({
    ...newPerson({ name: one.name, address: one.address }),
    role: 'SELLER',
  })
  const { rows } = await sql<{ id: number; name: Buffer; address: Buffer }>`
    SELECT id, name, address FROM users.account WHERE id IN (${one.userId}, ${other}) ORDER BY id`.execute(
    app.database.db,
  )
  const [first, second] = rows
  if (first === undefined || second === undefined) throw new Error('both rows are there')
  expect(first.name.equals(second.name)).toBe(false)
  expect(first.address.equals(second.address)).toBe(false)
  const pii = createPersonalData([TEST_KEY])
  expect(pii.open({ table: 'users.account', column: 'name', rowId: first.id }, first.name)).toBe(one.name)
  expect(() => pii.open({ table: 'users.account', column: 'name', rowId: second.id }, first.name)).toThrow(
    'does not open',
  )
})

test('after a rotation of the keys old accounts are found and opened, and new ones are sealed with the new key', async () => {
  const old = await certified(app)
  const rotated = await startUserApp({
    url: database.url,
    smtpUrl: inbox.smtpUrl,
    keys: [{ id: 'k2', key: Buffer.alloc(32, 9) }, TEST_KEY],
  })
  try {
    const login = await call(rotated, 'POST', '/login', {
      body: { email: old.email, password: old.password },
    })
    expect(login.body).toMatchObject({ name: old.name, email: old.email })
    expect(
      (await call(rotated, 'POST', '', { body: newPerson({ phoneNumber: old.phoneNumber }) })).body.code,
    ).toBe('ALREADY_REGISTERED_PHONE_NUMBER')
    const { userId } = await certified(rotated)
    const { rows } = await sql<{ keyId: string }>`
      SELECT encode(substr(email, 3, 2), 'escape') AS key_id FROM users.account WHERE id = ${userId}`.execute(
      app.database.db,
    )
    expect(rows).toEqual([{ keyId: 'k2' }])
  } finally {
    await rotated.stop()
  }
})

test('connections that are cut under the job queue lose no mail', async () => {
  const cut = sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
  await cut.execute(app.database.db)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const person = newPerson()
  await untilTrue(async () => (await call(app, 'POST', '', { body: person })).status === 201)
  expect(codeIn(await inbox.waitFor(person.email))).toHaveLength(8)
})

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it did not come true')
}

test('a code counts its five minutes from when the mail leaves, and then is refused', async () => {
  const person = newPerson()
  const { body } = await call(app, 'POST', '', { body: person })
  const verify = (code: string) =>
    call(app, 'PUT', `/${String(body['id'])}/email-verification`, { body: { verificationCode: code } })
  const first = codeIn(await inbox.waitFor(person.email))
  app.wait(5 * 60_000)
  expect((await verify(first)).body.code).toBe('INVALID_EMAIL_VERIFICATION')
  await call(app, 'POST', '/email-verification/resend', { body: { email: person.email } })
  const second = codeIn(await inbox.waitFor(person.email, 2))
  app.wait(4 * 60_000 + 50_000)
  expect((await verify(second)).status).toBe(200)
})
