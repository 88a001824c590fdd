// Every cell of the table of rules: route × role × whose thing it is.
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOpenApi } from '../../client/generate.ts'
import { RULES, type RouteRule } from '../../server/gateway/rules.ts'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { PAYMENTS, startPayShop, type PayShop } from '../support/pay-shop.ts'
import { normalItem } from '../support/sale-app.ts'

const ROLES = ['nobody', 'UNCERTIFIED_USER', 'CERTIFIED_USER', 'SELLER', 'ADMIN'] as const
type Role = (typeof ROLES)[number]
type Whose = 'own' | "another's"

const CALLER = 5_101
const OTHER = 5_102

let shop: PayShop
/** Bodies that the document gives as examples. */
let examples: Map<string, unknown>

beforeAll(async () => {
  shop = await startPayShop('authorisation')
  const { paths } = await readOpenApi()
  examples = new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { requestBody }]): [string, unknown] => {
        const content = Object.values(requestBody?.content ?? {})[0] as { example?: unknown } | undefined
        return [`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, content?.example]
      }),
    ),
  )
})
afterAll(() => shop?.stop())

async function newItem(sellerId: number): Promise<number> {
  const { body } = await shop.client.send('POST', '/item-service/api/v1/items', {
    token: tokenOf(sellerId, 'SELLER'),
    body: normalItem({ quantity: 100 }),
  })
  return body.id as number
}

async function newOrder(buyerId: number): Promise<number> {
  const itemId = await newItem(OTHER)
  const { body } = await shop.client.send('POST', '/order-service/api/v1/orders', {
    token: tokenOf(buyerId),
    body: { orderItemList: [{ itemId, itemCount: 1 }] },
  })
  return body.orderId as number
}

async function newPayment(buyerId: number): Promise<{ paymentId: number; providerOrderId: string }> {
  const { body } = await shop.client.send('POST', PAYMENTS, {
    token: tokenOf(buyerId),
    body: { orderId: await newOrder(buyerId), totalPrice: PRICE },
  })
  return { paymentId: body.paymentId, providerOrderId: body.checkout.orderId }
}

async function newShipment(sellerId: number): Promise<number> {
  const { rows } = await shop.database.query<{ id: number }>(
    `INSERT INTO shipments.shipment (order_id, seller_id, buyer_id, direction, status, since, created_at)
     VALUES ($1, $2, $3, 'OUT', 'ACCEPTANCE', now(), now()) RETURNING id`,
    [await newOrder(OTHER), sellerId, OTHER],
  )
  return rows[0]!.id
}

interface Things {
  itemId: number
  orderId: number
  userId: number
  paymentId: number
  providerOrderId: string
  shipmentId: number
}

/** Of a normal item of the tests. */
const PRICE = 12_000

/** What a request needs beside the example of its body. */
const QUERIES: Readonly<Record<string, (things: Things) => string>> = {
  'POST /user-service/api/v1/wishlists': ({ itemId }) => `?itemId=${itemId}`,
  'DELETE /user-service/api/v1/wishlists': ({ itemId }) => `?itemId=${itemId}`,
  'PUT /order-service/api/v1/carts/increase': ({ itemId }) => `?itemId=${itemId}`,
  'PUT /order-service/api/v1/carts/decrease': ({ itemId }) => `?itemId=${itemId}`,
  'POST /item-service/api/v1/internal/stocks': ({ itemId }) => `?itemId=${itemId}&quantity=1`,
  'PUT /item-service/api/v1/internal/stocks': ({ itemId }) => `?itemId=${itemId}&quantity=1`,
  'GET /user-service/api/v1/internal/users': () => '?email=nobody@shop.example',
  [`GET ${PAYMENTS}`]: ({ orderId }) => `?orderId=${orderId}`,
}
const BODIES: Readonly<Record<string, (things: Things) => unknown>> = {
  'POST /item-service/api/v1/stocks': ({ itemId }) => ({ itemId, quantity: 1 }),
  'PUT /item-service/api/v1/stocks': ({ itemId }) => ({ itemId, quantity: 1 }),
  'DELETE /item-service/api/v1/items/batch': ({ itemId }) => [itemId],
  'DELETE /item-service/api/v1/stocks/batch': ({ itemId }) => [itemId],
  [`POST ${PAYMENTS}`]: ({ orderId }) => ({ orderId, totalPrice: PRICE }),
  [`POST ${PAYMENTS}/toss/confirm`]: ({ providerOrderId }) => ({
    paymentKey: 'a-key-of-nobody',
    orderId: providerOrderId,
    amount: PRICE,
  }),
}

async function send(name: string, role: Role, whose: Whose): Promise<Answer> {
  const rule = RULES[name]!
  const ownerId = whose === 'own' ? CALLER : OTHER
  const isPayment = name.includes('/:paymentId') || name.includes('/toss/confirm')
  const things: Things = {
    ...(isPayment ? await newPayment(ownerId) : { paymentId: 1, providerOrderId: 'nothing-here' }),
    shipmentId: name.includes('/:shipmentId') ? await newShipment(ownerId) : 1,
    userId: ownerId,
    itemId: /\/(items|stocks|sales)\b/.test(name) ? await newItem(ownerId) : 1,
    orderId: rule.whose === 'buyer' ? await newOrder(ownerId) : 1,
  }
  const [asked = '', pattern = ''] = name.split(' ')
  // A stream has no end to wait for; whether it would be opened is asked the same way.
  const method = pattern.endsWith('/events') ? 'HEAD' : asked
  const path = pattern.replaceAll(/:(\w+)/g, (_, parameter: keyof Things) => String(things[parameter]))
  const body = BODIES[name]?.(things) ?? examples.get(name)
  return shop.client.send(method, `${path}${QUERIES[name]?.(things) ?? ''}`, {
    ...(role !== 'nobody' && { token: tokenOf(CALLER, role) }),
    ...(body !== undefined && { body }),
    // So that the reissue of tokens looks at something.
    headers: { 'refresh-token': 'Bearer none-of-ours' },
  })
}

function expected(rule: RouteRule, role: Role, whose: Whose): string {
  if (rule.who === 'everybody') return 'let in'
  if (role === 'nobody') return '401 UNAUTHENTICATED'
  if (!rule.who.includes(role)) return '403 UNAUTHORIZED_ACCESS'
  const isRefused = whose === "another's" && !(rule.orAdmin === true && role === 'ADMIN')
  return isRefused ? '403 UNAUTHORIZED_ACCESS' : 'let in'
}

const verdict = ({ status, body }: Answer): string =>
  body?.code === 'UNAUTHENTICATED' || body?.code === 'UNAUTHORIZED_ACCESS'
    ? `${status} ${body.code}`
    : 'let in'

const cells = Object.entries(RULES).flatMap(([name, rule]) =>
  ROLES.flatMap((role) =>
    (rule.whose === undefined ? (['own'] as const) : (['own', "another's"] as const)).map(
      (whose) => [name, role, whose, expected(rule, role, whose)] as const,
    ),
  ),
)

describe('the table of rules', () => {
  test.each(cells)('%s by %s, %s: %s', async (name, role, whose, wanted) => {
    const answer = await send(name, role, whose)
    expect(verdict(answer)).toBe(wanted)
    // Let in means looked at: a fault of ours, or an address that is none, would prove nothing.
    expect(answer.status).toBeLessThan(500)
    expect(answer.body?.code).not.toBe('NOT_FOUND')
  })

  test('has a row for everything: a route without one does not start', async () => {
    const { createHttp } = await import('../../server/platform/http.ts')
    const { guardEdge } = await import('../../server/gateway/edge.ts')
    const http = createHttp({ log: pino({ level: 'silent' }), bodyBytesMax: 1 })
    guardEdge(http, { tokens: {} as never, publicUrl: undefined, isSecure: false, limiter: {} as never })
    expect(() => http.get('/order-service/api/v1/secrets', () => 'all of them')).toThrow(/deny by default/)
  })
})
