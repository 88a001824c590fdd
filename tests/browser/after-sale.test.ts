// After the sale, where something is in the way: each as its buyer sees it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessible, needsBrowser, shoot, startBrowserShop, type BrowserShop } from './support.ts'

const ORDERS = '/order-service/api/v1/orders'

describe.skipIf(needsBrowser())('after the sale', () => {
  let shop: BrowserShop
  beforeAll(async () => {
    shop = await startBrowserShop()
  })
  afterAll(() => shop?.stop())

  const publish = async (name: string): Promise<number> => {
    const item = {
      name,
      description: '언제나 살 수 있는 상품입니다.',
      price: 5_000,
      quantity: 100,
      isReserved: false,
    }
    const { body } = await shop.call('seller', 'POST', '/item-service/api/v1/items', item)
    return (body as { id: number }).id
  }
  /** A buyer of their own before the checkout of so many units of one item. */
  const atCheckout = async (
    itemName: string,
    quantity = 1,
  ): Promise<{ page: Page; name: string; orderId: number }> => {
    const itemId = await publish(itemName)
    const name = await shop.newBuyer()
    const { body } = await shop.call(name, 'POST', ORDERS, {
      orderItemList: [{ itemId, itemCount: quantity }],
    })
    const { orderId } = body as { orderId: number }
    const { page } = await shop.visitAs(name, { size: 'phone' })
    await page.goto(`/checkout/${orderId}`)
    return { page, name, orderId }
  }
  const approve = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /결제하기$/ }).click()
    await page.waitForURL((url) => url.origin === shop.simulatorUrl)
    await page.locator('button[value=approve]').click()
    await page.waitForURL('**/checkout/**')
  }

  test.each(['토스페이먼츠', '나이스페이'])(
    '%s: a card that is refused when the money is asked for is said to be',
    async (provider) => {
      const { page } = await atCheckout('refuse 머그컵')
      await page.getByRole('radio', { name: provider }).check()
      await approve(page)
      await page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: '거절' }).first().waitFor()
      await page.getByRole('button', { name: /결제하기$/ }).waitFor()
      await expectAccessible(page)
      await shoot(page, `checkout-card-refused-${provider === '나이스페이' ? 'nice' : 'toss'}-phone-ko`)
    },
  )

  test('a connection that is lost on the way back from the window does not lose the payment', async () => {
    const { page } = await atCheckout('하얀 머그컵')
    let lost = 0
    await page.route('**/payments/toss/confirm', (route) => (lost++ < 2 ? route.abort() : route.continue()))
    await approve(page)
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
    expect(lost).toBe(3)
  })

  test('units that are on their way back are not offered again', async () => {
    const { page, name, orderId } = await atCheckout('파란 접시', 3)
    await approve(page)
    await page.getByText('결제되었습니다', { exact: true }).waitFor()
    await deliver(name, orderId)
    const lines = [{ itemId: await firstItemOf(name, orderId), quantity: 1 }]
    expect((await shop.call(name, 'PUT', `${ORDERS}/${orderId}/return`, { lines })).status).toBe(204)
    await page.goto(`/orders/${orderId}`)
    await page.getByText('상품을 기다리는 중').waitFor()
    await page.getByRole('button', { name: '반품 신청' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('돌려받을 금액 ₩10,000').waitFor()
    await expectAccessible(page)
    await shoot(page, 'order-return-rest-phone-ko')
    await dialog.getByRole('button', { name: '반품하기' }).click()
    await page.getByText('반품을 접수했습니다.').waitFor()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByRole('button', { name: '반품 신청' }).count()).toBe(0)
  })

  test('a quantity that is pressed up quickly counts every press', async () => {
    const itemId = await publish('하얀 접시')
    const name = await shop.newBuyer()
    await shop.call(name, 'POST', '/order-service/api/v1/carts', { itemId, quantity: 1 })
    const { page } = await shop.visitAs(name)
    await page.goto('/cart')
    const more = page
      .getByRole('group', { name: '하얀 접시 수량' })
      .getByRole('button', { name: '하나 더하기' })
    await more.waitFor()
    await more.evaluate(async (button: HTMLElement) => {
      for (let press = 0; press < 3; press++) {
        button.click()
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    await page.getByText('₩20,000').waitFor()
  })

  const firstItemOf = async (name: string, orderId: number): Promise<number> => {
    const { body } = await shop.call(name, 'GET', `${ORDERS}/${orderId}`)
    return (body as { orderItemList: { itemId: number }[] }).orderItemList[0]!.itemId
  }
  const deliver = async (name: string, orderId: number): Promise<void> => {
    const shipments = async (): Promise<{ shipmentId: number }[]> =>
      (await shop.call(name, 'GET', `${ORDERS}/${orderId}/shipments`)).body
    await expect.poll(async () => (await shipments()).length, { timeout: 20_000 }).toBe(1)
    const [{ shipmentId } = { shipmentId: 0 }] = await shipments()
    for (const [move, asked] of [
      ['pack', undefined],
      ['ship', { carrier: 'CJ대한통운', trackingNumber: '123456789012' }],
      ['deliver', undefined],
    ] as const)
      expect(
        (await shop.call('seller', 'POST', `/order-service/api/v1/shipments/${shipmentId}/${move}`, asked))
          .status,
      ).toBeLessThan(300)
  }
})
