// The demo shop with a real browser in front of it: people in windows of their own.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { newKey } from '../../client/index.ts'
import { launch, untilReady, type DemoProcess } from '../support/demo-process.ts'
import { findProgram, needsProgram } from '../support/programs.ts'

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')
const ANSWER_MS_MAX = 15_000

type Size = 'phone' | 'desktop'
type Language = 'ko' | 'en'

export interface Look {
  size?: Size
  language?: Language
  zone?: string
  scheme?: 'light' | 'dark'
}

export interface Visitor {
  context: BrowserContext
  page: Page
  /** What the page complained about. */
  complaints: string[]
}

export interface BrowserShop {
  url: string
  visit(look?: Look): Promise<Visitor>
  /** Signs in without the form: `name` is that of a demo account (`buyer1`, `seller`, …). */
  visitAs(name: string, look?: Look): Promise<Visitor>
  /** A buyer of its own, verified. */
  newBuyer(): Promise<string>
  /** By the API, as a demo account. */
  call(name: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>
  /** A limited item of the demo's seller, for sale now or later. */
  openSale(sale?: Partial<Sale>): Promise<number>
  /** The simulator of the payment providers. */
  simulatorUrl: string
  /** MailDev, with the mails of the demo. */
  inboxUrl: string
  stop(): Promise<void>
}

interface Sale {
  name: string
  price: number
  quantity: number
  limitPerBuyer: number
  holdSeconds: number
  opensInMs: number
}

/** For `describe.skipIf`. */
export const needsBrowser = (): boolean =>
  process.env['CHROMIUM_PATH'] === undefined && needsProgram('chromium')

const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 900 } },
} as const

export async function startBrowserShop(): Promise<BrowserShop> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hurryup-browser-'))
  const demo = launch(['start'], { DATA_DIR: dataDir, PORT: '0', RATE_LIMIT_FACTOR: '1000' })
  const url = await untilReady(demo)
  const simulatorUrl = /simulated at (http:\S+)/.exec(demo.output())?.[1] ?? ''
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? findProgram('chromium') ?? 'chromium',
    // Root may not use Chromium's own sandbox, and CI is root; nothing but our own pages is opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  const visit = (look: Look = {}): Promise<Visitor> => openWindow(browser, url, look)
  const sessions = new Map<string, Promise<string>>()
  const accounts = new Map<string, { email: string; password: string }>()
  const cookieOf = (name: string): Promise<string> => {
    const known = sessions.get(name)
    if (known !== undefined) return known
    const account = accounts.get(name) ?? {
      email: `${name}@demo.example`,
      password: `hurry-${name}-2026`,
    }
    const made = logIn(url, account)
    sessions.set(name, made)
    return made
  }
  const call: BrowserShop['call'] = async (name, method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        cookie: await cookieOf(name),
        ...newKey(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as never }
  }
  let buyers = 0
  return {
    url,
    simulatorUrl,
    inboxUrl: /Mail inbox +(http:\S+)/.exec(demo.output())?.[1] ?? '',
    call,
    visit,
    async visitAs(name, look) {
      const visitor = await visit(look)
      const { hostname } = new URL(url)
      const cookies = (await cookieOf(name)).split('; ').map((pair) => {
        const [key = '', value = ''] = pair.split('=')
        return { name: key, value, domain: hostname, path: '/', httpOnly: true }
      })
      await visitor.context.addCookies(cookies)
      await visitor.context.addInitScript(() => localStorage.setItem('session', '1'))
      return visitor
    },
    async newBuyer() {
      const name = `guest${++buyers}`
      const account = { email: `${name}@browser.example`, password: `a-password-of-${name}` }
      accounts.set(name, account)
      const userId = await signUp(url, account, buyers)
      // Verified by an administrator's word instead of a mail: that way is walked in a story of its own.
      const given = await call('admin', 'PUT', `/user-service/api/v1/users/${userId}/role`, {
        role: 'CERTIFIED_USER',
      })
      if (given.status >= 300)
        throw new Error(`the role answered ${given.status} ${JSON.stringify(given.body)}`)
      return name
    },
    async openSale(sale = {}) {
      const { opensInMs = -1_000, ...rest } = sale
      const { status, body } = await call('seller', 'POST', '/item-service/api/v1/items', {
        name: '한정판 머그컵',
        description: '딱 이만큼만 만든 머그컵입니다.',
        price: 12_000,
        quantity: 10,
        isReserved: true,
        limitPerBuyer: 1,
        openTime: new Date(Date.now() + opensInMs).toISOString(),
        ...rest,
      })
      if (status !== 201) throw new Error(`publishing answered ${status} ${JSON.stringify(body)}`)
      return (body as { id: number }).id
    },
    async stop() {
      await browser.close()
      await endDemo(demo)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function openWindow(browser: Browser, url: string, look: Look): Promise<Visitor> {
  const { size = 'desktop', language = 'ko', zone = 'Asia/Seoul', scheme = 'light' } = look
  const context = await browser.newContext({
    ...SIZES[size],
    baseURL: url,
    locale: language === 'ko' ? 'ko-KR' : 'en-GB',
    timezoneId: zone,
    colorScheme: scheme,
  })
  context.setDefaultTimeout(ANSWER_MS_MAX)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // What a refused request leaves there is no fault of the page.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text())
  })
  return { context, page, complaints }
}

async function logIn(url: string, account: { email: string; password: string }): Promise<string> {
  const answer = await fetch(`${url}/user-service/api/v1/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  })
  if (!answer.ok) throw new Error(`login answered ${answer.status}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}

async function signUp(url: string, account: { email: string; password: string }, n: number): Promise<number> {
  const answer = await fetch(`${url}/user-service/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...account,
      name: '손님',
      address: '서울특별시 중구 세종대로 110',
      phoneNumber: `010-9${String(n).padStart(3, '0')}-0000`,
    }),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  })
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { id: number }).id
}

async function endDemo(demo: DemoProcess): Promise<void> {
  demo.child.kill('SIGTERM')
  await demo.exited
}

/** WCAG 2.2 A and AA, by axe: nothing may be found. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: typeof axe }
    const { violations } = await tool.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
    )
  })
  expect(found, page.url()).toEqual([])
}

/** For people to look at: `screenshots/name-size-language.png`. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}
