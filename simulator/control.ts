// What tests ask of the simulator itself: chaos, clock, book, deliveries. For callers on this machine alone.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Book } from './book.ts'
import type { Chaos } from './chaos.ts'
import { toTossTime, type SimulatorClock } from './clock.ts'
import { refundedOf, type Payment } from './payment.ts'
import { isWebUrl } from './toss-authorize.ts'
import { PROVIDERS, type Provider } from './settings.ts'
import type { Webhooks } from './webhooks.ts'

const LISTED_MAX = 100_000

export interface ControlParts {
  books: Record<Provider, Book>
  statusOf(payment: Payment): string
  chaos: Chaos
  clock: SimulatorClock
  clockMoved(): void
  webhooks: Webhooks
  deposit(orderId: string): 'deposited' | 'not_waiting'
  payOut(wanted: Record<string, unknown>): Promise<'sent' | 'no_webhook'>
  reset(): void
}

const LOOPBACK = /^(::1$|127\.|::ffff:127\.)/

export function addControlRoutes(app: FastifyInstance, parts: ControlParts): void {
  app.register(
    (control, _options, done) => {
      control.addHook('onRequest', async (request, reply) => {
        if (!LOOPBACK.test(request.socket.remoteAddress ?? ''))
          return refuse(reply, 403, 'only from this machine')
      })
      addChaos(control, parts)
      addClock(control, parts)
      addBook(control, parts)
      addWebhooks(control, parts)
      done()
    },
    { prefix: '/control' },
  )
}

const refuse = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  reply.code(status).send({ code: status === 403 ? 'FORBIDDEN' : 'INVALID_CONTROL', message })

function addChaos(control: FastifyInstance, { chaos, reset }: ControlParts): void {
  const shown = (): object => ({ toss: chaos.of('toss'), nice: chaos.of('nice') })
  control.get('/chaos', () => shown())
  control.put('/chaos', (request, reply) => {
    const wrong = chaos.change(request.body)
    return wrong === undefined ? shown() : refuse(reply, 400, wrong)
  })
  control.delete('/chaos', () => {
    chaos.clear()
    return shown()
  })
  control.post('/reset', (_request, reply) => {
    reset()
    return reply.code(204).send()
  })
}

function addClock(control: FastifyInstance, { clock, clockMoved }: ControlParts): void {
  const shown = (): object => ({
    now: toTossTime(clock.now()),
    nowMs: clock.now(),
    offsetMs: clock.offsetMs(),
  })
  control.get('/clock', () => shown())
  control.put('/clock', (request, reply) => {
    const { advanceMs, offsetMs } = (request.body ?? {}) as { advanceMs?: unknown; offsetMs?: unknown }
    const offset = advanceMs === undefined ? offsetMs : clock.offsetMs() + Number(advanceMs)
    if (!Number.isSafeInteger(offset))
      return refuse(reply, 400, 'advanceMs or offsetMs must be a whole number')
    clock.setOffset(offset as number)
    clockMoved()
    return shown()
  })
}

function addBook(control: FastifyInstance, parts: ControlParts): void {
  control.get('/book', (request) => {
    const { orderId, provider } = request.query as { orderId?: string; provider?: string }
    const asked = PROVIDERS.filter((name) => provider === undefined || provider === name).map(
      (name) => parts.books[name],
    )
    const payments = asked.flatMap((book) =>
      orderId === undefined ? [...book.all()] : book.listByOrder(orderId),
    )
    return {
      payments: payments.slice(0, LISTED_MAX).map((one) => toRow(parts, one)),
      totals: totalsOf(payments),
    }
  })
  control.post('/deposits/:orderId', (request, reply) => {
    const { orderId } = request.params as { orderId: string }
    return parts.deposit(orderId) === 'deposited'
      ? reply.code(204).send()
      : reply.code(404).send({ code: 'NOT_WAITING', message: 'no payment of this order waits for a deposit' })
  })
}

function addWebhooks(control: FastifyInstance, { webhooks, payOut }: ControlParts): void {
  control.get('/webhooks', () => webhooks.urls())
  control.put('/webhooks', (request, reply) => {
    const wanted = (request.body ?? {}) as Partial<Record<Provider, unknown>>
    const named = PROVIDERS.filter((provider) => wanted[provider] !== undefined)
    const isWrong = named.some((provider) => wanted[provider] !== null && !isWebUrl(wanted[provider]))
    if (isWrong) return refuse(reply, 400, 'toss and nice must each be an http(s) address or null')
    for (const provider of named) webhooks.setUrl(provider, wanted[provider] as string | null)
    return webhooks.urls()
  })
  control.get('/deliveries', (request) => {
    const { orderId } = request.query as { orderId?: string }
    const attempts = webhooks.attempts().filter((one) => orderId === undefined || one.orderId === orderId)
    return { attempts, waiting: webhooks.waiting() }
  })
  control.post('/payouts', async (request, reply) => {
    const sent = await payOut((request.body ?? {}) as Record<string, unknown>)
    return sent === 'sent' ? reply.code(204).send() : refuse(reply, 400, 'no webhook address of toss is set')
  })
}

const toRow = ({ statusOf }: ControlParts, payment: Payment): object => ({
  provider: payment.provider,
  orderId: payment.orderId,
  key: payment.key,
  [payment.provider === 'toss' ? 'paymentKey' : 'tid']: payment.key,
  method: payment.method,
  amountKrw: payment.amount,
  status: statusOf(payment),
  chargedKrw: payment.amount * payment.charges,
  refundedKrw: refundedOf(payment),
  charges: payment.charges,
  cancels: payment.cancels.map(({ key, amount, reason, at }) => ({
    key,
    amount,
    reason,
    at: toTossTime(at),
  })),
})

/** `ordersChargedTwice`: orders for which more than one payment keeps money. */
function totalsOf(payments: readonly Payment[]): object {
  let chargedKrw = 0
  let refundedKrw = 0
  let charges = 0
  const kept = new Map<string, number>()
  for (const payment of payments) {
    const refunded = refundedOf(payment)
    chargedKrw += payment.amount * payment.charges
    refundedKrw += refunded
    charges += payment.charges
    if (payment.charges > 0 && refunded < payment.amount * payment.charges) {
      kept.set(payment.orderId, (kept.get(payment.orderId) ?? 0) + payment.charges)
    }
  }
  const ordersChargedTwice = [...kept.values()].filter((count) => count > 1).length
  return { payments: payments.length, charges, chargedKrw, refundedKrw, ordersChargedTwice }
}
