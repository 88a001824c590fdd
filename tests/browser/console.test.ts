// The seller's view of a sale.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, needsBrowser, shoot, startBrowserShop, type BrowserShop } from './support.ts'

describe.skipIf(needsBrowser())('the live sale', () => {
  let shop: BrowserShop
  beforeAll(async () => {
    shop = await startBrowserShop()
  })
  afterAll(() => shop?.stop())

  test.each(['phone', 'desktop'] as const)(
    'is watched, paused, resumed and closed by its seller: %s',
    async (size) => {
      const itemId = await shop.openSale({ quantity: 3 })
      const { page, complaints } = await shop.visitAs('seller', { size })
      await page.goto(`/console/sales/${itemId}`)
      await page.getByText('맞습니다').waitFor()
      const buyers = await Promise.all([1, 2, 3, 4].map(() => shop.newBuyer()))
      for (const name of buyers)
        await shop.call(name, 'POST', '/order-service/api/v1/orders/limited', { itemId })
      await expect
        .poll(() => page.locator('[data-equation]').innerText(), { timeout: 10_000 })
        .toMatch(/전체\s*3[\s\S]*구매 가능\s*0[\s\S]*결제 중\s*3[\s\S]*판매 완료\s*0/)
      expect(await page.locator('[data-equation=holds]').count()).toBe(1)
      await expectAccessible(page)
      await shoot(page, `live-sale-${size}-ko`)

      const move = async (name: string): Promise<void> => {
        await page.getByRole('button', { name, exact: true }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('이유').fill('가격 확인')
        await expectAccessible(page)
        await dialog.getByRole('button', { name, exact: true }).click()
        await dialog.waitFor({ state: 'detached' })
      }
      await move('일시 중지')
      await page.getByRole('button', { name: '다시 시작', exact: true }).waitFor()
      await move('다시 시작')
      await page.getByRole('button', { name: '일시 중지', exact: true }).waitFor()
      await move('판매 종료')
      await expect.poll(() => page.getByRole('button', { name: '판매 종료', exact: true }).count()).toBe(0)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test('is red where the units do not add up', async () => {
    const itemId = await shop.openSale()
    const { page } = await shop.visitAs('seller')
    await page.route('**/live', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: `event: second\ndata: ${JSON.stringify({
          itemId,
          at: 0,
          sale: { status: 'OPEN', openTime: '2026-01-02T12:00:00+09:00', closeTime: null },
          units: { total: 10, available: 5, held: 3, sold: 3 },
          perSecond: { claims: 0, placed: 0, paid: 0, expired: 0, canceled: 0 },
          seconds: 1,
          refusals: {},
          latencyMs: { p50: null, p99: null },
          gate: { kind: 'memory', inFlight: 0, isAway: false },
          processes: 0,
        })}\n\n`,
      }),
    )
    await page.goto(`/console/sales/${itemId}`)
    await page.locator('[data-equation=broken]').waitFor()
    await page.getByText('맞지 않습니다! 차이 1개').waitFor()
    await expectAccessible(page)
  })

  test('is nobody else’s', async () => {
    const itemId = await shop.openSale()
    const { page } = await shop.visitAs('buyer1')
    await page.goto(`/console/sales/${itemId}`)
    await page.getByText('판매자와 관리자만 볼 수 있습니다').waitFor()
    await expectAccessible(page)
  })
})
