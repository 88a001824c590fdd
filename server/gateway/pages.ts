// The web application: its built files, and the one HTML page that starts it, at every address that is one of its pages.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { languageOf, type Language } from '../platform/errors.ts'
import { escapeHtml } from '../platform/escape-html.ts'
import { sendProblem, type Http } from '../platform/http.ts'
import { asIs } from '../platform/prepared-answer.ts'
import type { ItemAnswer } from '../modules/item/contract.ts'
import { FOR_EVERYBODY } from './rules.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}
const HTML = 'text/html; charset=utf-8'
const FOREVER = 'public, max-age=31536000, immutable'
const HOUR = 'public, max-age=3600'

/** Addresses of pages; the router of web/app has the same. */
const PAGES =
  /^\/(?:|search|items\/\d+|login|sign-up|verify|forgot-password|reset-password|profile|wishlist|cart|checkout(?:\/.*)?|orders|orders\/\d+|console\/.*)$/
const ITEM = /^\/items\/(\d{1,15})$/
const API = /^\/(?:user|item|order|payment)-service(?:\/|$)/

interface File {
  type: string
  cache: string
  etag: string
  plain: Buffer
  br: Buffer | undefined
  gzip: Buffer | undefined
}

export interface DemoLogin {
  name: string
  email: string
  password: string
}

export interface PagesOptions {
  /** The folder of the build. Without one, pages say that they are not built; everything else works. */
  dir: string
  /** Hosts of payment providers, for the policy; none are given where payments are simulated at `windowOrigins`. */
  scriptOrigins: readonly string[]
  windowOrigins: readonly string[]
  /** Accounts that a demo offers at its login; public, as demos are. */
  demoLogins: readonly DemoLogin[]
  readItem(itemId: number): Promise<ItemAnswer | undefined>
}

export function pageRoutes(http: Http, options: PagesOptions): void {
  const files = readFiles(options.dir)
  const shell = withLogins(readShell(options.dir), options.demoLogins)
  const policy = policyOf(options)
  http.get('/*', { config: { rule: FOR_EVERYBODY }, schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const file = files.get(path)
    if (file !== undefined) return sendFile(request, reply, file)
    const isPage = PAGES.test(path)
    const wantsPage = request.headers.accept?.includes('text/html') === true
    if (!isPage && (API.test(path) || !wantsPage)) {
      sendProblem(request, reply, 'NOT_FOUND')
      return reply
    }
    const { html, status } = await pageAt(path, shell, { ...options, language: languageFor(request) })
    return reply
      .code(isPage ? status : 404)
      .header('content-type', HTML)
      .header('cache-control', 'no-cache')
      .header('vary', 'accept-language, cookie')
      .header('content-security-policy', policy)
      .serializer(asIs)
      .send(html)
  })
}

async function pageAt(
  path: string,
  shell: string,
  { readItem, language }: Pick<PagesOptions, 'readItem'> & { language: Language },
): Promise<{ html: string; status: number }> {
  const page = shell.replace('<html lang="ko">', `<html lang="${language}">`)
  const itemId = ITEM.exec(path)?.[1]
  if (itemId === undefined) return { html: page, status: 200 }
  // Also while the database is away: the page itself says so, and comes back.
  const item = await readItem(Number(itemId)).catch(() => 'unknown' as const)
  if (item === 'unknown') return { html: page, status: 200 }
  return item === undefined ? { html: page, status: 404 } : { html: withItem(page, item), status: 200 }
}

/** What search engines and previews read, and what is seen before the script runs. */
function withItem(page: string, { name, description, price }: ItemAnswer): string {
  const [title, about] = [escapeHtml(name), escapeHtml(description)]
  const amount = `₩${price.toLocaleString('en-US')}`
  const meta = [
    `<meta name="description" content="${about}" />`,
    `<meta property="og:title" content="${title}" />`,
    `<meta property="og:description" content="${amount} · ${about}" />`,
  ]
  return page
    .replace(/<title>[^<]*<\/title>/, () => `<title>${title} · Hurry Up Order</title>${meta.join('')}`)
    .replace(
      '<div id="root"></div>',
      () =>
        `<div id="root"><main class="first-view"><h1>${title}</h1><p>${amount}</p><p>${about}</p></main></div>`,
    )
}

/** `?lang`, else what the person chose, else what the browser speaks. */
function languageFor(request: FastifyRequest): Language {
  const asked = /[?&]lang=(ko|en)(?:&|$)/.exec(request.url)?.[1]
  const chosen = /(?:^|;\s*)lang=(ko|en)(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  return ((asked ?? chosen) as Language | undefined) ?? languageOf(request.headers['accept-language'])
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: File): FastifyReply {
  reply.header('cache-control', file.cache).header('etag', file.etag).header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  const accepted = request.headers['accept-encoding'] ?? ''
  const [encoding, bytes] = /\bbr\b/.test(accepted)
    ? ['br', file.br]
    : /\bgzip\b/.test(accepted)
      ? ['gzip', file.gzip]
      : ['', undefined]
  if (bytes !== undefined) reply.header('content-encoding', encoding)
  return reply.header('content-type', file.type).send(bytes ?? file.plain)
}

/** By the path at which they are asked for. A build is small, and does not change while we run. */
function readFiles(dir: string): ReadonlyMap<string, File> {
  const files = new Map<string, File>()
  if (!existsSync(dir)) return files
  const readIf = (path: string): Buffer | undefined => (existsSync(path) ? readFileSync(path) : undefined)
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const path = join(dir, name)
    const plain = readFileSync(path)
    const at = `/${name.split(sep).join('/')}`
    files.set(at, {
      type,
      cache: at.startsWith('/assets/') ? FOREVER : HOUR,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      plain,
      br: readIf(`${path}.br`),
      gzip: readIf(`${path}.gz`),
    })
  }
  return files
}

const NOT_BUILT = `<!doctype html><html lang="ko"><head><meta charset="utf-8" /><title>Hurry Up Order</title></head>
<body><div id="root"></div><main><h1>Hurry Up Order</h1><p>The pages are not built: <code>npm run build</code>. The API is described at <a href="/reference">/reference</a>.</p></main></body></html>`

function readShell(dir: string): string {
  const path = join(dir, 'index.html')
  return existsSync(path) ? readFileSync(path, 'utf8') : NOT_BUILT
}

const withLogins = (shell: string, logins: readonly DemoLogin[]): string =>
  logins.length === 0
    ? shell
    : shell.replace(
        '</head>',
        () => `<meta name="demo" content="${escapeHtml(JSON.stringify(logins))}" /></head>`,
      )

/** Nothing inline, nothing from elsewhere but the payment provider's. */
function policyOf({ scriptOrigins, windowOrigins }: PagesOptions): string {
  const scripts = scriptOrigins.join(' ')
  const windows = [...windowOrigins, ...scriptOrigins].join(' ')
  return Object.entries({
    'default-src': "'none'",
    'script-src': `'self' ${scripts}`,
    'style-src': "'self'",
    'img-src': `'self' data: ${scripts}`,
    'font-src': "'self'",
    'connect-src': `'self' ${scripts}`,
    'frame-src': windows === '' ? "'none'" : windows,
    'manifest-src': "'self'",
    'form-action': `'self' ${windows}`,
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
  })
    .map(([name, value]) => `${name} ${value.trim()}`)
    .join('; ')
}
