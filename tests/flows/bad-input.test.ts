// What no honest client sends: each is refused in the common shape, writes nothing and leaves nothing in the logs.
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { startShop, type Shop } from '../support/sale-app.ts'
import { openSale, SELLER_ID } from '../support/sale.ts'
import { TEST_SECRETS } from '../support/server-process.ts'

const LIMITED = '/order-service/api/v1/orders/limited'
const ORDERS = '/order-service/api/v1/orders'
const ITEMS = '/item-service/api/v1/items'
const STOCKS = '/item-service/api/v1/stocks'
const USERS = '/user-service/api/v1/users'

const BUYER_ID = 7_001
const EMAIL = 'very.secret.person@shop.example'
const PASSWORD = 'pass-phrase-never-to-be-logged'
const NAME = '비밀인사람'
const PHONE = '010-9876-1234'
const ADDRESS = '서울특별시 비밀구 비밀로 77'
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_INPUT_VALUE',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
}

let shop: Shop
let itemId = 0
let before: unknown
const tokensUsed = new Set<string>()

beforeAll(async () => {
  shop = await startShop('bad-input', { LOG_LEVEL: 'trace' })
  itemId = await openSale(shop.client, { quantity: 10, limitPerBuyer: 10 })
  before = await everything()
})
afterAll(() => shop?.stop())

/** Rows of every table of the service but those that count requests, and the state of its stock. */
async function everything(): Promise<unknown> {
  const { rows: tables } = await shop.database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pgboss')
        AND tablename NOT IN ('request_count', 'log_in_try') ORDER BY 1`,
  )
  const counts = tables.map(({ name }) => `(SELECT count(*) FROM ${name}) AS "${name}"`)
  const { rows } = await shop.database.query(`SELECT ${counts.join(', ')},
    (SELECT sum(version) FROM stock.stock) AS versions, (SELECT sum(available) FROM stock.stock) AS available,
    (SELECT count(*) FROM pgboss.job WHERE name NOT LIKE '\\_\\_pgboss%') AS jobs`)
  return rows[0]
}

interface Given {
  token?: string
  body?: unknown
  /** Sent as it is. */
  raw?: string | Buffer
  headers?: Record<string, string>
}

const buyerToken = tokenOf(BUYER_ID)
const sellerToken = tokenOf(SELLER_ID, 'SELLER')

async function send(method: string, path: string, given: Given = {}): Promise<Answer> {
  if (given.token !== undefined) tokensUsed.add(given.token)
  if (given.raw === undefined)
    return shop.client.send(method, path, {
      ...(given.token !== undefined && { token: given.token }),
      ...(given.body !== undefined && { body: given.body }),
      ...(given.headers !== undefined && { headers: given.headers }),
    })
  const answer = await fetch(`${shop.url}${path}`, {
    method,
    body: given.raw,
    headers: {
      'content-type': 'application/json',
      ...(given.token !== undefined && { authorization: `Bearer ${given.token}` }),
      ...given.headers,
    },
  })
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: await answer.json().catch(() => undefined),
  }
}

/** What the gateway can not read, or does not let pass, it refuses before it looks who would say more. */
const REFUSED_BY_GATEWAY: Readonly<Record<number, string>> = {
  400: 'MALFORMED_REQUEST',
  405: 'METHOD_NOT_ALLOWED',
}

/** The common shape, in both headers and body. What the gateway says has it too, but for the path. */
function expectProblem(answer: Answer, status: number, code: string | undefined, path?: string): void {
  if (inject('target') === 'split' && answer.body?.instance === '') {
    const own = REFUSED_BY_GATEWAY[answer.status]
    expectShape(answer, own === undefined ? status : answer.status, own ?? code, '')
  } else expectShape(answer, status, code, path)
}

function expectShape(answer: Answer, status: number, code: string | undefined, path?: string): void {
  expect([answer.status, answer.body?.code], JSON.stringify(answer.body)).toEqual([status, code])
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.headers['x-request-id']).toBe(answer.body.requestId)
  expect(answer.body).toEqual({
    type: expect.any(String),
    title: code,
    status,
    detail: expect.stringMatching(/\S/),
    instance: path ?? expect.stringMatching(/^\//),
    code: expect.stringMatching(/^[A-Z_]+$/),
    message: answer.body.detail,
    errors: expect.any(Array),
    requestId: expect.stringMatching(/^[\w.-]{8,64}$/),
  })
  for (const error of answer.body.errors)
    expect(error).toEqual({
      field: expect.any(String),
      value: expect.any(String),
      reason: expect.any(String),
    })
}

const fieldsOf = ({ body }: Answer): string[] => body.errors.map((error: { field: string }) => error.field)
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60)

const item = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Honest mug',
  description: 'A mug that is never published',
  quantity: 10,
  price: 1_000,
  isReserved: true,
  openTime: '2026-01-02T12:00:00',
  ...changes,
})
const without = (body: Record<string, unknown>, field: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field))
const person = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  email: EMAIL,
  password: PASSWORD,
  name: NAME,
  address: ADDRESS,
  phoneNumber: PHONE,
  ...changes,
})

const NOT_IDS = [0, -1, 1.5, 2 ** 53, 1e300, '1', null, true, [1], {}]
const NOT_QUANTITIES = [0, -1, 1_001, 1.5, '1', null, true, [1], {}, 1e300]

describe('the body of a limited order', () => {
  const refused: [unknown, string[]][] = [
    [{}, ['itemId']],
    [{ quantity: 1 }, ['itemId']],
    [[], ['body']],
    ['text', ['body']],
    [5, ['body']],
    [null, ['body']],
    [{ itemId: 1, extra: 1 }, ['extra']],
    [{ itemId: 1, buyerId: 5 }, ['buyerId']],
    [{ itemId: 1, constructor: 1 }, ['constructor']],
    ...NOT_IDS.map((value): [unknown, string[]] => [{ itemId: value }, ['itemId']]),
    ...NOT_QUANTITIES.map((quantity): [unknown, string[]] => [{ itemId: 1, quantity }, ['quantity']]),
    ...[-1, 2_000_000_001, 1.5, '1000', null].map((price): [unknown, string[]] => [
      { itemId: 1, price },
      ['price'],
    ]),
  ]
  test.each(refused.map(([body, fields]) => ({ name: shown(body), body, fields })))(
    'is not $name',
    async ({ body, fields }) => {
      const answer = await send('POST', LIMITED, { token: buyerToken, raw: JSON.stringify(body) })
      expectProblem(answer, 400, 'INVALID_INPUT_VALUE', LIMITED)
      expect(new Set(fieldsOf(answer))).toEqual(new Set(fields))
    },
  )

  test('is there', async () => {
    expectProblem(await send('POST', LIMITED, { token: buyerToken }), 400, 'INVALID_INPUT_VALUE', LIMITED)
    const empty = await send('POST', LIMITED, {
      token: buyerToken,
      headers: { 'content-type': 'application/json', 'content-length': '0' },
    })
    expectProblem(empty, 400, 'INVALID_INPUT_VALUE', LIMITED)
  })

  test('has numbers that a double can hold', async () => {
    for (const raw of [
      '{"itemId":9007199254740993}',
      '{"itemId":1e400}',
      '{"itemId":1,"quantity":1e400}',
      '{"itemId":0.1e1,"quantity":-0}',
    ])
      expectProblem(await send('POST', LIMITED, { token: buyerToken, raw }), 400, 'INVALID_INPUT_VALUE')
  })
})

describe('the body of a normal order', () => {
  const line = { itemId: 1, itemCount: 1 }
  test.each(
    [
      {},
      { orderItemList: [] },
      { orderItemList: line },
      { orderItemList: null },
      { orderItemList: [null] },
      { orderItemList: [{}] },
      { orderItemList: [{ itemId: 1 }] },
      { orderItemList: [{ itemCount: 1 }] },
      { orderItemList: [{ ...line, extra: 1 }] },
      { orderItemList: [line], totalSum: 1 },
      { orderItemList: Array.from({ length: 1_001 }, () => line) },
      { orderItemList: [{ ...line, price: -1 }] },
      ...NOT_IDS.map((value) => ({ orderItemList: [{ itemId: value, itemCount: 1 }] })),
      ...NOT_QUANTITIES.map((itemCount) => ({ orderItemList: [line, { itemId: 1, itemCount }] })),
    ].map((body) => ({ name: shown(body), body })),
  )('is not $name', async ({ body }) => {
    const answer = await send('POST', ORDERS, { token: buyerToken, body })
    expectProblem(answer, 400, 'INVALID_INPUT_VALUE', ORDERS)
    expect(answer.body.errors.length).toBeGreaterThan(0)
  })
})

describe('the body of an item', () => {
  test.each(
    [
      {},
      ...['name', 'description', 'quantity', 'price', 'isReserved', 'openTime'].map((field) =>
        without(item(), field),
      ),
      item({ extra: 1 }),
      item({ sellerId: 5 }),
      item({ name: 5 }),
      item({ name: 'x' }),
      item({ name: 'zero \u0000 in it' }),
      item({ name: '<b>\u202e</b>' }),
      item({ description: 'x'.repeat(501) }),
      item({ description: 'x'.repeat(20_000) }),
      item({ quantity: -1 }),
      item({ quantity: 1.5 }),
      item({ quantity: '5' }),
      item({ quantity: 1_000_000_001 }),
      item({ price: -1 }),
      item({ price: 2_000_000_001 }),
      item({ price: '1000' }),
      item({ isReserved: 'true' }),
      item({ isReserved: null }),
      item({ openTime: 'soon' }),
      item({ openTime: 5 }),
      item({ openTime: '2026-13-45T99:99:99' }),
      item({ closeTime: '2026-01-02T11:00:00' }),
      item({ limitPerBuyer: 0 }),
      item({ limitPerBuyer: 1_000_001 }),
      item({ holdSeconds: 0 }),
      item({ holdSeconds: 86_401 }),
    ].map((body) => ({ name: shown(body), body })),
  )('is not $name', async ({ body }) => {
    const published = await send('POST', ITEMS, { token: sellerToken, body })
    expectProblem(published, 400, 'INVALID_INPUT_VALUE', ITEMS)
    expect(published.body.errors.length).toBeGreaterThan(0)
    const edited = await send('PUT', `${ITEMS}/${itemId}`, { token: sellerToken, body })
    expectProblem(edited, 400, 'INVALID_INPUT_VALUE', `${ITEMS}/${itemId}`)
  })
})

describe('the body of a change of stock', () => {
  test.each(
    [
      {},
      { itemId: 1 },
      { quantity: 1 },
      { itemId: 1, quantity: 1, extra: 1 },
      ...NOT_IDS.map((value) => ({ itemId: value, quantity: 1 })),
      ...[0, -1, 1_000_001, 1.5, '1', null].map((quantity) => ({ itemId: 1, quantity })),
    ].map((body) => ({ name: shown(body), body })),
  )('is not $name', async ({ body }) => {
    for (const method of ['POST', 'PUT'])
      expectProblem(await send(method, STOCKS, { token: sellerToken, body }), 400, 'INVALID_INPUT_VALUE')
  })
})

describe('the body of a sign-up', () => {
  test.each(
    [
      {},
      [],
      ...['email', 'password', 'name', 'address', 'phoneNumber'].map((field) => without(person(), field)),
      ...['email', 'password', 'name', 'address', 'phoneNumber'].map((field) => person({ [field]: 5 })),
      person({ role: 'ADMIN' }),
      person({ email: 'no-address' }),
      person({ email: `${'x'.repeat(300)}@shop.example` }),
      person({ email: 'two@one.example\r\nBcc: all@shop.example' }),
      person({ password: 'short' }),
      person({ password: 'password' }),
      person({ password: 'x'.repeat(65) }),
      person({ name: 'x'.repeat(101) }),
      person({ phoneNumber: '02-123-4567' }),
    ].map((body) => ({ name: shown(body).replaceAll(/secret|pass-phrase/g, '…'), body })),
  )('is not $name', async ({ body }) => {
    const answer = await send('POST', USERS, { body })
    expectProblem(answer, 400, 'INVALID_INPUT_VALUE', USERS)
    expect(answer.body.errors.length).toBeGreaterThan(0)
    for (const secret of [EMAIL, PASSWORD, NAME, PHONE, ADDRESS])
      expect(JSON.stringify(answer.body)).not.toContain(secret)
  })

  test('is as strict at the login', async () => {
    for (const body of [
      {},
      { email: EMAIL },
      { email: EMAIL, password: 5 },
      { email: EMAIL, password: PASSWORD, x: 1 },
    ])
      expectProblem(await send('POST', `${USERS}/login`, { body }), 400, 'INVALID_INPUT_VALUE')
    const unknown = await send('POST', `${USERS}/login`, { body: { email: EMAIL, password: PASSWORD } })
    expectProblem(unknown, 400, 'BAD_CREDENTIALS')
  })
})

const WITH_BODIES = [
  { method: 'POST', path: LIMITED, token: buyerToken },
  { method: 'POST', path: ORDERS, token: buyerToken },
  { method: 'POST', path: ITEMS, token: sellerToken },
  { method: 'POST', path: STOCKS, token: sellerToken },
  { method: 'PUT', path: STOCKS, token: sellerToken },
  { method: 'POST', path: USERS },
  { method: 'POST', path: `${USERS}/login` },
] as const

describe.each(WITH_BODIES)('what is sent to $method $path', ({ method, path, ...who }) => {
  // An order may have a thousand lines.
  const kibibytes = path === ORDERS ? 256 : 64
  test.each([
    '{',
    '{"itemId":1',
    '{"itemId":1}}',
    "{'itemId':1}",
    'itemId=1',
    '\u0000',
    '{"a":\u0001}',
    'NaN',
    ' ',
  ])('is JSON, unlike %j', async (raw) => {
    expectProblem(await send(method, path, { ...who, raw }), 400, 'MALFORMED_JSON', path)
  })

  test.each([
    '{"__proto__":{"admin":true},"itemId":1,"quantity":1}',
    '{"itemId":1,"constructor":{"prototype":{"admin":true}}}',
    String.raw`{"\u005f\u005fproto\u005f\u005f":{"admin":true}}`,
  ])('does not reach for prototypes, unlike %s', async (raw) => {
    expectProblem(await send(method, path, { ...who, raw }), 400, 'MALFORMED_JSON', path)
    expect('admin' in {}).toBe(false)
  })

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('is not %s', async (type) => {
    const answer = await send(method, path, {
      ...who,
      raw: '{"itemId":1}',
      headers: { 'content-type': type },
    })
    expectProblem(answer, 415, CODES[415], path)
  })

  test(`is at most ${kibibytes} KiB, whether its length is told or not`, async () => {
    const raw = JSON.stringify({ itemId: 1, filler: 'x'.repeat(kibibytes * 1024) })
    expectProblem(await send(method, path, { ...who, raw }), 413, CODES[413], path)
    const token = 'token' in who ? `authorization: Bearer ${who.token}\r\n` : ''
    const chunked = await sendRaw(
      `${method} ${path} HTTP/1.1\r\nhost: x\r\n${token}content-type: application/json\r\n` +
        `transfer-encoding: chunked\r\nconnection: close\r\n\r\n${raw.length.toString(16)}\r\n${raw}\r\n0\r\n\r\n`,
    )
    expectProblem(chunked, 413, CODES[413], path)
  })

  test(`of ${kibibytes} KiB less a little is read`, async () => {
    const raw = JSON.stringify({ itemId: 1, filler: 'x'.repeat((kibibytes - 1) * 1024) })
    expectProblem(await send(method, path, { ...who, raw }), 400, CODES[400], path)
  })

  test('is read as deep as it is', async () => {
    const raw = `{"itemId":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expectProblem(await send(method, path, { ...who, raw }), 400, CODES[400], path)
  })
})

/** Bytes to the socket, an answer back; for what no client library sends. */
function sendRaw(text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(shop.url)
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'))
    let received = ''
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (chunk) => (received += chunk.toString()))
    // A server that has answered and closed may reset what was still on its way.
    socket.on('error', (error) => (received === '' ? reject(error) : undefined))
    socket.on('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n', 2)
      const [first = '', ...lines] = head.split('\r\n')
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(':', 1)[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      )
      const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)
      resolve({ status: Number(first.split(' ')[1]), headers, body: json === '' ? body : JSON.parse(json) })
    })
  })
}

const GUARDED = [
  { method: 'POST', path: LIMITED, body: { itemId: 1 } },
  { method: 'POST', path: ORDERS, body: { orderItemList: [{ itemId: 1, itemCount: 1 }] } },
  { method: 'GET', path: ORDERS, body: undefined },
  { method: 'PUT', path: `${ORDERS}/1/cancel`, body: undefined },
  { method: 'POST', path: STOCKS, body: { itemId: 1, quantity: 1 } },
] as const

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const [goodHead = '', goodPayload = '', goodSignature = ''] = tokenOf(BUYER_ID, 'ADMIN').split('.')
const claims = JSON.parse(Buffer.from(goodPayload, 'base64url').toString()) as Record<string, unknown>

function signed(
  head: Record<string, unknown>,
  payload: unknown = claims,
  secret: string = TEST_SECRETS.TOKEN_SECRET,
): string {
  const text = `${encode(head)}.${encode(payload)}`
  const hash = head['alg'] === 'HS512' ? 'sha512' : head['alg'] === 'HS384' ? 'sha384' : 'sha256'
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

const HEAD = { alg: 'HS256', typ: 'at+jwt' }
const SOME_401 = /^(UNAUTHENTICATED|(INVALID|UNSUPPORTED|ILLEGAL_ARGUMENT|EXPIRED)_JWT)$/
const BAD_TOKENS: [string, string, string?][] = [
  [
    'signed with another secret',
    signed(HEAD, claims, 'another-secret-that-is-as-long-as-ours'),
    'INVALID_JWT',
  ],
  ['with a claim changed', `${goodHead}.${encode({ ...claims, sub: '1' })}.${goodSignature}`, 'INVALID_JWT'],
  ['with a signature cut short', `${goodHead}.${goodPayload}.${goodSignature.slice(0, -5)}`, 'INVALID_JWT'],
  ['that has expired', tokenOf(BUYER_ID, 'ADMIN', -10), 'EXPIRED_JWT'],
  ['that says it is not signed', `${encode({ ...HEAD, alg: 'none' })}.${goodPayload}.`],
  ['that says it is not signed but is', signed({ ...HEAD, alg: 'none' })],
  ['without a signature', `${goodHead}.${goodPayload}.`],
  ['signed with HS512', signed({ ...HEAD, alg: 'HS512' }), 'UNSUPPORTED_JWT'],
  ['signed with HS384', signed({ ...HEAD, alg: 'HS384' }), 'UNSUPPORTED_JWT'],
  ['that names RS256', signed({ ...HEAD, alg: 'RS256' })],
  ['without a type', signed({ alg: 'HS256' })],
  ['of another type', signed({ alg: 'HS256', typ: 'JWT' })],
  ['of another issuer', signed(HEAD, { ...claims, iss: 'someone' }), 'INVALID_JWT'],
  ['for another audience', signed(HEAD, { ...claims, aud: 'someone' }), 'INVALID_JWT'],
  ['of an unknown role', signed(HEAD, { ...claims, role: 'ROOT' }), 'INVALID_JWT'],
  ['without a role', signed(HEAD, without(claims, 'role')), 'INVALID_JWT'],
  ['without an end', signed(HEAD, without(claims, 'exp')), 'INVALID_JWT'],
  ['without a session', signed(HEAD, without(claims, 'sid')), 'INVALID_JWT'],
  ['of nobody', signed(HEAD, { ...claims, sub: 'x' }), 'INVALID_JWT'],
  ['that is null inside', signed(HEAD, null)],
  ['that is text inside', signed(HEAD, 'text')],
  ['that is too long', signed(HEAD, { ...claims, filler: 'x'.repeat(3_000) }), 'ILLEGAL_ARGUMENT_JWT'],
  ['of garbage', 'garbage'],
  ['of dots', '..'],
  ['of three words', 'a.b.c'],
  ['of broken base64', '!!!!.@@@@.####'],
]

describe('a token', () => {
  test.each(BAD_TOKENS.map(([name, token, code]) => ({ name, token, code })))(
    '$name is refused everywhere, in the header and in the cookie',
    async ({ token, code }) => {
      for (const { method, path, body } of GUARDED) {
        const withBody = body === undefined ? {} : { body }
        for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `accessToken=${token}` }]) {
          tokensUsed.add(token)
          const answer = await send(method, path, { ...withBody, headers })
          expectProblem(answer, 401, code ?? answer.body?.code, path)
          expect(answer.body.code).toMatch(SOME_401)
        }
      }
    },
  )

  test.each([
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'Token abc',
    buyerToken,
    'bearer',
    ', Bearer x',
    'Bearer\tx',
  ])('is not in the header %j', async (authorization) => {
    for (const { method, path, body } of GUARDED) {
      const answer = await send(method, path, {
        headers: { authorization },
        ...(body !== undefined && { body }),
      })
      expectProblem(answer, 401, answer.body?.code, path)
      expect(answer.body.code).toMatch(SOME_401)
    }
  })

  test('of a stranger does not get in beside a good cookie', async () => {
    const headers = { authorization: `Bearer ${BAD_TOKENS[0]![1]}`, cookie: `accessToken=${buyerToken}` }
    expectProblem(await send('GET', ORDERS, { headers }), 401, 'INVALID_JWT', ORDERS)
  })

  test('in a cookie is not good for a write that another site caused', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const answer = await send('POST', LIMITED, {
        body: { itemId },
        headers: { cookie: `accessToken=${buyerToken}`, 'sec-fetch-site': site },
      })
      expectProblem(answer, 403, 'CROSS_SITE_REQUEST', LIMITED)
    }
  })
})

describe('an idempotency key', () => {
  test.each([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['of two words', 'two words'],
    ['that is not ASCII', 'k\u00e9y'],
    ['of bytes that are no text', '\u00ff\u00fe'],
    ['with a tab', 'a\tb'],
  ])('%s is refused', async (_name, key) => {
    for (const [path, body] of [
      [LIMITED, { itemId }],
      [ORDERS, { orderItemList: [{ itemId, itemCount: 1 }] }],
    ] as const) {
      const answer = await send('POST', path, {
        token: buyerToken,
        body,
        headers: { 'idempotency-key': key },
      })
      expectProblem(answer, 400, 'INVALID_INPUT_VALUE', path)
      expect(fieldsOf(answer)).toEqual(fieldsOf(answer).map(() => 'idempotency-key'))
    }
  })

  test('sent twice is refused', async () => {
    const body = JSON.stringify({ itemId })
    const answer = await sendRaw(
      `POST ${LIMITED} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${buyerToken}\r\nidempotency-key: a\r\n` +
        `idempotency-key: b\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
    expectProblem(answer, 400, 'INVALID_INPUT_VALUE', LIMITED)
  })

  test.each(['\u0000', '\u0001', '\u007f'])('with the control character %j is refused', async (character) => {
    const body = JSON.stringify({ itemId })
    const answer = await sendRaw(
      `POST ${LIMITED} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${buyerToken}\r\nidempotency-key: a${character}b\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
    expectProblem(answer, 400, answer.body?.code, answer.body?.instance)
  })
})

describe('an id in the address', () => {
  const NUMBERS: [string, string][] = [
    ['0', 'INVALID_INPUT_VALUE'],
    ['-1', 'INVALID_INPUT_VALUE'],
    ['9007199254740992', 'INVALID_INPUT_VALUE'],
    ['99999999999999999999', 'INVALID_TYPE_VALUE'],
    ['1.5', 'INVALID_TYPE_VALUE'],
    ['1e3', 'INVALID_TYPE_VALUE'],
    ['0x10', 'INVALID_TYPE_VALUE'],
    ['+1', 'INVALID_TYPE_VALUE'],
    ['abc', 'INVALID_TYPE_VALUE'],
    ['NaN', 'INVALID_TYPE_VALUE'],
    ['true', 'INVALID_TYPE_VALUE'],
    ['%00', 'INVALID_TYPE_VALUE'],
    ['1%00', 'INVALID_TYPE_VALUE'],
    ['%20', 'INVALID_TYPE_VALUE'],
    ['%EF%BC%91', 'INVALID_TYPE_VALUE'],
    ["1'%20OR%20'1'='1", 'INVALID_TYPE_VALUE'],
    ['%2e%2e', 'INVALID_TYPE_VALUE'],
    ['..%2f..%2fetc', 'INVALID_TYPE_VALUE'],
    ['__proto__', 'INVALID_TYPE_VALUE'],
  ]
  const ROUTES = [
    ['GET', (id: string) => `${ITEMS}/${id}`],
    ['DELETE', (id: string) => `${ITEMS}/${id}`],
    ['POST', (id: string) => `${ITEMS}/${id}/sale/pause`],
    ['GET', (id: string) => `${STOCKS}/items/${id}`],
    ['GET', (id: string) => `${ORDERS}/${id}`],
    ['PUT', (id: string) => `${ORDERS}/${id}/cancel`],
  ] as const
  test.each(NUMBERS)('is not %s', async (id, code) => {
    for (const [method, pathOf] of ROUTES)
      expectProblem(await send(method, pathOf(id), { token: sellerToken }), 400, code, pathOf(id))
  })
})

describe('an address', () => {
  test.each(
    [
      ['GET', '/nothing/here'],
      ['POST', '/nothing/here'],
      ['GET', '/order-service/api/v1/orders/../orders'],
      ['GET', '/order-service/api/v1/../../../etc/passwd'],
      ['GET', '/%2e%2e/%2e%2e/etc/passwd'],
      ['GET', '/..%2f..%2fetc%2fpasswd'],
      ['GET', '/%00'],
      ['GET', '//order-service/api/v1/orders'],
      ['GET', `${ORDERS}/1/2/3`],
      ['GET', '/Order-Service/api/v1/orders'],
      ['GET', '/__proto__'],
      ['GET', '/constructor'],
      ['GET', '/%zz'],
      ['GET', '/%'],
      ['GET', '/%E0%A4%A'],
      ['GET', `${ITEMS}/%zz`],
      ['GET', `${ITEMS}/%ff`],
      ['GET', `/${'x'.repeat(8_000)}`],
      ['GET', `${ITEMS}/${'1'.repeat(8_000)}`],
      ['GET', `${ITEMS}/${'1'.repeat(201)}`],
      ['DELETE', ORDERS],
      ['PATCH', ORDERS],
      ['DELETE', USERS],
      ['PATCH', `${ITEMS}/1`],
      ['TRACE', ORDERS],
      ['OPTIONS', ORDERS],
      ['PROPFIND', ITEMS],
    ].map(([method = '', path = '']) => ({ name: `${method} ${path.slice(0, 60)}`, method, path })),
  )('that is unknown is not found: $name', async ({ method, path }) => {
    expectProblem(await send(method, path, { token: sellerToken }), 404, 'NOT_FOUND', path)
  })

  test('that is longer than a server reads is refused in the common shape', async () => {
    const answer = await sendRaw(
      `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    )
    expect([400, 414, 431]).toContain(answer.status)
    expectProblem(answer, answer.status, answer.body?.code, answer.body?.instance)
  })

  test('of an unknown protocol is refused in the common shape', async () => {
    const answer = await sendRaw('BREW /coffee HTCPCP/1.0\r\n\r\n')
    expectProblem(answer, 400, answer.body?.code, answer.body?.instance)
  })

  test('keeps its query out of the answer', async () => {
    const answer = await send('GET', `/nothing?token=${buyerToken}`)
    expectProblem(answer, 404, 'NOT_FOUND', '/nothing')
    expect(JSON.stringify(answer.body)).not.toContain(buyerToken)
  })
})

describe('a request id', () => {
  test('of the caller is used where it is decent', async () => {
    const decent = await send('GET', '/nothing', { headers: { 'x-request-id': 'my-request.0001' } })
    expect(decent.body.requestId).toBe('my-request.0001')
    expectProblem(decent, 404, 'NOT_FOUND', '/nothing')
    for (const id of [
      'short',
      'x'.repeat(65),
      'with "quotes" in it',
      'line\tbreak-line',
      '한글한글한글한글',
    ]) {
      const answer = await send('GET', '/nothing', {
        headers: { 'x-request-id': Buffer.from(id).toString('latin1') },
      })
      expectProblem(answer, 404, 'NOT_FOUND', '/nothing')
      expect(answer.body.requestId).not.toBe(id)
    }
  })
})

describe('all of this', () => {
  test('wrote nothing', async () => {
    expect(await everything()).toEqual(before)
  })

  test('left the server working', async () => {
    const answer = await shop.client.send('POST', LIMITED, { token: buyerToken, body: { itemId } })
    expect(answer.status).toBe(201)
  })

  test('left no token, password or personal data in the logs', () => {
    const output = shop.output()
    const secrets = [
      EMAIL,
      PASSWORD,
      NAME,
      PHONE,
      ADDRESS,
      buyerToken,
      sellerToken,
      TEST_SECRETS.TOKEN_SECRET,
    ]
    for (const token of tokensUsed) if (token.length > 20) secrets.push(token)
    for (const secret of secrets) expect(output.includes(secret), secret.slice(0, 12)).toBe(false)
    expect(output).not.toContain(goodSignature)
    // Node hangs the bytes it received, token and all, on its parse errors.
    expect(output.includes('rawPacket'), 'bytes of a request in the logs').toBe(false)
  })

  test('was no fault of the server', () => {
    expect(
      shop
        .output()
        .match(/^.*"level":(50|60).*$/gm)
        ?.map((line) => line.slice(0, 200)) ?? [],
    ).toEqual([])
  })
})
