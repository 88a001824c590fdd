// A key on any write: the same answer again, one effect; and what happens when it is not the same request, not finished, or not known.
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPersonalData } from '../../server/platform/crypto.ts'
import { openDatabase, type Database } from '../../server/platform/db.ts'
import { createKeptAnswers, forgetOldAnswers, type KeptAnswers } from '../../server/platform/kept-answers.ts'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { normalItem, startShop, type Shop } from '../support/sale-app.ts'
import { TEST_KEY } from '../support/user-app.ts'

const SELLER = 6_001
const OTHER_SELLER = 6_002
const STOCKS = '/item-service/api/v1/stocks'
const ITEMS = '/item-service/api/v1/items'

let shop: Shop
let database: Database
let answers: KeptAnswers
const pii = createPersonalData([TEST_KEY])

beforeAll(async () => {
  shop = await startShop('idempotency')
  const { rows } = await shop.database.query<{ name: string }>('SELECT current_database() AS name')
  const { host, port, user } = shop.database.options as { host?: string; port?: number; user?: string }
  const url =
    (shop.database.options as { connectionString?: string }).connectionString ??
    `postgres://${user}@${host}:${port}/${rows[0]!.name}`
  database = openDatabase({ url, poolMax: 4, log: pino({ level: 'silent' }) })
  answers = createKeptAnswers({ database, pii })
})
afterAll(async () => {
  await database?.close()
  await shop?.stop()
})

const token = tokenOf(SELLER, 'SELLER')
const send = (method: string, path: string, key: string, body?: unknown, who = token): Promise<Answer> =>
  shop.client.send(method, path, { token: who, key, body })
const raise = (itemId: number, quantity: number, key: string): Promise<Answer> =>
  send('POST', STOCKS, key, { itemId, quantity })
const quantityOf = async (itemId: number): Promise<number> =>
  (await shop.client.send('GET', `${STOCKS}/items/${itemId}`)).body.quantity
const newItem = async (): Promise<number> =>
  (await shop.client.send('POST', ITEMS, { token, body: normalItem() })).body.id

let keys = 0
const newKey = (): string => `key-${++keys}`

describe('a write with a key', () => {
  test('is done once and answered equally, body and status', async () => {
    const key = newKey()
    const first = await send('POST', ITEMS, key, normalItem({ name: '한 번만 등록' }))
    const again = await send('POST', ITEMS, key, normalItem({ name: '한 번만 등록' }))
    expect(first.status).toBe(201)
    expect([again.status, again.body]).toEqual([201, first.body])
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ])
    expect(again.headers['content-type']).toBe(first.headers['content-type'])
  })

  test('that answers nothing answers nothing again', async () => {
    const [itemId, key] = [await newItem(), newKey()]
    const sent = [await raise(itemId, 5, key), await raise(itemId, 5, key), await raise(itemId, 5, key)]
    expect(sent.map(({ status, body }) => [status, body])).toEqual(sent.map(() => [204, '']))
    expect(await quantityOf(itemId)).toBe(15)
  })

  test('sent twenty times at once is done once: the others are told that it is being worked on', async () => {
    const [itemId, key] = [await newItem(), newKey()]
    const sent = await Promise.all(Array.from({ length: 20 }, () => raise(itemId, 5, key)))
    for (const { status, body, headers } of sent.filter((answer) => answer.status !== 204)) {
      expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT'])
      expect(headers['retry-after']).toBe('1')
    }
    expect((await raise(itemId, 5, key)).status).toBe(204)
    expect(await quantityOf(itemId)).toBe(15)
  })

  test('with another body, or of another item, is refused', async () => {
    const [itemId, other, key] = [await newItem(), await newItem(), newKey()]
    await raise(itemId, 5, key)
    const answersTo = [await raise(itemId, 6, key), await raise(other, 5, key)]
    expect(answersTo.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      '422 IDEMPOTENCY_KEY_REUSED',
      '422 IDEMPOTENCY_KEY_REUSED',
    ])
    expect([await quantityOf(itemId), await quantityOf(other)]).toEqual([15, 10])
  })

  test('is scoped to user, method and route', async () => {
    const [itemId, key] = [await newItem(), newKey()]
    const body = { itemId, quantity: 2 }
    expect((await send('POST', STOCKS, key, body)).status).toBe(204)
    expect((await send('PUT', STOCKS, key, body)).status).toBe(204)
    const stranger = await send('POST', STOCKS, key, body, tokenOf(OTHER_SELLER, 'SELLER'))
    expect([stranger.status, stranger.body.code]).toEqual([403, 'UNAUTHORIZED_ACCESS'])
    expect(await quantityOf(itemId)).toBe(10)
  })

  test('that was refused has bound nothing', async () => {
    const [itemId, key] = [await newItem(), newKey()]
    const refused = await send('PUT', STOCKS, key, { itemId, quantity: 11 })
    expect([refused.status, refused.body.code]).toEqual([409, 'NOT_ENOUGH_STOCK'])
    await raise(itemId, 1, newKey())
    expect((await send('PUT', STOCKS, key, { itemId, quantity: 11 })).status).toBe(204)
  })

  test.each(['', ' ', 'ä', 'a b', 'x'.repeat(256)])('whose key is malformed is refused: %j', async (key) => {
    const answer = await shop.client.send('POST', STOCKS, {
      token,
      headers: { 'idempotency-key': Buffer.from(key).toString('latin1') },
      body: { itemId: await newItem(), quantity: 1 },
    })
    expect([answer.status, answer.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED'])
  })

  test('is kept sealed: no table shows what was answered', async () => {
    const key = newKey()
    await send('POST', ITEMS, key, normalItem({ name: '봉인된 상품' }))
    const { rows } = await shop.database.query<{ answer: Buffer }>(
      'SELECT answer FROM platform.kept_answer WHERE idem_key = $1',
      [key],
    )
    expect(rows).toHaveLength(1)
    for (const plain of ['봉인된', 'status']) expect(rows[0]!.answer.includes(plain)).toBe(false)
  })
})

describe('a claimed key', () => {
  const request = (key: string, content = 'body') => ({ userId: 1, route: 'POST /somewhere', key, content })
  const age = (key: string, what: string) =>
    sql`UPDATE platform.kept_answer SET ${sql.raw(what)} WHERE idem_key = ${key}`.execute(database.db)

  async function claimed(key: string) {
    const taken = await answers.claim(request(key))
    if (taken.outcome !== 'claimed') throw new Error(taken.outcome)
    return taken.claim
  }

  test('of a process that died before it did anything is free after its lease', async () => {
    const key = newKey()
    const dead = await claimed(key)
    expect((await answers.claim(request(key))).outcome).toBe('in_flight')
    await age(key, `lease_until = now() - interval '1 second'`)
    const next = await claimed(key)
    // The first one was only slow: it can not do it any more.
    await expect(database.transaction((tx) => dead.bind(tx))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_IN_FLIGHT',
    })
    await database.transaction((tx) => next.bind(tx))
    await next.keep({ status: 204, headers: {}, body: '' })
    expect((await answers.claim(request(key))).outcome).toBe('kept')
  })

  test('of a process that died between its commit and its answer is never done twice', async () => {
    const key = newKey()
    const claim = await claimed(key)
    await database.transaction((tx) => claim.bind(tx))
    await age(key, `lease_until = now() - interval '1 hour'`)
    expect((await answers.claim(request(key))).outcome).toBe('answer_lost')
  })

  test('of a transaction that was rolled back is free again', async () => {
    const key = newKey()
    const claim = await claimed(key)
    await database
      .transaction(async (tx) => {
        await claim.bind(tx)
        throw new Error('the flow failed')
      })
      .catch(() => undefined)
    await claim.release()
    expect((await answers.claim(request(key))).outcome).toBe('claimed')
  })

  test('means nothing a day later, and is forgotten', async () => {
    const key = newKey()
    await (await claimed(key)).keep({ status: 200, headers: {}, body: '{"a":1}' })
    expect(await answers.claim(request(key))).toEqual({
      outcome: 'kept',
      answer: { status: 200, headers: {}, body: '{"a":1}' },
    })
    expect((await answers.claim(request(key, 'another body'))).outcome).toBe('reused')
    const { rows } = await sql<{ hours: number }>`
      SELECT extract(epoch FROM expires_at - now())::float8 / 3600 AS hours FROM platform.kept_answer
       WHERE idem_key = ${key}`.execute(database.db)
    expect(rows[0]!.hours).toBeGreaterThan(23.9)
    expect(rows[0]!.hours).toBeLessThanOrEqual(24)
    await age(key, `expires_at = now() - interval '1 second'`)
    await (await claimed(key)).release()
    await (await claimed(key)).keep({ status: 200, headers: {}, body: '' })
    await age(key, `expires_at = now() - interval '1 second'`)
    expect(await forgetOldAnswers(database.db, 100)).toBeGreaterThanOrEqual(1)
    expect((await answers.claim(request(key))).outcome).toBe('claimed')
  })
})
