// What a page needs to choose a provider, and to find out after a reload what became of a payment.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { said } from '../support/orders.ts'
import { PAYMENTS, startPayShop, type PayShop } from '../support/pay-shop.ts'
import { postForm } from '../support/provider-posts.ts'

let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment-page')
})
afterAll(() => shop?.stop())
afterEach(async () => {
  await shop.untilWell()
  await shop.untilQuiet()
  await shop.expectMoney()
}, 60_000)

const attemptsOf = (orderId: number, buyerId: number) =>
  shop.send('GET', `${PAYMENTS}?orderId=${orderId}`, buyerId)

describe('the attempts to pay an order', () => {
  test('are none before a window was opened', async () => {
    const order = await shop.place([1])
    const { status, body } = await attemptsOf(order.orderId, order.buyerId)
    expect([status, body]).toEqual([200, []])
  })

  test('are shown oldest first, each as it is alone', async () => {
    const order = await shop.place([2])
    const atNice = await shop.open(order, 'NICE')
    const { opened } = await shop.pay(order)
    const { body } = await attemptsOf(order.orderId, order.buyerId)
    expect(body.map((one: { provider: string; status: string }) => [one.provider, one.status])).toEqual([
      ['NICE', 'INITIATED'],
      ['TOSS', 'COMPLETED'],
    ])
    expect(body).toEqual([
      await shop.payment(atNice.paymentId, order.buyerId),
      await shop.payment(opened.paymentId, order.buyerId),
    ])
  })

  test('show the money that goes back', async () => {
    const order = await shop.place([2])
    await shop.pay(order)
    const lines = [{ itemId: order.items[0], quantity: 1 }]
    const canceled = await shop.send(
      'PUT',
      `/order-service/api/v1/orders/${order.orderId}/cancel`,
      order.buyerId,
      { lines },
    )
    expect(canceled.status).toBe(204)
    await shop.untilQuiet()
    const { body } = await attemptsOf(order.orderId, order.buyerId)
    expect(body).toMatchObject([{ refundedPrice: 500, refunds: [{ amount: 500, status: 'DONE' }] }])
  })

  test('are nobody else’s business', async () => {
    const order = await shop.place([1])
    expect(said(await attemptsOf(order.orderId, order.buyerId + 1))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await attemptsOf(9_999_999, order.buyerId))).toBe('404 NOT_FOUND_ORDER')
    const path = `${PAYMENTS}?orderId=${order.orderId}`
    const asAdmin = await shop.client.send('GET', path, { token: tokenOf(1, 'ADMIN') })
    expect([asAdmin.status, asAdmin.body]).toEqual([200, []])
    expect(said(await shop.client.send('GET', path))).toBe('401 UNAUTHENTICATED')
  })
})

test('the providers to choose from are named, with the one that is preferred', async () => {
  const { status, body } = await shop.client.send('GET', `${PAYMENTS}/providers`)
  expect([status, body]).toEqual([
    200,
    {
      preferred: 'TOSS',
      providers: [
        { provider: 'TOSS', isUsable: true },
        { provider: 'NICE', isUsable: true },
      ],
    },
  ])
})

describe('a window of NICEPAY that the storefront has opened', () => {
  const openAtNice = async () => {
    const order = await shop.place([1], { price: 1_000 })
    const opened = await shop.open(order, 'NICE')
    const form = await shop.simulator.openNice({
      orderId: opened.providerOrderId,
      amount: opened.amount,
      mallReserved: 'storefront',
    })
    return { order, opened, form }
  }

  test('leads back to its checkout', async () => {
    const { order, opened, form } = await openAtNice()
    const { status, headers } = await postForm(shop.url, form)
    expect([status, headers['location']]).toEqual([
      303,
      `/checkout/${order.orderId}?payment=${opened.paymentId}`,
    ])
    expect(await shop.statusOf(order)).toBe('PAID')
  })

  test('says why nothing was authenticated', async () => {
    const { order, opened, form } = await openAtNice()
    const closed = { ...form, authResultCode: 'I002', tid: '', signature: '' }
    const { status, headers } = await postForm(shop.url, closed)
    expect([status, headers['location']]).toEqual([
      303,
      `/checkout/${order.orderId}?payment=${opened.paymentId}&code=I002`,
    ])
    expect(await shop.statusOf(order)).toBe('CREATED')
  })
})
