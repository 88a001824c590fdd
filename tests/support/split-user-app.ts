// The user module as its tests call it, where it is a role behind the gateway; this process, which is another role, knows what its
// tokens are good for.
import { pino } from 'pino'
import { compose } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import { openDatabase } from '../../server/platform/db.ts'
import type { Http } from '../../server/platform/http.ts'
import type { Answer, Gateway } from './deploy-gateway.ts'
import { TEST_SECRETS } from './server-process.ts'
import { startSplit } from './split.ts'
import { addProbes, type UserApp } from './user-app.ts'

export async function startSplitUserApp(options: { url: string; smtpUrl: string }): Promise<UserApp> {
  const log = pino({ level: 'silent' })
  const split = await startSplit({ databaseUrl: options.url, env: { SMTP_URL: options.smtpUrl } })
  const near = await compose(
    readConfig('demo', { ...TEST_SECRETS, DATABASE_URL: options.url, PORT: '0', ROLE: 'item' }),
    log,
  )
  addProbes(near.http)
  await near.listen()
  const database = openDatabase({ url: options.url, poolMax: 2, log })
  return {
    http: { inject: (given: Injected) => injectAt(split.gateway, near.http, given) } as unknown as Http,
    api: near.user,
    database,
    logged: () => split.output(),
    wait() {
      throw new Error('processes have clocks of their own')
    },
    async stop() {
      await near.stop()
      await database.close()
      await split.stop()
    },
  }
}

/** What `call` of user-app.ts asks for. */
interface Injected {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  cookies: Record<string, string>
  payload?: unknown
}

/** Probes are asked here, all else through the gateway. */
async function injectAt(gateway: Gateway, near: Http, given: Injected): Promise<unknown> {
  if (given.url.startsWith('/probe')) return near.inject(given as never)
  const { payload } = given
  const cookie = Object.entries(given.cookies).map(([name, value]) => `${name}=${value}`)
  const headers = {
    ...(payload !== undefined && { 'content-type': 'application/json' }),
    ...(cookie.length > 0 && { cookie: cookie.join('; ') }),
    ...given.headers,
  }
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const answer = await gateway.send(given.method, given.url, {
    headers,
    ...(body !== undefined && { body }),
  })
  return {
    statusCode: answer.status,
    headers: answer.headers,
    body: answer.body.toString(),
    json: answer.json,
    cookies: cookiesOf(answer),
  }
}

/** As `inject` tells them. */
const cookiesOf = ({ headers }: Answer): Record<string, unknown>[] =>
  (headers['set-cookie'] ?? []).map((line) => {
    const [pair = '', ...attributes] = line.split('; ')
    const cookie: Record<string, unknown> = { name: before(pair), value: decodeURIComponent(after(pair)) }
    for (const attribute of attributes) {
      const name = before(attribute).replaceAll('-', '')
      const value = attribute.includes('=') ? after(attribute) : true
      cookie[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] = name === 'MaxAge' ? Number(value) : value
    }
    return cookie
  })

const before = (text: string): string => text.split('=', 1)[0] ?? ''
const after = (text: string): string => text.slice(text.indexOf('=') + 1)
