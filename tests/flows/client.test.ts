// A person's whole way through the shop, with the typed client that integrators get.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createShopClient, newKey, type ShopClient } from '../../client/index.ts'
import { tokenOf } from '../support/buyers.ts'
import { codeIn, startInbox, type Inbox } from '../support/inbox.ts'
import { normalItem, startShop, type Shop } from '../support/sale-app.ts'

const EMAIL = 'traveller@shop.example'
const PASSWORD = 'glass-river-journey'

let inbox: Inbox
let shop: Shop
let accessToken: string | undefined
let traveller: ShopClient
let seller: ShopClient

beforeAll(async () => {
  inbox = await startInbox()
  shop = await startShop('client', { SMTP_URL: inbox.smtpUrl })
  traveller = createShopClient({ baseUrl: shop.url, accessToken: () => accessToken })
  seller = createShopClient({ baseUrl: shop.url, accessToken: () => tokenOf(8_001, 'SELLER') })
})
afterAll(async () => {
  await shop?.stop()
  await inbox?.stop()
})

async function publish(name: string, more: Record<string, unknown> = {}): Promise<number> {
  const { data } = await seller.POST('/item-service/api/v1/items', {
    params: { header: newKey() },
    body: { ...(normalItem({ name, price: 12_000 }) as { name: string }), ...more } as never,
  })
  expect(data?.id).toBeGreaterThan(0)
  return data!.id
}

describe('with the typed client', () => {
  test('somebody signs up, verifies the address and logs in', async () => {
    const { data: person } = await traveller.POST('/user-service/api/v1/users', {
      body: {
        email: EMAIL,
        password: PASSWORD,
        name: '홍길동',
        address: '서울특별시 중구 세종대로 110',
        phoneNumber: '010-4242-4242',
      },
    })
    expect(person).toMatchObject({ name: '홍길동', email: EMAIL })
    const verificationCode = codeIn(await inbox.waitFor(EMAIL))
    const { data: verified } = await traveller.PUT('/user-service/api/v1/users/{userId}/email-verification', {
      params: { path: { userId: person!.id } },
      body: { verificationCode },
    })
    expect(verified?.status).toBe(true)
    const { response } = await traveller.POST('/user-service/api/v1/users/login', {
      body: { email: EMAIL, password: PASSWORD },
    })
    accessToken = response.headers.get('authorization')?.replace('Bearer ', '')
    expect(accessToken).toBeDefined()
    const { data: profile } = await traveller.GET('/user-service/api/v1/users/{userId}', {
      params: { path: { userId: person!.id } },
    })
    expect(profile).toMatchObject({ id: person!.id, phoneNumber: '010-4242-4242' })
  })

  test('finds, keeps, collects and orders; the order has the recipient of the profile', async () => {
    const [mug, bag] = [await publish('손잡이 머그컵'), await publish('종이 가방')]
    const { data: found } = await traveller.GET('/item-service/api/v1/items', {
      params: { query: { q: '손잡이', page: 0, size: 10 } },
    })
    expect(found).toMatchObject({ content: [{ id: mug, name: '손잡이 머그컵', price: 12_000 }] })
    await traveller.POST('/user-service/api/v1/wishlists', { params: { query: { itemId: bag } } })
    const { data: wishlist } = await traveller.GET('/user-service/api/v1/wishlists')
    expect(wishlist?.wishlistItems.map(({ itemId }) => itemId)).toEqual([bag])
    await traveller.POST('/order-service/api/v1/carts', {
      body: [
        { itemId: mug, quantity: 2 },
        { itemId: bag, quantity: 1 },
      ],
    })
    const key = newKey()
    const { data: order } = await traveller.POST('/order-service/api/v1/carts/order', {
      params: { header: key },
    })
    expect(order).toMatchObject({ totalSum: 36_000, status: 'CREATED' })
    const { data: again, response } = await traveller.POST('/order-service/api/v1/carts/order', {
      params: { header: key },
    })
    expect(again).toEqual(order)
    expect(response.headers.get('idempotency-replayed')).toBe('true')
    const { data: detail } = await traveller.GET('/order-service/api/v1/orders/{orderId}', {
      params: { path: { orderId: order!.orderId } },
    })
    expect(detail).toMatchObject({ recipient: { name: '홍길동', address: '서울특별시 중구 세종대로 110' } })
  })

  test('wins one of the last units of a limited item, and is told the limit in English', async () => {
    const itemId = await publish('마지막 한 개', {
      isReserved: true,
      openTime: '2026-01-02T12:00:00',
      quantity: 2,
      limitPerBuyer: 1,
    })
    const buy = () =>
      traveller.POST('/order-service/api/v1/orders/limited', {
        params: { header: newKey() },
        headers: { 'accept-language': 'en' },
        body: { itemId, quantity: 1 },
      })
    const { data: placed } = await buy()
    expect(placed?.saleSequence).toBeGreaterThan(0)
    const { error } = await buy()
    expect(error).toMatchObject({
      code: 'PURCHASE_LIMIT_REACHED',
      message: 'The limit for each buyer is reached.',
    })
  })
})
