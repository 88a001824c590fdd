import { expect, test } from 'vitest'
import { simulatorUrl, type Checkout } from './window.ts'

const checkout: Checkout = {
  provider: 'TOSS',
  clientKey: 'test_ck',
  orderId: '7-abc',
  orderName: '한정판 머그컵',
  amount: 24_000,
  currency: 'KRW',
  windowUrl: 'http://pay.example/toss/window',
}
const BACK = 'https://shop.example/checkout/7'

test('the window of Toss leads back to the checkout, whatever comes of it', () => {
  const { searchParams } = new URL(simulatorUrl(checkout, BACK))
  expect(Object.fromEntries(searchParams)).toEqual({
    clientKey: 'test_ck',
    orderId: '7-abc',
    orderName: '한정판 머그컵',
    amount: '24000',
    successUrl: BACK,
    failUrl: BACK,
  })
})

test('that of NICEPAY posts to the server, which leads back to the storefront', () => {
  const url = simulatorUrl(
    { ...checkout, provider: 'NICE', windowUrl: 'http://pay.example/nice/window' },
    BACK,
  )
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
    clientId: 'test_ck',
    method: 'card',
    orderId: '7-abc',
    goodsName: '한정판 머그컵',
    amount: '24000',
    returnUrl: 'https://shop.example/payment-service/api/v1/payments/nice/confirm',
    mallReserved: 'storefront',
  })
})
