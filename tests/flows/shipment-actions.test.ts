// What sellers do with their shipments, over HTTP: packed, sent, delivered, received; who may, in which state, and what is on record.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserRole } from '../../server/platform/auth.ts'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { ORDERS, said } from '../support/orders.ts'
import { startPayShop, type PayShop } from '../support/pay-shop.ts'
import { ITEMS, normalItem } from '../support/sale-app.ts'

const SHIPMENTS = '/order-service/api/v1/shipments'
const SELLER = 900_001
const OTHER_SELLER = 900_002
const ADMIN = 900_003
const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6890-1234-5678' }
const RECIPIENT = { name: '홍길동', phoneNumber: '010-1234-5678', address: '서울특별시 중구 세종대로 110' }

let shop: PayShop
let itemId: number
beforeAll(async () => {
  shop = await startPayShop('shipment-actions')
  itemId = await newItem(SELLER)
})
afterAll(() => shop?.stop())

interface Asked {
  userId?: number
  role?: UserRole
  key?: string
  body?: unknown
  language?: string
}

const ask = (method: string, path: string, asked: Asked = {}): Promise<Answer> =>
  shop.client.send(method, path, {
    token: tokenOf(asked.userId ?? SELLER, asked.role ?? 'SELLER'),
    ...(asked.key !== undefined && { key: asked.key }),
    ...(asked.body !== undefined && { body: asked.body }),
    ...(asked.language !== undefined && { headers: { 'accept-language': asked.language } }),
  })
const act = (shipmentId: number | string, action: string, asked?: Asked): Promise<Answer> =>
  ask('POST', `${SHIPMENTS}/${shipmentId}/${action}`, asked)
const ship = (shipmentId: number | string, asked: Asked = {}): Promise<Answer> =>
  act(shipmentId, 'ship', { body: PARCEL, ...asked })
const read = async (shipmentId: number, asked?: Asked): Promise<Answer['body']> =>
  (await ask('GET', `${SHIPMENTS}/${shipmentId}`, asked)).body
const moves = async (shipmentId: number): Promise<string[]> =>
  (await read(shipmentId)).history.map(({ status }: { status: string }) => status)
const auditOf = async (shipmentId: number): Promise<unknown[]> =>
  (
    await shop.database.query(
      `SELECT actor_id, action, before, after FROM platform.audit
        WHERE subject = 'shipment' AND subject_id = $1 ORDER BY id`,
      [shipmentId],
    )
  ).rows

async function newItem(sellerId: number): Promise<number> {
  const body = normalItem({ quantity: 1_000, price: 500 })
  return (await ask('POST', ITEMS, { userId: sellerId, body })).body.id
}

interface Made {
  orderId: number
  buyerId: number
  shipmentId: number
}

/** Paid, and in ACCEPTANCE. */
async function made(item = itemId): Promise<Made> {
  const buyerId = shop.orders.newBuyer()
  const placed = await shop.orders.order(buyerId, [{ itemId: item, itemCount: 1 }], { recipient: RECIPIENT })
  const { orderId, totalSum } = placed.body
  expect(said(await shop.pay({ orderId, buyerId, items: [], total: totalSum }))).toBe('200 COMPLETED')
  const shipments = async (): Promise<Answer['body'][]> =>
    (await shop.send('GET', `${ORDERS}/${orderId}/shipments`, buyerId)).body
  await expect.poll(async () => (await shipments()).length, { timeout: 10_000 }).toBe(1)
  return { orderId, buyerId, shipmentId: (await shipments())[0].shipmentId }
}

const orderStatus = async ({ orderId, buyerId }: Made): Promise<unknown> =>
  (await shop.orders.get(orderId, buyerId)).body.status

describe('a seller', () => {
  test('packs, sends and delivers; order, history and audit trail follow', async () => {
    const one = await made()
    const seen = []
    for (const step of [
      () => act(one.shipmentId, 'pack'),
      () => ship(one.shipmentId),
      () => act(one.shipmentId, 'deliver'),
    ]) {
      expect(said(await step())).toBe('204')
      seen.push([(await read(one.shipmentId)).status, await orderStatus(one)])
    }
    expect(seen).toEqual([
      ['READY', 'READY'],
      ['SHIPPING', 'SHIPPING'],
      ['SHIPPED', 'SHIPPED'],
    ])
    const shipment = await read(one.shipmentId)
    expect(shipment).toMatchObject({ orderId: one.orderId, ...PARCEL, dueAt: null })
    expect(shipment.history.map((entry: object) => ({ ...entry, at: '' }))).toEqual([
      { status: 'ACCEPTANCE', at: '', actorId: null },
      { status: 'READY', at: '', actorId: SELLER },
      { status: 'SHIPPING', at: '', actorId: SELLER },
      { status: 'SHIPPED', at: '', actorId: SELLER },
    ])
    expect(await auditOf(one.shipmentId)).toEqual([
      { actor_id: SELLER, action: 'PACK', before: { status: 'ACCEPTANCE' }, after: { status: 'READY' } },
      { actor_id: SELLER, action: 'SHIP', before: { status: 'READY' }, after: { status: 'SHIPPING' } },
      { actor_id: SELLER, action: 'DELIVER', before: { status: 'SHIPPING' }, after: { status: 'SHIPPED' } },
    ])
  })

  test('sends what was not packed yet: it was READY in between', async () => {
    const { shipmentId } = await made()
    expect(said(await ship(shipmentId))).toBe('204')
    expect(await moves(shipmentId)).toEqual(['ACCEPTANCE', 'READY', 'SHIPPING'])
  })

  test('asks twice, with a key or without, and it is done once', async () => {
    const { shipmentId } = await made()
    const key = randomUUID()
    expect(said(await ship(shipmentId, { key }))).toBe('204')
    const again = await ship(shipmentId, { key })
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([204, 'true'])
    expect(said(await ship(shipmentId))).toBe('204')
    expect(said(await ship(shipmentId, { key: randomUUID() }))).toBe('204')
    expect(await moves(shipmentId)).toEqual(['ACCEPTANCE', 'READY', 'SHIPPING'])
    expect(await auditOf(shipmentId)).toHaveLength(1)
  })

  test('asks five times at once, and it is done once', async () => {
    const { shipmentId } = await made()
    const answers = await Promise.all(Array.from({ length: 5 }, () => ship(shipmentId)))
    expect(answers.map(said)).toEqual(Array.from({ length: 5 }, () => '204'))
    expect(await moves(shipmentId)).toEqual(['ACCEPTANCE', 'READY', 'SHIPPING'])
  })

  test('does not change the parcel of what is on its way, but names that of what time has sent off', async () => {
    const sent = await made()
    await ship(sent.shipmentId)
    const other = { ...PARCEL, trackingNumber: '1' }
    expect(said(await ship(sent.shipmentId, { body: other }))).toBe('409 SHIPMENT_NOT_MOVABLE')
    expect(await read(sent.shipmentId)).toMatchObject(PARCEL)
    const byTime = await made()
    await act(byTime.shipmentId, 'pack')
    await shop.database.query('UPDATE shipments.shipment SET due_at = since WHERE id = $1', [
      byTime.shipmentId,
    ])
    await expect
      .poll(async () => (await read(byTime.shipmentId)).status, { timeout: 10_000 })
      .toBe('SHIPPING')
    expect(await read(byTime.shipmentId)).toMatchObject({ carrier: null, trackingNumber: null })
    expect(said(await ship(byTime.shipmentId))).toBe('204')
    expect(await read(byTime.shipmentId)).toMatchObject({ status: 'SHIPPING', ...PARCEL })
    expect(await moves(byTime.shipmentId)).toEqual(['ACCEPTANCE', 'READY', 'SHIPPING'])
  })

  test('is told where a shipment is in another state, in both languages', async () => {
    const { shipmentId } = await made()
    for (const action of ['deliver', 'receive'])
      expect(said(await act(shipmentId, action))).toBe('409 SHIPMENT_NOT_MOVABLE')
    await ship(shipmentId)
    for (const action of ['pack', 'receive'])
      expect(said(await act(shipmentId, action))).toBe('409 SHIPMENT_NOT_MOVABLE')
    await act(shipmentId, 'deliver')
    expect(said(await ship(shipmentId))).toBe('409 SHIPMENT_NOT_MOVABLE')
    expect((await act(shipmentId, 'pack')).body.message).toBe('현재 배송 상태에서는 할 수 없습니다.')
    expect((await act(shipmentId, 'pack', { language: 'en' })).body.message).toBe(
      'The shipment is not in a state for this.',
    )
    expect(await moves(shipmentId)).toEqual(['ACCEPTANCE', 'READY', 'SHIPPING', 'SHIPPED'])
  })

  test('learns that there is no such shipment', async () => {
    for (const answer of [await act(987_654_321, 'pack'), await ask('GET', `${SHIPMENTS}/987654321`)]) {
      expect(said(answer)).toBe('404 NOT_FOUND_SHIPMENT')
      expect(answer.body.message).toBe('배송 정보가 존재하지 않습니다.')
    }
    for (const id of ['0', '-1', 'x', '9007199254740993', '99999999999999999999'])
      expect([(await act(id, 'pack')).status, (await ask('GET', `${SHIPMENTS}/${id}`)).status]).toEqual([
        400, 400,
      ])
  })
})

describe('somebody else', () => {
  test('does nothing with a shipment and sees nothing of it, and the attempt is on record', async () => {
    const one = await made()
    for (const action of ['pack', 'deliver', 'receive'])
      expect(said(await act(one.shipmentId, action, { userId: OTHER_SELLER }))).toBe(
        '403 UNAUTHORIZED_ACCESS',
      )
    expect(said(await ship(one.shipmentId, { userId: OTHER_SELLER }))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await ask('GET', `${SHIPMENTS}/${one.shipmentId}`, { userId: OTHER_SELLER }))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
    const buyer = { userId: one.buyerId, role: 'CERTIFIED_USER' } as const
    expect(said(await ship(one.shipmentId, buyer))).toBe('403 UNAUTHORIZED_ACCESS')
    expect((await shop.client.send('POST', `${SHIPMENTS}/${one.shipmentId}/pack`)).status).toBe(401)
    expect(await moves(one.shipmentId)).toEqual(['ACCEPTANCE'])
    expect(await auditOf(one.shipmentId)).toEqual(
      ['PACK', 'DELIVER', 'RECEIVE', 'SHIP'].map((action) => ({
        actor_id: OTHER_SELLER,
        action: `${action}_REFUSED`,
        before: null,
        after: null,
      })),
    )
  })

  test('who is an administrator may, by name; who gets the goods is for the seller alone', async () => {
    const { shipmentId } = await made()
    const admin = { userId: ADMIN, role: 'ADMIN' } as const
    expect(said(await act(shipmentId, 'pack', admin))).toBe('204')
    expect(await auditOf(shipmentId)).toMatchObject([{ actor_id: ADMIN, action: 'PACK' }])
    expect(await read(shipmentId, admin)).not.toHaveProperty('recipient')
    expect((await read(shipmentId)).recipient).toEqual(RECIPIENT)
  })
})

describe('a parcel', () => {
  const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field)

  test('has a carrier and a number, or it is told what is missing', async () => {
    const { shipmentId } = await made()
    for (const [body, field] of [
      [{ carrier: 'CJ대한통운' }, 'trackingNumber'],
      [{ trackingNumber: '1234' }, 'carrier'],
    ] as const) {
      const korean = await ship(shipmentId, { body })
      expect([said(korean), fieldsOf(korean)]).toEqual(['400 INVALID_INPUT_VALUE', [field]])
      expect(korean.body.errors[0].reason).toBe('필수 입력 대상입니다.')
      expect((await ship(shipmentId, { body, language: 'en' })).body.errors[0].reason).toBe('Required.')
    }
    expect(await moves(shipmentId)).toEqual(['ACCEPTANCE'])
  })

  test.each([
    ['no text', { carrier: 1 }],
    ['an empty carrier', { carrier: '' }],
    ['a blank carrier', { carrier: ' ' }],
    ['a long carrier', { carrier: '가'.repeat(41) }],
    ['a carrier with a zero', { carrier: 'D\0HL' }],
    ['a carrier with a line break', { carrier: 'DHL\n' }],
    ['half a character', { carrier: 'D\ud800' }],
    ['markup', { carrier: '<b>DHL</b>' }],
    ['an empty number', { trackingNumber: '' }],
    ['a number with spaces', { trackingNumber: '1 2' }],
    ['a number with a line break', { trackingNumber: '12\n' }],
    ['a long number', { trackingNumber: '1'.repeat(41) }],
    ['a number as a number', { trackingNumber: 12 }],
    ['no carrier at all', { carrier: null }],
    ['something unknown', { weight: 3 }],
  ])('of %s is refused', async (_, change) => {
    const answer = await ship(987_654_321, { body: { ...PARCEL, ...change } })
    expect(said(answer)).toBe('400 INVALID_INPUT_VALUE')
    expect(fieldsOf(answer)).toContain(Object.keys(change)[0])
  })

  test.each([undefined, null, [], 'text', {}])('body %o is refused', async (body) => {
    expect((await act(987_654_321, 'ship', { body })).status).toBe(400)
  })

  test.each([
    { carrier: '가'.repeat(40), trackingNumber: 'A'.repeat(40) },
    { carrier: 'DHL (Global) & Co. 2+1', trackingNumber: '1' },
    { carrier: 'Poste Française', trackingNumber: 'EE-123-FR' },
  ])('of $carrier is sent', async (body) => {
    const { shipmentId } = await made()
    expect(said(await ship(shipmentId, { body }))).toBe('204')
    expect(await read(shipmentId)).toMatchObject(body)
  })
})

describe('the list of a seller', () => {
  test('has its own, newest first, page by page, by state and direction', { timeout: 60_000 }, async () => {
    const seller = { userId: 900_010 }
    const item = await newItem(seller.userId)
    const all: Made[] = []
    for (let i = 0; i < 4; i++) all.unshift(await made(item))
    const [newest, second, third] = all as [Made, Made, Made]
    await ship(second.shipmentId, seller)
    await act(second.shipmentId, 'deliver', seller)
    await shop.send('PUT', `${ORDERS}/${second.orderId}/return`, second.buyerId)
    await shop.orders.cancel(third.orderId, third.buyerId)
    const list = async (query: string): Promise<Answer['body']> =>
      (await ask('GET', `${SHIPMENTS}${query}`, seller)).body
    const ids = ({ content }: Answer['body']): number[] =>
      content.map(({ shipmentId }: { shipmentId: number }) => shipmentId)
    const whole = await list('')
    expect(whole.next).toBeNull()
    const [back] = ids(whole)
    expect(ids(whole)).toEqual([back, ...all.map(({ shipmentId }) => shipmentId)])
    expect(whole.content.map(({ recipient }: { recipient?: unknown }) => recipient)).toEqual([
      undefined,
      RECIPIENT,
      RECIPIENT,
      undefined,
      RECIPIENT,
    ])
    expect(whole.content[0]).toMatchObject({
      direction: 'BACK',
      status: 'RETURN_REQUESTED',
      dueAt: expect.any(String),
    })
    const first = await list('?limit=2')
    const rest = await list(`?limit=3&cursor=${first.next}`)
    expect([...ids(first), ...ids(rest)]).toEqual(ids(whole))
    expect(rest.next).toBeNull()
    expect(ids(await list('?status=CANCELED'))).toEqual([third.shipmentId])
    expect(ids(await list('?status=ACCEPTANCE&limit=1'))).toEqual([newest.shipmentId])
    expect(ids(await list('?direction=BACK'))).toEqual([back])
    expect(ids(await list('?direction=OUT&status=SHIPPED'))).toEqual([second.shipmentId])
    expect(ids(await list('?direction=BACK&status=SHIPPED'))).toEqual([])
    expect((await ask('GET', SHIPMENTS, { userId: 900_011 })).body).toEqual({ content: [], next: null })
  })

  test.each([
    'status=DELIVERED',
    'status=',
    'direction=UP',
    'limit=0',
    'limit=101',
    'cursor=x',
    'cursor=WyJ4Il0',
    'cursor=',
    `cursor=${'A'.repeat(301)}`,
  ])('%s is refused', async (query) => {
    expect((await ask('GET', `${SHIPMENTS}?${query}`)).status).toBe(400)
  })

  test('is for sellers', async () => {
    expect(said(await ask('GET', SHIPMENTS, { userId: 1, role: 'CERTIFIED_USER' }))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
    expect((await shop.client.send('GET', SHIPMENTS)).status).toBe(401)
  })
})
