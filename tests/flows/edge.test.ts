// What every answer has, whatever the route: limits, security headers, a request id, the caller's language.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import { normalItem, startShop, type Shop } from '../support/sale-app.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const ORDERS = '/order-service/api/v1/orders'
const ITEMS = '/item-service/api/v1/items'

let shop: Shop
/** A second process on the same database. */
let neighbour: ServerProcess
let neighbourClient: Client
let itemId: number
let limitedId: number

beforeAll(async () => {
  // Half of each limit: 30 orders a minute, of which a process counts 5 by itself.
  shop = await startShop('edge', { RATE_LIMIT_FACTOR: '0.5', LOG_LEVEL: 'info' })
  const url = (shop.database.options as { connectionString: string }).connectionString
  neighbour = await startServer({ databaseUrl: url, env: { RATE_LIMIT_FACTOR: '0.5' } })
  neighbourClient = createClient(neighbour.url)
  const seller = tokenOf(1, 'SELLER')
  const body = normalItem({ quantity: 10_000 })
  itemId = (await shop.client.send('POST', ITEMS, { token: seller, body })).body.id
  limitedId = (
    await shop.client.send('POST', ITEMS, {
      token: seller,
      body: { ...body, isReserved: true, openTime: '2026-01-02T12:00:00', limitPerBuyer: 10_000 },
    })
  ).body.id
})
afterAll(async () => {
  neighbourClient?.close()
  await neighbour?.stop()
  await shop?.stop()
})

const order = (buyerId: number, client = shop.client): Promise<Answer> =>
  client.send('POST', ORDERS, {
    token: tokenOf(buyerId),
    body: { orderItemList: [{ itemId, itemCount: 1 }] },
  })
const buyLimited = (buyerId: number, client = shop.client): Promise<Answer> =>
  client.send('POST', `${ORDERS}/limited`, { token: tokenOf(buyerId), body: { itemId: limitedId } })

describe('orders are limited by account', () => {
  test.each([
    ['normal', order],
    ['limited', buyLimited],
  ])('%s ones: 30 a minute here, told in each answer', async (kind, place) => {
    const buyerId = kind === 'normal' ? 11 : 12
    const answers: Answer[] = []
    for (let count = 0; count < 33; count++) answers.push(await place(buyerId))
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 30 }, () => 201),
      429,
      429,
      429,
    ])
    const [first, , third] = answers
    expect(first!.headers).toMatchObject({ 'ratelimit-limit': '30', 'ratelimit-remaining': '29' })
    expect(third!.headers['ratelimit-remaining']).toBe('27')
    const refused = answers.at(-1)!
    expect(refused.body.code).toBe('TOO_MANY_REQUESTS')
    expect(refused.headers['ratelimit-remaining']).toBe('0')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    // Another account at the same address goes on.
    expect((await place(buyerId + 100)).status).toBe(201)
  })

  test('at two processes together, but for the few that each counts by itself', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 40; count++)
      statuses.push((await order(13, count % 2 === 0 ? shop.client : neighbourClient)).status)
    const placed = statuses.filter((status) => status === 201).length
    expect(placed).toBeGreaterThanOrEqual(30)
    expect(placed).toBeLessThanOrEqual(35)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('every answer', () => {
  const paths = [
    ['GET', ITEMS],
    ['GET', `${ITEMS}/987654`],
    ['GET', '/nowhere'],
    ['POST', `${ORDERS}/limited`],
  ] as const

  test.each(paths)('%s %s is safe to receive', async (method, path) => {
    const { headers } = await shop.client.send(method, path)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    })
    expect(headers['server']).toBeUndefined()
    expect(headers['x-powered-by']).toBeUndefined()
  })

  test('carries a request id: the caller’s own where it is decent, else a new one', async () => {
    const own = await shop.client.send('GET', ITEMS, { headers: { 'x-request-id': 'trace-0123456789' } })
    expect(own.headers['x-request-id']).toBe('trace-0123456789')
    const other = await shop.client.send('GET', `${ITEMS}/987654`, { headers: { 'x-request-id': 'no good' } })
    expect(other.headers['x-request-id']).not.toBe('no good')
    expect(other.body.requestId).toBe(other.headers['x-request-id'])
  })
})

describe('messages come in the caller’s language', () => {
  const wrong = (language?: string): Promise<Answer> =>
    shop.client.send('POST', ORDERS, {
      token: tokenOf(20),
      body: { orderItemList: [{ itemId: 0, itemCount: 'many', extra: 1 }] },
      ...(language !== undefined && { headers: { 'accept-language': language } }),
    })
  const reasons = ({ body }: Answer): Record<string, string> =>
    Object.fromEntries(
      body.errors.map(({ field, reason }: { field: string; reason: string }) => [field, reason]),
    )

  test('Korean unless told otherwise, also what is wrong with each field', async () => {
    const answer = await wrong()
    expect(answer.body.message).toBe('입력값을 확인해주세요.')
    expect(reasons(answer)).toEqual({
      'orderItemList.0.itemId': '1 이상이어야 합니다.',
      'orderItemList.0.itemCount': '정수여야 합니다.',
      'orderItemList.0.extra': '알 수 없는 항목입니다.',
    })
  })

  test('English for those who prefer it', async () => {
    const answer = await wrong('en-GB,en;q=0.9,ko;q=0.5')
    expect(answer.body.message).toBe('Check the input.')
    expect(reasons(answer)).toEqual({
      'orderItemList.0.itemId': 'Must be at least 1.',
      'orderItemList.0.itemCount': 'Must be a whole number.',
      'orderItemList.0.extra': 'Unknown field.',
    })
  })

  test('Korean where a language is asked for that the shop does not speak', async () => {
    expect((await wrong('fr')).body.message).toBe('입력값을 확인해주세요.')
  })
})
