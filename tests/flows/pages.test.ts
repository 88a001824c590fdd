// The web application as the server sends it: files, the one page, its policy. What the pages do is told by tests/browser.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import { request, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { ITEMS, normalItem, SELLER, startShop, type Shop } from '../support/sale-app.ts'

const SCRIPT = 'console.log("the application")\n'.repeat(100)
const SHELL =
  '<!doctype html><html lang="ko"><head><title>Hurry Up Order</title></head><body><div id="root"></div></body></html>'

interface Got {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

// Through the gateway of the split the same pages come from the item role.
describe.skipIf(inject('target') === 'split')('the pages', () => {
  let shop: Shop
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hurryup-pages-'))
    mkdirSync(join(dir, 'assets'))
    writeFileSync(join(dir, 'index.html'), SHELL)
    writeFileSync(join(dir, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    writeFileSync(join(dir, 'manifest.json'), '{}')
    writeFileSync(join(dir, 'assets', 'app-1a2b.js'), SCRIPT)
    writeFileSync(join(dir, 'assets', 'app-1a2b.js.br'), brotliCompressSync(SCRIPT))
    writeFileSync(join(dir, 'assets', 'app-1a2b.js.gz'), gzipSync(SCRIPT))
    shop = await startShop('pages', { WEB_DIR: dir })
  })
  afterAll(async () => {
    await shop?.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const get = (path: string, headers: Record<string, string> = { accept: 'text/html' }): Promise<Got> =>
    new Promise((resolve, reject) => {
      request(shop.url + path, { headers, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        )
      })
        .on('error', reject)
        .end()
    })

  test('are one page at each of their addresses, never kept without asking', async () => {
    for (const path of ['/', '/search?q=컵', '/login', '/orders/7', '/checkout/7', '/console/sales/7'].map(
      encodeURI,
    )) {
      const { status, headers, body } = await get(path)
      expect([path, status]).toEqual([path, 200])
      expect(headers['content-type']).toContain('text/html')
      expect(headers['cache-control']).toBe('no-cache')
      expect(body.toString()).toContain('<div id="root">')
    }
  })

  test('let nothing in that is inline or from elsewhere', async () => {
    const { headers } = await get('/')
    const policy = headers['content-security-policy']!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|http/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test('name an item and its price in the HTML itself, whatever its seller wrote', async () => {
    const name = '컵 <script>&"'
    const { body: made } = await shop.client.send('POST', ITEMS, {
      token: tokenOf(SELLER.userId, 'SELLER'),
      body: normalItem({ name, price: 12_000 }),
    })
    const { status, body } = await get(`/items/${made.id}`)
    expect(status).toBe(200)
    expect(body.toString()).toContain('<title>컵 &lt;script&gt;&amp;&quot; · Hurry Up Order</title>')
    expect(body.toString()).toContain('₩12,000')
    expect(body.toString()).not.toContain('<script>')
    const none = await get('/items/999999')
    expect(none.status).toBe(404)
    expect(none.body.toString()).toContain('<div id="root">')
  })

  test('speak the language that is asked for, chosen, or spoken', async () => {
    const languageOf = async (path: string, headers: Record<string, string>): Promise<string | undefined> =>
      /<html lang="(\w+)"/.exec((await get(path, { accept: 'text/html', ...headers })).body.toString())?.[1]
    expect(await languageOf('/', {})).toBe('ko')
    expect(await languageOf('/', { 'accept-language': 'en-GB' })).toBe('en')
    expect(await languageOf('/', { 'accept-language': 'en-GB', cookie: 'a=1; lang=ko' })).toBe('ko')
    expect(await languageOf('/?lang=en', { cookie: 'lang=ko' })).toBe('en')
  })

  test('have files that are kept for ever by their names, and sent as small as the browser takes them', async () => {
    const path = '/assets/app-1a2b.js'
    const plain = await get(path, {})
    expect(plain.body.toString()).toBe(SCRIPT)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['content-type']).toContain('text/javascript')
    const small = await get(path, { 'accept-encoding': 'gzip, deflate, br' })
    expect(small.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(small.body).toString()).toBe(SCRIPT)
    expect((await get(path, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip')
    const again = await get(path, { 'if-none-match': String(plain.headers['etag']) })
    expect(again.status).toBe(304)
    expect((await get('/icon.svg', {})).headers['cache-control']).toBe('public, max-age=3600')
  })

  test('are a page also where there is none, for those who read pages; a problem for others', async () => {
    const page = await get('/nowhere')
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    for (const [path, accept] of [
      ['/nowhere', 'application/json'],
      ['/order-service/api/v1/nothing', 'text/html'],
      ['/assets/..%2f..%2fpackage.json', '*/*'],
      ['/manifest.json', '*/*'],
    ] as const) {
      const { status, headers } = await get(path, { accept })
      expect([path, status, headers['content-type']]).toEqual([
        path,
        404,
        'application/problem+json; charset=utf-8',
      ])
    }
  })
})
