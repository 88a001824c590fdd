// The user module behind the real edge, on a real database, with a clock that tests can move.
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createDenyList, createTokens, type UserRole } from '../../server/platform/auth.ts'
import { createPersonalData, type PersonalDataKey } from '../../server/platform/crypto.ts'
import { openDatabase, type Database } from '../../server/platform/db.ts'
import { createHttp, type Http } from '../../server/platform/http.ts'
import { systemIds } from '../../server/platform/ids.ts'
import { createJobs } from '../../server/platform/jobs.ts'
import { createMailer } from '../../server/platform/mail.ts'
import { migrate, readMigrations } from '../../server/platform/migrate.ts'
import { createListener } from '../../server/platform/notify.ts'
import { createPasswords } from '../../server/platform/passwords.ts'
import { guardEdge } from '../../server/gateway/edge.ts'
import { createLimiter } from '../../server/gateway/limit.ts'
import type { RouteRule } from '../../server/gateway/rules.ts'
import type { OtherModules, UserApi } from '../../server/modules/user/contract.ts'
import { createUserModule } from '../../server/modules/user/module.ts'

export interface UserApp {
  http: Http
  api: UserApi
  database: Database
  /** Everything that was logged, at every level. */
  logged(): string
  /** Moves this app's time forward; what the database's clock decides stays. */
  wait(ms: number): void
  stop(): Promise<void>
}

export const TEST_KEY: PersonalDataKey = { id: 'k1', key: Buffer.alloc(32, 7) }
const MODULES_DIR = new URL('../../server/modules', import.meta.url).pathname
export const PUBLIC_URL = 'https://shop.example'
const SECRET = 'only-for-tests-only-for-tests-only-for-tests'

export async function startUserApp(options: {
  url: string
  /** Where it LISTENs; `url` unless told. */
  listenUrl?: string
  smtpUrl: string
  rateFactor?: number
  secureCookies?: boolean
  keys?: PersonalDataKey[]
  /** Of orders, instead of one that knows of none. */
  orders?: Partial<OtherModules['orders']>
}): Promise<UserApp> {
  const { url, smtpUrl, rateFactor = 1_000, secureCookies = false, keys = [TEST_KEY] } = options
  await migrate(url, readMigrations(MODULES_DIR, ['user']))
  let ahead = 0
  const clock = { now: () => Date.now() + ahead }
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()),
  })
  const log = pino({ level: 'trace' }, sink)
  const database = openDatabase({ url, poolMax: 10, log })
  const denied = createDenyList(clock)
  const tokens = createTokens({ secret: SECRET, clock, denied })
  const jobs = createJobs({ url, log })
  const user = createUserModule({
    database,
    tokens,
    denied,
    jobs,
    clock,
    log,
    ids: systemIds,
    mail: createMailer({ smtpUrl, from: 'Shop <shop@shop.example>' }),
    passwords: createPasswords(),
    pii: createPersonalData(keys),
    config: { secureCookies, rateFactor, publicUrl: PUBLIC_URL },
    // What needs the whole shop is tested with it.
    others: {
      orders: {
        hasOrdersInProgress: async () => false,
        openUnits: async () => [],
        carryUnits: async () => undefined,
        exportOrders: async () => [],
        ...options.orders,
      },
      exportOf: async () => ({}),
      erase: async () => undefined,
    },
  })
  const listener = createListener({ url: options.listenUrl ?? url, log, targets: user.listen })
  const http = createHttp({ log, bodyBytesMax: 64 * 1024, trustedProxies: [] })
  const limiter = createLimiter({ counters: user.counters, clock, rateFactor })
  guardEdge(http, { tokens, publicUrl: undefined, isSecure: secureCookies, limiter })
  user.routes(http)
  addProbes(http)
  await http.ready()
  await jobs.start()
  await user.loadDenied()
  await listener.start()
  await Promise.all(user.workers.map((worker) => worker.start()))
  return {
    http,
    api: user.api,
    database,
    logged: () => lines.join(''),
    wait: (ms) => void (ahead += ms),
    async stop() {
      await http.close()
      await Promise.all(user.workers.map((worker) => worker.stop()))
      await listener.stop()
      await jobs.stop()
      await database.close()
    },
  }
}

/** Two guarded routes to see what a token is good for. */
export function addProbes(http: Http): void {
  const me: RouteRule = { who: ['UNCERTIFIED_USER', 'CERTIFIED_USER', 'SELLER', 'ADMIN'], limit: 'read' }
  http.get('/probe/me', { config: { rule: me } }, (request) => request.caller)
  http.get(
    '/probe/sellers',
    { config: { rule: { ...me, who: ['SELLER', 'ADMIN'] } } },
    (request) => request.caller,
  )
}

export interface Person {
  email: string
  password: string
  name: string
  address: string
  phoneNumber: string
}

let people = 0

export function newPerson(changes: Partial<Person> = {}): Person {
  const number = String(++people).padStart(4, '0')
  return {
    email: `Person${number}@shop.example`,
    password: `glass-river-${number}`,
    name: `홍길동${number}`,
    address: `서울특별시 중구 세종대로 ${number}`,
    phoneNumber: `010-7777-${number}`,
    ...changes,
  }
}

const BASE = '/user-service/api/v1/users'

export interface Answer {
  status: number
  headers: Record<string, unknown>
  body: Record<string, unknown> & {
    code?: string
    errors?: { field: string; value: string; reason: string }[]
  }
  cookies: Record<string, { value: string; [attribute: string]: unknown }>
}

export interface Call {
  body?: unknown
  headers?: Record<string, string>
  cookies?: Record<string, string>
  from?: string
}

/** One request to the user routes, or to a probe, or to a path that begins with the service's name. */
export async function call(
  app: UserApp,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  given: Call = {},
): Promise<Answer> {
  const answer = await app.http.inject({
    method,
    url: /^\/(probe|user-service)\//.test(path) ? path : `${BASE}${path}`,
    headers: given.headers ?? {},
    cookies: given.cookies ?? {},
    remoteAddress: given.from ?? '127.0.0.1',
    ...(given.body === undefined ? {} : { payload: given.body as object }),
  })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? {} : answer.json(),
    cookies: Object.fromEntries(
      answer.cookies.map((cookie) => [cookie.name, cookie as Answer['cookies'][string]]),
    ),
  }
}

/** A member who can log in. */
export async function certified(
  app: UserApp,
  role: UserRole = 'CERTIFIED_USER',
): Promise<Person & { userId: number }> {
  const person = newPerson()
  const { userId } = await app.api.ensureAccount({ ...person, role })
  return { ...person, userId }
}

export async function logInAs(
  app: UserApp,
  { email, password }: Person,
): Promise<{ access: string; refresh: string }> {
  const answer = await call(app, 'POST', '/login', { body: { email, password } })
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}`)
  return {
    access: answer.cookies['accessToken']?.value ?? '',
    refresh: answer.cookies['refreshToken']?.value ?? '',
  }
}
