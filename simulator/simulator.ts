// The simulator in one piece: both providers, their windows, their events and the control of all of it.
import { randomInt } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { createAnswering } from './answer.ts'
import { createBook } from './book.ts'
import { createChaos } from './chaos.ts'
import { createClock } from './clock.ts'
import { addControlRoutes } from './control.ts'
import { deposit } from './deposit.ts'
import { createKeptAnswers } from './idempotency.ts'
import { noJournal, openJournal } from './journal.ts'
import { createNetcancels } from './nice-netcancel.ts'
import { addNiceRoutes } from './nice-routes.ts'
import { niceEvent, niceStatus } from './nice-payment.ts'
import { addNiceWindow } from './nice-window.ts'
import { payoutEvent } from './payout.ts'
import { createRandom } from './random.ts'
import { restoreAll } from './restore.ts'
import { DEFAULTS, type Provider, type SimulatorSettings } from './settings.ts'
import { depositEvent, statusEvent, tossStatus } from './toss-payment.ts'
import { addTossRoutes } from './toss-routes.ts'
import { addTossWindow } from './toss-window.ts'
import { createWebhooks, type Event } from './webhooks.ts'

export interface Simulator {
  url: string
  stop(): Promise<void>
}

const TICK_MS = 100
const BODY_BYTES_MAX = 65_536

export async function startSimulator(wanted: Partial<SimulatorSettings> = {}): Promise<Simulator> {
  const settings = { ...DEFAULTS, ...wanted }
  const app = createServer()
  const parts = createParts(settings)
  addProviders(app, parts)
  addControl(app, parts)
  const timer = setInterval(parts.tick, TICK_MS)
  timer.unref()
  const stop = async (): Promise<void> => {
    clearInterval(timer)
    parts.webhooks.stop()
    await app.close()
    parts.journal.close()
  }
  try {
    await app.listen({ port: settings.port, host: settings.host })
  } catch (error) {
    await stop()
    throw error
  }
  const { port } = app.server.address() as AddressInfo
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  return { url: `http://${host}:${port}`, stop }
}

function createServer(): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  // A cancel or a reset needs no body, but clients say JSON all the same.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body as string))
    } catch {
      done(Object.assign(new Error('not JSON'), { statusCode: 400 }))
    }
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    const code = status < 500 ? 'INVALID_REQUEST' : 'FAILED_INTERNAL_SYSTEM_PROCESSING'
    return reply.code(status).send({ code, message: error.message })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'NOT_FOUND', message: '존재하지 않는 정보 입니다.' }),
  )
  return app
}

type Parts = ReturnType<typeof createParts>

function createParts(settings: SimulatorSettings) {
  const clock = createClock(settings.clock)
  const random = createRandom(settings.seed ?? randomInt(2 ** 32))
  const chaos = createChaos(random)
  const webhooks = createWebhooks({ clock, chaos, urls: settings.webhooks })
  const journal = settings.bookFile === undefined ? noJournal : openJournal(settings.bookFile)
  const emit = (event: Event): void => {
    if (webhooks.isOn(event.provider)) void webhooks.send(event)
  }
  const toss = createBook({ clock, journal, expired: (payment) => emit(statusEvent(payment, clock.now())) })
  const nice = createBook({ clock, journal, expired: () => {} })
  const books: Record<Provider, ReturnType<typeof createBook>> = { toss, nice }
  const keptAnswers = createKeptAnswers(clock, journal)
  const netcancels = createNetcancels(clock, journal)
  const tick = (): void => {
    toss.expire()
    nice.expire()
    webhooks.tick()
  }
  if (settings.bookFile !== undefined)
    restoreAll(settings.bookFile, { books, keptAnswers, netcancels, clock, journal })
  const answering = createAnswering({ chaos, webhooks, slowTriggerMs: settings.slowTriggerMs })
  return {
    settings,
    clock,
    random,
    chaos,
    webhooks,
    journal,
    books,
    keptAnswers,
    netcancels,
    emit,
    tick,
    answering,
  }
}

function addProviders(app: FastifyInstance, parts: Parts): void {
  const toss = { ...parts, book: parts.books.toss, keys: parts.settings.toss }
  addTossRoutes(app, toss)
  addTossWindow(app, toss)
  const nice = { ...parts, book: parts.books.nice, keys: parts.settings.nice }
  addNiceRoutes(app, nice)
  addNiceWindow(app, nice)
}

function addControl(app: FastifyInstance, parts: Parts): void {
  const { books, clock, webhooks, journal, settings, emit } = parts
  addControlRoutes(app, {
    ...parts,
    statusOf: (payment) => (payment.provider === 'toss' ? tossStatus(payment) : niceStatus(payment)),
    clockMoved() {
      journal.write('clock', clock.offsetMs())
      parts.tick()
    },
    deposit(orderId) {
      const paid = deposit(books.toss, clock, orderId) ?? deposit(books.nice, clock, orderId)
      if (paid === undefined) return 'not_waiting'
      if (paid.provider === 'nice') emit(niceEvent(paid, settings.nice, clock.now()))
      else for (const made of [depositEvent, statusEvent]) emit(made(paid, clock.now()))
      return 'deposited'
    },
    async payOut(wanted) {
      if (!webhooks.isOn('toss')) return 'no_webhook'
      await webhooks.send(payoutEvent(settings.securityKey, wanted, clock.now()))
      return 'sent'
    },
    reset() {
      for (const book of Object.values(books)) book.clear()
      parts.keptAnswers.clear()
      parts.netcancels.clear()
      parts.chaos.clear()
      webhooks.clear()
      clock.setOffset(0)
      journal.rewrite([])
    },
  })
}
