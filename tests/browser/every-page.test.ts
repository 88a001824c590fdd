// Every page in both sizes: looked at by axe, and by people in tests/browser/screenshots.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, needsBrowser, shoot, startBrowserShop, type BrowserShop } from './support.ts'

describe.skipIf(needsBrowser())('every page', () => {
  let shop: BrowserShop
  let buyer: string
  let paths: Record<string, string>
  beforeAll(async () => {
    shop = await startBrowserShop()
    buyer = await shop.newBuyer()
    const itemId = await shop.openSale()
    const { body: unpaid } = await shop.call(buyer, 'POST', '/order-service/api/v1/orders/limited', {
      itemId,
    })
    const { body: paid } = await shop.call(buyer, 'POST', '/order-service/api/v1/orders', {
      orderItemList: [
        { itemId: 1, itemCount: 1 },
        { itemId: 2, itemCount: 2 },
      ],
    })
    const { orderId, totalSum } = paid as { orderId: number; totalSum: number }
    const payments = '/payment-service/api/v1/payments'
    const opened = await shop.call(buyer, 'POST', payments, { orderId, totalPrice: totalSum })
    await shop.call(buyer, 'PUT', `${payments}/${(opened.body as { paymentId: number }).paymentId}`)
    await shop.call(buyer, 'POST', '/order-service/api/v1/carts', [
      { itemId: 1, quantity: 1 },
      { itemId: 3, quantity: 2 },
    ])
    for (const id of [1, itemId])
      await shop.call(buyer, 'POST', `/user-service/api/v1/wishlists?itemId=${id}`)
    paths = {
      home: '/',
      search: '/search?q=세트',
      'search-none': '/search?q=zzzz',
      item: '/items/1',
      sale: `/items/${itemId}`,
      login: '/login',
      'sign-up': '/sign-up',
      verify: '/verify?user=1&email=a@shop.example',
      'forgot-password': '/forgot-password',
      'reset-password': '/reset-password#token=abc',
      profile: '/profile',
      wishlist: '/wishlist',
      cart: '/cart',
      checkout: `/checkout/${(unpaid as { orderId: number }).orderId}`,
      orders: '/orders',
      order: `/orders/${orderId}`,
      nowhere: '/nowhere',
    }
  })
  afterAll(() => shop?.stop())

  test.each([
    { size: 'phone', language: 'ko', scheme: 'light' },
    { size: 'desktop', language: 'en', scheme: 'dark' },
    { size: 'desktop', language: 'ko', scheme: 'light' },
    { size: 'phone', language: 'en', scheme: 'dark' },
  ] as const)(
    'can be used by everybody: $size, $language, $scheme',
    async (look) => {
      const { page, complaints } = await shop.visitAs(buyer, look)
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('.animate-shimmer').first().waitFor({ state: 'detached' })
        await expectAccessible(page)
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect([path, overflow]).toEqual([path, 0])
        await shoot(page, `${name}-${look.size}-${look.language}-${look.scheme}`)
      }
      expect(complaints).toEqual([])
      await page.context().close()
    },
    180_000,
  )
})
