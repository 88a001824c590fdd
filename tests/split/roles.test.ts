// What each role answers for, and what the gateway tells it of those who ask.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import { cannotSplit, startStage, type RoleProcess, type Split } from '../support/split.ts'

const USERS = '/user-service/api/v1/users'
const ITEMS = '/item-service/api/v1/items'
const ORDERS = '/order-service/api/v1/orders'
const RESENDS_A_MINUTE = 10

describe.skipIf(cannotSplit())('behind the gateway', () => {
  let split: Split
  beforeAll(async () => {
    split = await startStage('roles', { RATE_LIMIT_FACTOR: '1' })
  })
  afterAll(() => split?.stop())

  /** What each role says to a request of its own, sent to it or to the gateway. */
  const OWN = [
    { role: 'user', method: 'POST', path: `${USERS}/login`, body: {}, says: '400 INVALID_INPUT_VALUE' },
    { role: 'item', method: 'GET', path: ITEMS, says: '200' },
    { role: 'item', method: 'GET', path: '/item-service/api/v1/stocks/items/9', says: '404 NOT_FOUND_STOCK' },
    { role: 'order', method: 'GET', path: ORDERS, says: '401 UNAUTHENTICATED' },
  ]
  const said = ({ status, body }: Answer): string => `${status} ${String(body.code ?? '')}`.trim()
  const portsOf = (role: string): string[] => {
    const { user, item, orders, payment } = split
    const all: Record<string, RoleProcess[]> = {
      user: [user],
      item: [item],
      order: orders,
      payment: [payment],
    }
    return all[role]!.map(({ url }) => new URL(url).host)
  }
  const logged = (requestId: string): Record<string, string> | undefined =>
    split.gateway
      .accessLog()
      .split('\n')
      .filter((line) => line.includes(requestId))
      .map((line) => JSON.parse(line) as Record<string, string>)[0]

  it.each(OWN)('$method $path is answered by $role', async ({ role, method, path, body, says }) => {
    const requestId = `to${path.replaceAll('/', '.')}`
    const headers = { 'x-request-id': requestId }
    const answer = await split.client.send(method, path, { headers, ...(body && { body }) })
    expect(said(answer)).toBe(says)
    await expect.poll(() => logged(requestId)).toMatchObject({ role, path, status: answer.status })
    expect(portsOf(role)).toContain(logged(requestId)?.['upstream'])
  })

  it('/payment-service/ has its process, which knows its own addresses', async () => {
    expect((await split.client.send('GET', '/payment-service/api/v1/payments')).status).toBe(401)
    const { status, body } = await split.client.send('GET', '/payment-service/api/v1/nothing')
    // The gateway's own 404 names no path.
    expect({ status, instance: body.instance }).toEqual({
      status: 404,
      instance: '/payment-service/api/v1/nothing',
    })
  })

  it('both processes of the order role are used', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `in-turn-${i}`)
    await Promise.all(ids.map((id) => split.client.send('GET', ORDERS, { headers: { 'x-request-id': id } })))
    await expect.poll(() => ids.every((id) => logged(id) !== undefined)).toBe(true)
    const used = new Set(ids.map((id) => logged(id)?.['upstream']))
    expect(used).toEqual(new Set(portsOf('order')))
  })

  it('a role that is asked for the path of another knows nothing of it', async () => {
    const roles = { user: split.user, item: split.item, order: split.orders[0] }
    const others = { order: split.orders[1], payment: split.payment, worker: split.worker }
    for (const { role, method, path, body, says } of OWN)
      for (const [name, { client }] of [...Object.entries(roles), ...Object.entries(others)]) {
        const answer = await client.send(method, path, body && { body })
        expect(`${name} ${path} ${said(answer)}`).toBe(
          `${name} ${path} ${name === role ? says : '404 NOT_FOUND'}`,
        )
      }
  })

  it('the contract is shown whole, and is the same at every process', async () => {
    const shown = await split.client.send('GET', '/openapi.json')
    expect(shown.status).toBe(200)
    expect(Object.keys(shown.body.paths)).toEqual(
      expect.arrayContaining([USERS, ITEMS, '/item-service/api/v1/stocks', ORDERS, `${ORDERS}/limited`]),
    )
    for (const { client } of split.all)
      expect((await client.send('GET', '/openapi.json')).body).toEqual(shown.body)
    const page = await split.client.send('GET', '/reference/')
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.body).toContain('/openapi.json')
    const script = /src="([^"]+\.js)"/.exec(page.body)?.[1] ?? 'none'
    const { pathname } = new URL(script, `${split.url}/reference/`)
    expect((await split.client.send('GET', pathname)).headers['content-type']).toMatch(/javascript/)
  })

  it.each(['/metrics', '/readyz', '/livez'])('%s is there within, and not outside', async (path) => {
    for (const { client } of split.all) expect((await client.send('GET', path)).status).toBe(200)
    const outside = await split.client.send('GET', path)
    expect(said(outside)).toBe('404 NOT_FOUND')
    expect(outside.headers['content-type']).toMatch(/^application\/problem\+json/)
  })

  it('a request id goes all the way and comes back, in the header and in what a role says', async () => {
    const given = 'asked-by.a-client_1'
    const named = await split.client.send('GET', ORDERS, { headers: { 'x-request-id': given } })
    expect([named.headers['x-request-id'], named.body.requestId]).toEqual([given, given])
    for (const headers of [{}, { 'x-request-id': 'short' }]) {
      const { headers: answered, body } = await split.client.send('GET', ORDERS, { headers })
      expect(answered['x-request-id']).toMatch(/^[\da-f]{32}$/)
      expect(body.requestId).toBe(answered['x-request-id'])
      await expect.poll(() => logged(body.requestId)?.['role']).toBe('order')
    }
  })

  it('an address is counted by what the gateway sees, not by what a client says it is', async () => {
    const resend = (from: string, pretends: string): Promise<number> =>
      postFrom(split.url, from, { 'x-forwarded-for': pretends, forwarded: `for=${pretends}` })
    for (let i = 0; i < RESENDS_A_MINUTE; i++) expect(await resend('127.0.0.2', `203.0.113.${i}`)).toBe(202)
    expect(await resend('127.0.0.2', '203.0.113.99')).toBe(429)
    // Neither is whoever it named, nor anybody else, refused for it.
    expect(await resend('127.0.0.3', '127.0.0.2')).toBe(202)
  })

  it('past the gateway nobody is believed but the proxies that are named', async () => {
    const resend = (from: string, pretends: string): Promise<number> =>
      postFrom(split.user.url, from, { 'x-forwarded-for': pretends })
    for (let i = 0; i < RESENDS_A_MINUTE; i++) expect(await resend('127.0.0.4', `203.0.113.${i}`)).toBe(202)
    expect(await resend('127.0.0.4', '203.0.113.99')).toBe(429)
    expect(await resend('127.0.0.1', '127.0.0.4')).toBe(429)
  })
})

let people = 0

/** Asks for another code, from an address of this machine. */
function postFrom(url: string, localAddress: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(url)
  const path = `${USERS}/email-verification/resend`
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', localAddress, agent: false }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...headers }))
      sent.setHeader(name, value)
    sent.on('error', reject)
    sent.end(JSON.stringify({ email: `nobody-${people++}@shop.example` }))
  })
}
