// Composition root: every module is built here, top to bottom. The only importer of module.ts files.
import { createDenyList, createTokens } from './platform/auth.ts'
import { systemClock } from './platform/clock.ts'
import { createPersonalData } from './platform/crypto.ts'
import { openDatabase } from './platform/db.ts'
import { redriveDead } from './platform/dead-letters.ts'
import { createEvents } from './platform/event-queues.ts'
import { createHttp, type Http } from './platform/http.ts'
import { systemIds } from './platform/ids.ts'
import { createJobs, type Jobs, type Redrive } from './platform/jobs.ts'
import { createKeptAnswers, forgetKeptAnswers, createForgetAnswersWorker } from './platform/kept-answers.ts'
import type { Log } from './platform/log.ts'
import { createMailer } from './platform/mail.ts'
import { measureHttp } from './platform/measure-http.ts'
import { createMetrics, readMetrics } from './platform/metrics.ts'
import { migrate, readMigrations } from './platform/migrate.ts'
import { createListener } from './platform/notify.ts'
import { createPasswords } from './platform/passwords.ts'
import { createRedisLink } from './platform/redis.ts'
import type { Worker } from './platform/worker.ts'
import type { Config } from './config.ts'
import { describe } from './gateway/describe.ts'
import { createDrain } from './gateway/drain.ts'
import { guardEdge } from './gateway/edge.ts'
import { keepAnswers } from './gateway/idempotency.ts'
import { createLimiter } from './gateway/limit.ts'
import { operationRoutes } from './gateway/operations.ts'
import { pageRoutes, type DemoLogin } from './gateway/pages.ts'
import { serverTimeRoute } from './gateway/server-time.ts'
import type { ItemApi } from './modules/item/contract.ts'
import { createCartModule } from './modules/cart/module.ts'
import { createItemModule } from './modules/item/module.ts'
import { createNoticeModule } from './modules/notice/module.ts'
import { createOrderModule, openOrderReads } from './modules/order/module.ts'
import { createPaymentModule } from './modules/payment/module.ts'
import { createShipmentModule } from './modules/shipment/module.ts'
import { createStockModule } from './modules/stock/module.ts'
import type { UserApi } from './modules/user/contract.ts'
import { createUserModule } from './modules/user/module.ts'
import { createWishlistModule } from './modules/wishlist/module.ts'
import { MODULES, ROLES } from './roles.ts'

export interface App {
  http: Http
  user: UserApi
  item: ItemApi
  jobs: Pick<Jobs, 'start' | 'listDead'>
  /** Jobs that failed for good are tried again, at the command line; how many. After the start of the jobs. */
  redrive(which: Redrive): Promise<number>
  /** Starts the workers and listens; resolves with the address, `http://host:port`. */
  listen(): Promise<string>
  /** Lets the requests in hand end, then stops everything that was started here. Bounded; may be called twice. */
  stop(): Promise<void>
}

/** Whom the trail names where nobody is signed in. */
const NOBODY = 0

/** `demoLogins`: accounts that the login page offers; for demos alone. */
export async function compose(
  config: Config,
  log: Log,
  { demoLogins = [] }: { demoLogins?: readonly DemoLogin[] } = {},
): Promise<App> {
  const clock = systemClock
  const ids = systemIds
  const role = ROLES[config.role]
  if (role === undefined) throw new Error(`ROLE must be one of ${Object.keys(ROLES).join(', ')}`)
  const metrics = createMetrics()
  const database = openDatabase({ ...config.database, log })
  const denied = createDenyList(clock)
  const tokens = createTokens({ secret: config.secrets.tokenSecret, clock, denied })

  const redis =
    config.redis.url === undefined || config.sale.gate !== 'redis'
      ? undefined
      : createRedisLink({ url: config.redis.url, prefix: config.redis.prefix, log })

  const jobs = createJobs({ url: config.database.url, log })
  const events = createEvents({ jobs, ids, metrics })
  const publicUrl = config.http.publicUrl ?? `http://localhost:${config.http.port}`
  const mail = createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom })
  const pii = createPersonalData(config.secrets.piiKeys)
  const passwords = createPasswords()

  const { readFlag, heldUnits, ...orderReads } = openOrderReads(database, { clock, pii })
  const user = createUserModule({
    config: {
      secureCookies: config.http.secureCookies,
      rateFactor: config.limits.rateFactor,
      publicUrl,
    },
    database,
    tokens,
    denied,
    jobs,
    mail,
    passwords,
    pii,
    clock,
    ids,
    log,
    // Modules that are built further down; nobody asks before they are.
    others: {
      orders: orderReads,
      async exportOf(userId) {
        const [orders, payments, shipments, wishlistLines, cartLines] = await Promise.all([
          orderReads.exportOrders(database.db, userId),
          payment.api.exportOf(userId),
          shipment.api.exportOf(userId),
          wishlist.api.exportOf(userId),
          cart.api.exportOf(userId),
        ])
        return { orders, payments, shipments, wishlist: wishlistLines, cart: cartLines }
      },
      async erase(tx, userId) {
        await wishlist.api.erase(tx, userId)
        await cart.api.erase(tx, userId)
        await forgetKeptAnswers(tx, userId)
      },
    },
  })
  const notice = createNoticeModule({
    database,
    jobs,
    events,
    users: user.api,
    mail,
    clock,
    log,
    publicUrl,
    isOn: config.smtpUrl !== undefined,
  })
  const limiter = createLimiter({ counters: user.counters, clock, rateFactor: config.limits.rateFactor })
  const stock = createStockModule({
    ...config.sale,
    redis,
    redisPrefix: config.redis.prefix,
    database,
    clock,
    log,
    readFlag,
  })
  const item = createItemModule({ database, clock, stock: stock.api, heldUnits })
  const order = createOrderModule({
    databaseUrl: config.database.url,
    stock: stock.api,
    users: user.api,
    pii,
    sale: config.sale,
    database,
    tokens,
    clock,
    ids,
    log,
    metrics,
    countOrder: (request, reply) => limiter.count(request, reply, 'order'),
    events,
    notices: notice.api,
    returnWithinSeconds: config.returnWithinSeconds,
    // Built further down; nobody asks before they are.
    payments: { requestRefund: (tx, request) => payment.api.requestRefund(tx, request) },
    shipments: {
      takeOut: (tx, request) => shipment.api.takeOut(tx, request),
      openReturn: (tx, request) => shipment.api.openReturn(tx, request),
    },
  })
  const payment = createPaymentModule({
    config: config.payment,
    database,
    orders: order.money,
    items: item.api,
    stock: stock.api,
    clock,
    ids,
    log,
    metrics,
  })
  const shipment = createShipmentModule({
    database,
    clock,
    log,
    events,
    stock: stock.api,
    orders: order.shipping,
    times: config.shipment,
  })
  const wishlist = createWishlistModule({ database, items: item.api, orders: order.api, ids })
  const cart = createCartModule({ database, items: item.api, orders: order.api, ids })
  const modules = { user, wishlist, item, stock, order, payment, shipment, cart, notice }
  const listener = createListener({
    url: config.database.url,
    log,
    targets: { ...user.listen, ...stock.listen, ...order.listen },
  })
  const workers: Worker[] = [
    { name: 'jobs', start: jobs.start, stop: jobs.stop },
    { name: 'listener', start: listener.start, stop: listener.stop },
    { name: 'denied sessions', start: user.loadDenied, stop: async () => undefined },
    ...(redis === undefined ? [] : [redis]),
    ...role.attendants.flatMap((name) => modules[name].attendants),
    ...role.workers.flatMap((name) => modules[name].workers),
    ...(role.workers.length === 0
      ? []
      : [
          { name: 'events', start: events.start, stop: events.stop },
          createForgetAnswersWorker({ database, log }),
        ]),
  ]

  const http = createHttp({
    log,
    bodyBytesMax: config.http.bodyBytesMax,
    trustedProxies: config.http.trustedProxies,
  })
  const drain = createDrain(http, config.http.drainMs)
  measureHttp(http, metrics)
  const edge = { tokens, limiter, publicUrl: config.http.publicUrl, isSecure: config.http.secureCookies }
  guardEdge(http, edge)
  keepAnswers(http, createKeptAnswers({ database, pii }))
  const serve = async (scope: Http, names: readonly (keyof typeof modules)[]): Promise<void> => {
    for (const name of names) await scope.register(async (inner) => modules[name].routes(inner as Http))
  }
  await operationRoutes(http, {
    database,
    isDraining: drain.isDraining,
    readMetrics: () => readMetrics(metrics),
    document: describe(
      { guard: (scope) => guardEdge(scope, edge), addRoutes: (scope) => serve(scope, MODULES) },
      log,
    ),
  })
  await serve(http, role.routes)
  serverTimeRoute(http, { database, clock })
  if (role.pages)
    pageRoutes(http, {
      dir: config.http.webDir,
      ...windowsOf(config.payment),
      demoLogins,
      readItem: async (itemId) => (await item.api.readItems([itemId]))[0],
    })

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await drain.wait()
    await http.close()
    for (const worker of workers.toReversed()) await worker.stop()
    await database.close()
  }
  return {
    http,
    user: user.api,
    item: item.api,
    jobs,
    redrive: (which) => redriveDead({ database, jobs }, NOBODY, which),
    async listen() {
      for (const worker of workers) await worker.start()
      return http.listen({ host: config.http.host, port: config.http.port })
    },
    stop: () => (stopping ??= stop()),
  }
}

/** Where the pages may go to, and what they may load, to have a payment made. */
function windowsOf({ toss, nice }: Config['payment']): { scriptOrigins: string[]; windowOrigins: string[] } {
  const originsOf = (urls: (string | undefined)[]): string[] => [
    ...new Set(urls.flatMap((url) => (url === undefined ? [] : new URL(url).origin))),
  ]
  return {
    scriptOrigins: originsOf([toss?.scriptUrl, nice?.scriptUrl]),
    windowOrigins: originsOf([toss?.windowUrl, nice?.windowUrl]),
  }
}

const MODULES_DIR = `${import.meta.dirname}/modules`

/** Brings the database at `url` to the newest schema; returns what was applied. */
export function migrateDatabase(url: string): Promise<string[]> {
  return migrate(url, readMigrations(MODULES_DIR, MODULES))
}

/** What this code needs and is not among `applied`. A database that is ahead of the code is as it is in a rolling update. */
export function missingMigrations(applied: readonly string[]): string[] {
  const labels = readMigrations(MODULES_DIR, MODULES).map(({ module, name }) => `${module}/${name}`)
  return labels.filter((label) => !applied.includes(label))
}
