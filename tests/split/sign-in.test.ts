// One sign-in for all roles: made and ended at `user`, believed and refused everywhere else; and `user` may be away meanwhile.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer, Client } from '../support/buyers.ts'
import { cannotSplit, startStage, type Split } from '../support/split.ts'

const USERS = '/user-service/api/v1/users'
const ITEMS = '/item-service/api/v1/items'
const ORDERS = '/order-service/api/v1/orders'
const ADMIN = { email: 'first@admin.example', password: 'glass-river-2026' }
const REFUSED_MS_MAX = 1_000

describe.skipIf(cannotSplit())('a sign-in at the user role', () => {
  let split: Split
  /** As a browser and as a program send it. */
  let ways: { cookie: Record<string, string>; bearer: Record<string, string> }
  beforeAll(async () => {
    split = await startStage('sign-in', { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })
  })
  afterAll(() => split?.stop())

  const logIn = (): Promise<Answer> => split.client.send('POST', `${USERS}/login`, { body: ADMIN })
  beforeEach(async () => {
    const answer = await logIn()
    const cookies = (answer.headers['set-cookie'] as string[]).map((line) => line.split(';', 1)[0])
    ways = {
      cookie: { cookie: cookies.join('; ') },
      bearer: { authorization: String(answer.headers['authorization']) },
    }
  })

  const item = { name: 'Plain mug', description: 'A normal item of the tests', price: 500, quantity: 10 }
  const publish = (client: Client, headers: Record<string, string>): Promise<Answer> =>
    client.send('POST', ITEMS, { headers, body: { ...item, isReserved: false } })
  const order = (client: Client, headers: Record<string, string>, itemId: number): Promise<Answer> =>
    client.send('POST', ORDERS, { headers, body: { orderItemList: [{ itemId, itemCount: 1 }] } })
  const said = ({ status, body }: Answer): string => `${status} ${String(body.code ?? '')}`.trim()

  it('is good at item and order, by cookie and by bearer token', async () => {
    for (const headers of Object.values(ways)) {
      const published = await publish(split.client, headers)
      expect(said(published)).toBe('201')
      for (const { client } of split.orders)
        expect(said(await order(client, headers, published.body.id))).toBe('201')
      const { body } = await split.client.send('GET', ORDERS, { headers })
      expect(body.content[0].orderItemList[0].itemId).toBe(published.body.id)
    }
  })

  it('once ended there, is refused everywhere within a second', async () => {
    const { body } = await publish(split.client, ways.bearer)
    expect((await split.client.send('POST', `${USERS}/logout`, { headers: ways.cookie })).status).toBe(204)
    const startedMs = performance.now()
    for (const headers of Object.values(ways)) {
      for (const { client } of split.orders)
        await expect
          .poll(async () => said(await order(client, headers, body.id)), { timeout: 5_000, interval: 5 })
          .toBe('401 INVALID_JWT')
      await expect
        .poll(async () => said(await publish(split.item.client, headers)), { timeout: 5_000, interval: 5 })
        .toBe('401 INVALID_JWT')
    }
    const refusedMs = performance.now() - startedMs
    console.log(`a log-out was known everywhere after ${refusedMs.toFixed(0)} ms`)
    expect(refusedMs).toBeLessThan(REFUSED_MS_MAX)
  })

  it('stays good while the user role is away, whose own paths say so until it is back', async () => {
    await split.user.kill('SIGKILL')
    for (let i = 0; i < 5; i++) {
      const { status, headers, body } = await logIn()
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'SERVICE_UNAVAILABLE', '1'])
      expect(headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(headers['x-request-id']).toBe(body.requestId)
    }
    const published = await publish(split.client, ways.cookie)
    expect(said(published)).toBe('201')
    expect(said(await order(split.client, ways.bearer, published.body.id))).toBe('201')
    await split.user.restart()
    expect(said(await logIn())).toBe('200')
  })
})
