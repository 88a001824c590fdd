// After the sale: cart, payment that goes wrong, cancel and return; each as its buyer sees it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import {
  expectAccessible,
  needsBrowser,
  shoot,
  startBrowserShop,
  type BrowserShop,
  type Look,
} from './support.ts'

describe.skipIf(needsBrowser())('orders', () => {
  let shop: BrowserShop
  const complaints: string[][] = []
  beforeAll(async () => {
    shop = await startBrowserShop()
  })
  afterAll(() => shop?.stop())
  const enter = async (look: Look = {}): Promise<{ page: Page; name: string }> => {
    const name = await shop.newBuyer()
    const visitor = await shop.visitAs(name, look)
    complaints.push(visitor.complaints)
    return { page: visitor.page, name }
  }
  const normalItem = async (name: string): Promise<number> => {
    const { body } = await shop.call('seller', 'POST', '/item-service/api/v1/items', {
      name,
      description: '언제나 살 수 있는 상품입니다.',
      price: 5_000,
      quantity: 100,
      isReserved: false,
    })
    return (body as { id: number }).id
  }
  const payAt = async (page: Page, choice: 'approve' | 'refuse' | 'close'): Promise<void> => {
    await page.getByRole('button', { name: /결제하기$/ }).click()
    await page.waitForURL((url) => url.origin === shop.simulatorUrl)
    await page.locator(`button[value=${choice}]`).click()
    await page.waitForURL('**/checkout/**')
  }

  test('a cart becomes an order that is paid, cancelled by line and quantity, and refunded', async () => {
    const [mug, plate] = [await normalItem('하얀 머그컵'), await normalItem('하얀 접시')]
    const { page } = await enter({ size: 'phone' })
    for (const itemId of [mug, plate]) {
      await page.goto(`/items/${itemId}`)
      await page.getByRole('button', { name: '하나 더하기' }).click()
      await page.getByRole('button', { name: '장바구니에 담기' }).click()
      await page.getByText('장바구니에 담았습니다.').waitFor()
    }
    await expectAccessible(page)
    await shoot(page, 'item-phone-ko')
    await page.goto('/cart')
    await page.getByText('₩20,000').waitFor()
    await expectAccessible(page)
    await shoot(page, 'cart-phone-ko')
    await page.getByRole('button', { name: '주문하기' }).click()
    await page.waitForURL('**/checkout/*')
    await payAt(page, 'approve')
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
    await page.getByRole('link', { name: '주문 보기' }).click()

    await page.getByRole('button', { name: '주문 취소' }).click()
    const dialog = page.getByRole('dialog')
    const units = dialog.getByRole('group', { name: '하얀 머그컵 수량' })
    await units.getByRole('button', { name: '하나 빼기' }).click()
    const others = dialog.getByRole('group', { name: '하얀 접시 수량' })
    await others.getByRole('button', { name: '하나 빼기' }).click()
    await others.getByRole('button', { name: '하나 빼기' }).click()
    await dialog.getByText('돌려받을 금액 ₩5,000').waitFor()
    await expectAccessible(page)
    await shoot(page, 'order-cancel-phone-ko')
    await dialog.getByRole('button', { name: '취소하기' }).click()
    await page.getByText('1개 취소').waitFor()
    await page.getByText('−₩5,000').waitFor()
    await expectAccessible(page)
    await shoot(page, 'order-canceled-phone-ko')
  })

  test('a payment that is refused, or whose window is closed, can be made again while the hold lasts', async () => {
    const itemId = await shop.openSale()
    const { page } = await enter({ size: 'phone' })
    await page.goto(`/items/${itemId}`)
    await page.getByRole('button', { name: '바로 구매' }).click()
    await page.getByRole('link', { name: '결제하기', exact: true }).click()
    await payAt(page, 'close')
    await page.getByText('청구되지 않았습니다').waitFor()
    await payAt(page, 'refuse')
    await page.getByText('청구되지 않았습니다').waitFor()
    await expectAccessible(page)
    await shoot(page, 'checkout-refused-phone-ko')
    await payAt(page, 'approve')
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
  })

  test('is paid at NICEPAY as well, and led back', async () => {
    const itemId = await shop.openSale()
    const { page } = await enter()
    await page.goto(`/items/${itemId}`)
    await page.getByRole('button', { name: '바로 구매' }).click()
    await page.getByRole('link', { name: '결제하기', exact: true }).click()
    await page.getByRole('radio', { name: '나이스페이' }).check()
    await payAt(page, 'approve')
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
  })

  test('an order that is not paid in time ends, says so, and can be made again', async () => {
    const itemId = await shop.openSale({ holdSeconds: 5, limitPerBuyer: 1 })
    const { page } = await enter({ size: 'phone' })
    await page.goto(`/items/${itemId}`)
    await page.getByRole('button', { name: '바로 구매' }).click()
    await page.getByText('곧 끝납니다').waitFor()
    await page.getByRole('link', { name: '주문 보기' }).click()
    await page.getByText('결제 시간이 지나 주문이 끝났습니다').waitFor()
    await expectAccessible(page)
    await shoot(page, 'order-expired-phone-ko')
    await page.getByRole('link', { name: '상품 다시 보기' }).click()
    await page.getByRole('button', { name: '다시 주문하기' }).click()
    await page.getByRole('button', { name: '바로 구매' }).click()
    await page.getByText('주문이 접수되었습니다').waitFor()
  })

  test('what was delivered can be returned', async () => {
    const itemId = await normalItem('파란 접시')
    const { page, name } = await enter()
    await page.goto(`/items/${itemId}`)
    await page.getByRole('button', { name: '바로 구매' }).click()
    await page.waitForURL('**/checkout/*')
    await payAt(page, 'approve')
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
    await page.getByRole('link', { name: '주문 보기' }).click()
    await page.waitForURL('**/orders/*')
    const orderId = new URL(page.url()).pathname.split('/').at(-1)
    await expect
      .poll(
        async () =>
          ((await shop.call(name, 'GET', `/order-service/api/v1/orders/${orderId}/shipments`)).body as [])
            .length,
        { timeout: 20_000 },
      )
      .toBe(1)
    const { body } = await shop.call(name, 'GET', `/order-service/api/v1/orders/${orderId}/shipments`)
    const { shipmentId } = (body as { shipmentId: number }[])[0]!
    for (const [move, asked] of [
      ['pack', undefined],
      ['ship', { carrier: 'CJ대한통운', trackingNumber: '123456789012' }],
      ['deliver', undefined],
    ] as const) {
      const { status } = await shop.call(
        'seller',
        'POST',
        `/order-service/api/v1/shipments/${shipmentId}/${move}`,
        asked,
      )
      expect(status).toBeLessThan(300)
    }
    await page.reload()
    await page.getByText('CJ대한통운 123456789012').waitFor()
    await page.getByRole('button', { name: '반품 신청' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '반품하기' }).click()
    await page.getByText('반품을 접수했습니다.').waitFor()
    await page.getByText('반품 처리 중').first().waitFor()
    await expectAccessible(page)
    await shoot(page, 'order-return-desktop-ko')
    await page.goto('/orders')
    await page.getByRole('link', { name: '파란 접시' }).waitFor()
    await expectAccessible(page)
    await shoot(page, 'orders-desktop-ko')
  })

  test('and no page complained of anything', () => {
    expect(complaints.flat()).toEqual([])
  })
})
