// People and what they look at before they buy.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessible, needsBrowser, shoot, startBrowserShop, type BrowserShop } from './support.ts'

describe.skipIf(needsBrowser())('people', () => {
  let shop: BrowserShop
  const complaints: string[][] = []
  beforeAll(async () => {
    shop = await startBrowserShop()
  })
  afterAll(() => shop?.stop())
  const visit = async (...look: Parameters<BrowserShop['visit']>): Promise<Page> => {
    const visitor = await shop.visit(...look)
    complaints.push(visitor.complaints)
    return visitor.page
  }

  test('sign up, verify their address, log in, change what is known of them, and leave', async () => {
    const page = await visit({ size: 'phone' })
    const [email, password] = ['minji@browser.example', 'a-long-enough-password']
    await page.goto('/sign-up')
    await page.getByRole('button', { name: '회원 가입' }).click()
    await page.getByText('⚠').first().waitFor()
    await expectAccessible(page)
    await shoot(page, 'sign-up-refused-phone-ko')
    await page.getByLabel('이메일').fill(email)
    await page.getByLabel('비밀번호').fill(password)
    await page.getByLabel('이름').fill('김민지')
    await page.getByLabel('휴대전화 번호').fill('010-1234-5678')
    await page.getByRole('textbox', { name: '주소' }).fill('부산광역시 해운대구 우동 1')
    await page.getByRole('button', { name: '회원 가입' }).click()
    await page.getByLabel('인증 번호').waitFor()
    await expectAccessible(page)
    await shoot(page, 'verify-phone-ko')
    await page.getByLabel('인증 번호').fill(await codeFor(shop, email))
    await page.getByRole('button', { name: '확인' }).click()
    await page.waitForURL('**/login')
    await expectAccessible(page)
    await shoot(page, 'login-phone-ko')
    await page.getByLabel('이메일').fill(email)
    await page.getByLabel('비밀번호').fill('not-this-one')
    await page.getByRole('button', { name: '로그인' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('비밀번호').fill(password)
    await page.getByRole('button', { name: '로그인' }).click()
    await page.getByRole('link', { name: '김민지' }).click()
    await page.getByRole('textbox', { name: '주소' }).fill('서울특별시 중구 세종대로 110')
    await page.getByRole('button', { name: '저장' }).click()
    await page.getByText('저장했습니다.').waitFor()
    await expectAccessible(page)
    await shoot(page, 'profile-phone-ko')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '파일 받기' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('hurry-up-order.json')
    await page.getByRole('button', { name: '회원 탈퇴' }).click()
    await page.getByRole('dialog').getByLabel('비밀번호').fill(password)
    await page.getByRole('dialog').getByRole('button', { name: '회원 탈퇴' }).click()
    await page.getByRole('link', { name: '로그인' }).waitFor()
  })

  test.each([
    { size: 'phone', language: 'ko', scheme: 'light' },
    { size: 'desktop', language: 'ko', scheme: 'dark' },
    { size: 'phone', language: 'en', scheme: 'dark' },
    { size: 'desktop', language: 'en', scheme: 'light' },
  ] as const)('find what is sold: $size, $language, $scheme', async (look) => {
    const page = await visit(look)
    const name = `${look.size}-${look.language}-${look.scheme}`
    await page.goto('/')
    await page.getByRole('link', { name: '선착순 콘서트 티켓' }).waitFor()
    await expectAccessible(page)
    await shoot(page, `home-${name}`)
    await page.getByRole('searchbox').fill('드립')
    await page.getByRole('searchbox').press('Enter')
    await page.getByRole('link', { name: '핸드드립 세트' }).waitFor()
    await expectAccessible(page)
    await shoot(page, `search-${name}`)
    await page.goto('/search?q=zzz')
    await page.getByText(look.language === 'ko' ? '찾는 상품이 없습니다' : 'Nothing was found').waitFor()
    await expectAccessible(page)
    await page.goto('/nowhere')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expectAccessible(page)
    for (const path of [
      '/forgot-password',
      '/reset-password#token=abc',
      '/orders',
      '/cart',
      '/wishlist',
      '/profile',
    ]) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expectAccessible(page)
    }
  })

  test('keep what they like, and put it in the cart', async () => {
    const { page, complaints: said } = await shop.visitAs('buyer2')
    complaints.push(said)
    await page.goto('/wishlist')
    await page.getByText('찜한 상품이 없습니다').waitFor()
    await expectAccessible(page)
    await page.goto('/items/2')
    await page.getByRole('button', { name: '찜하기' }).click()
    await page.getByText('찜했습니다.').waitFor()
    await page.goto('/wishlist')
    await page.getByRole('button', { name: '장바구니에 담기' }).click()
    await page.getByText('장바구니에 담았습니다.').waitFor()
    await expectAccessible(page)
    await shoot(page, 'wishlist-desktop-ko')
    await page.getByRole('button', { name: /빼기$/ }).click()
    await page.getByText('찜한 상품이 없습니다').waitFor()
  })

  test('speak the language they choose, everywhere and from then on', async () => {
    const page = await visit({ language: 'ko' })
    await page.goto('/')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'First come, first served' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'First come, first served' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })

  test('are sent no script that is not the shop’s own, and no token that a script could read', async () => {
    const page = await visit()
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    const answer = await page.goto('/')
    const policy = answer!.headers()['content-security-policy']!
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("default-src 'none'")
    await page.goto('/login')
    // The demo offers its accounts to those who have read nothing.
    await page.getByRole('button', { name: '박세찬' }).click()
    await expectAccessible(page)
    await page.getByRole('button', { name: '로그인' }).click()
    await page.getByRole('link', { name: '박세찬' }).waitFor()
    const readable = await page.evaluate(() => document.cookie + JSON.stringify(localStorage))
    expect(readable).not.toMatch(/eyJ|accessToken|refreshToken/)
    expect([...hosts].filter((host) => host !== shop.url && !host.startsWith('data'))).toEqual([])
  })

  test('and no page complained of anything', () => {
    expect(complaints.flat()).toEqual([])
  })
})

/** The newest code that was mailed to this address, from the demo's inbox. */
async function codeFor(shop: BrowserShop, email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const mails = (await (await fetch(`${shop.inboxUrl}/email`)).json()) as {
      to: { address: string }[]
      text: string
    }[]
    const mail = mails.findLast(({ to }) => to.some(({ address }) => address === email))
    const code = /^([A-Za-z0-9]+)\s*$/m.exec(mail?.text ?? '')?.[1]
    if (code !== undefined) return code
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no mail came to ${email}`)
}
