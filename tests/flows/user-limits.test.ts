import { afterAll, beforeAll, expect, test } from 'vitest'
import { newDatabase } from '../support/postgres.ts'
import { call, certified, newPerson, startUserApp, type UserApp } from '../support/user-app.ts'

let app: UserApp
let database: Awaited<ReturnType<typeof newDatabase>>

beforeAll(async () => {
  database = await newDatabase()
  app = await startUserApp({ url: database.url, smtpUrl: 'smtp://127.0.0.1:9', rateFactor: 0.2 })
})

afterAll(async () => {
  await app.stop()
  await database.drop()
})

test.each([
  ['POST', '', 6],
  ['POST', '/login', 6],
  ['POST', '/reissue', 12],
  ['POST', '/email-verification/resend', 2],
  ['PUT', '/1/email-verification', 6],
] as const)('%s %s is limited for each address', async (method, path, allowed) => {
  const from = `10.0.0.${allowed}${path.length}`
  for (let count = 0; count < allowed; count++)
    expect((await call(app, method, path, { from, body: {} })).status).not.toBe(429)
  const refused = await call(app, method, path, { from, body: {} })
  expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', status: 429, errors: [] } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.headers['content-type']).toContain('application/problem+json')
  expect((await call(app, method, path, { from: '10.9.9.9', body: {} })).status).not.toBe(429)
})

test.each([['known'], ['unknown']])(
  'guessing at one %s account is slowed down, from whatever addresses',
  async (which) => {
    const { email } = which === 'known' ? await certified(app) : newPerson()
    let address = 0
    const guess = () =>
      call(app, 'POST', '/login', {
        from: `10.1.${which.length}.${++address}`,
        body: { email, password: 'wrong-guess' },
      })
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await guess()).status)
    expect(statuses).toEqual([400, 400, 400, 429])
    const refused = await guess()
    expect(refused.body.code).toBe('TOO_MANY_REQUESTS')
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    app.wait(seconds * 1000)
    expect((await guess()).status).toBe(400)
  },
)
