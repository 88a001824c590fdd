// Events to the shop: first attempt, the seven retries by the simulator's clock, what chaos does to them, and the log of all of it.
import { randomUUID } from 'node:crypto'
import type { Chaos } from './chaos.ts'
import { MINUTE_MS, toTossTime, type SimulatorClock } from './clock.ts'
import { createPoster } from './post.ts'
import type { Provider } from './settings.ts'

export interface Event {
  provider: Provider
  /** For the log: `PAYMENT_STATUS_CHANGED DONE`, `paid`. */
  name: string
  orderId: string | null
  body: object
  /** Payout events: made anew for each attempt, for the time is part of it. */
  sign?: (body: string, time: string) => string
}

interface Attempt {
  id: string
  provider: Provider
  event: string
  orderId: string | null
  url: string
  retriedCount: number
  at: string
  result: string
  isDelivered: boolean
}

interface Delivery {
  id: string
  event: Event
  body: string
  url: string
  retriedCount: number
  dueAt: number
}

export interface Webhooks {
  isOn(provider: Provider): boolean
  urls(): Record<Provider, string | null>
  setUrl(provider: Provider, url: string | null): void
  /** Resolves when the first attempt is over, or was put off. */
  send(event: Event): Promise<void>
  /** Those that are due by the clock. */
  tick(): void
  attempts(): readonly Attempt[]
  waiting(): { id: string; provider: Provider; event: string; retriedCount: number; nextAt: string }[]
  clear(): void
  stop(): void
}

/** 1, 4, 16, 64, 256, 1024, 4096 minutes: three days and nineteen hours in all. */
const RETRY_MINUTES = [1, 4, 16, 64, 256, 1024, 4096] as const
const WAITING_MAX = 10_000
const UNDER_WAY_MAX = 10_000
const ATTEMPTS_KEPT_MAX = 20_000
/** How long a `reordered` event waits for another one to overtake it. */
const REORDER_MS_MAX = 500

interface Parts {
  clock: SimulatorClock
  chaos: Chaos
  urls: { toss?: string | undefined; nice?: string | undefined }
}

export function createWebhooks({ clock, chaos, urls: first }: Parts): Webhooks {
  const poster = createPoster()
  const urls: Record<Provider, string | null> = { toss: first.toss ?? null, nice: first.nice ?? null }
  const waiting = new Map<string, Delivery>()
  const held: Record<Provider, Delivery[]> = { toss: [], nice: [] }
  let attempts: Attempt[] = []
  let underWay = 0

  function log(delivery: Delivery, result: string, isDelivered = false): void {
    const { id, event, url, retriedCount } = delivery
    if (attempts.length >= ATTEMPTS_KEPT_MAX) attempts = attempts.slice(ATTEMPTS_KEPT_MAX / 2)
    attempts.push({
      id,
      provider: event.provider,
      event: event.name,
      orderId: event.orderId,
      url,
      retriedCount,
      at: toTossTime(clock.now()),
      result,
      isDelivered,
    })
  }

  async function attempt(delivery: Delivery): Promise<void> {
    if (underWay >= UNDER_WAY_MAX) return log(delivery, 'dropped: too many under way')
    underWay += 1
    try {
      const { status, text } = await poster.post(
        delivery.url,
        delivery.body,
        headersOf(delivery, clock.now()),
      )
      const result = judge(delivery.event.provider, status, text)
      log(delivery, result, result === 'delivered')
      if (result !== 'delivered') wait(delivery)
    } catch (error) {
      log(
        delivery,
        error instanceof Error && error.name === 'AbortError' ? 'no answer in 10 s' : 'unreachable',
      )
      wait(delivery)
    } finally {
      underWay -= 1
    }
  }

  function wait(delivery: Delivery): void {
    const minutes = RETRY_MINUTES[delivery.retriedCount]
    if (minutes === undefined) return log(delivery, 'given up')
    const next = { ...delivery, retriedCount: delivery.retriedCount + 1 }
    putOff({ ...next, dueAt: clock.now() + minutes * MINUTE_MS })
  }

  function putOff(delivery: Delivery): void {
    if (waiting.size >= WAITING_MAX) return log(delivery, 'dropped: too many waiting')
    waiting.set(delivery.id, delivery)
  }

  async function overtake(delivery: Delivery): Promise<void> {
    const queue = held[delivery.event.provider]
    queue.push(delivery)
    if (queue.length === 1) setTimeout(() => void release(queue), REORDER_MS_MAX).unref()
    else await release(queue)
  }

  async function release(queue: Delivery[]): Promise<void> {
    for (const delivery of queue.splice(0).toReversed()) await attempt(delivery)
  }

  return {
    isOn: (provider) => urls[provider] !== null && chaos.of(provider).webhooks !== 'off',
    urls: () => ({ ...urls }),
    setUrl(provider, url) {
      urls[provider] = url
    },
    async send(event) {
      const url = urls[event.provider]
      if (url === null) return
      const { webhooks: mode, webhookDelayMs } = chaos.of(event.provider)
      if (mode === 'off') return
      const delivery = {
        id: randomUUID(),
        event,
        body: JSON.stringify(event.body),
        url,
        retriedCount: 0,
        dueAt: 0,
      }
      if (mode === 'delayed') return putOff({ ...delivery, dueAt: clock.now() + webhookDelayMs })
      if (mode === 'reordered') return overtake(delivery)
      if (mode === 'duplicated') await Promise.all([attempt(delivery), attempt(delivery)])
      else await attempt(delivery)
    },
    tick() {
      const now = clock.now()
      for (const [id, delivery] of waiting) {
        if (delivery.dueAt > now) continue
        waiting.delete(id)
        void attempt(delivery)
      }
    },
    attempts: () => attempts,
    waiting: () =>
      [...waiting.values()].map(({ id, event, retriedCount, dueAt }) => ({
        id,
        provider: event.provider,
        event: event.name,
        retriedCount,
        nextAt: toTossTime(dueAt),
      })),
    clear() {
      waiting.clear()
      held.toss.length = 0
      held.nice.length = 0
      attempts = []
    },
    stop: () => poster.close(),
  }
}

function headersOf({ event, body, id, retriedCount }: Delivery, now: number): Record<string, string> {
  if (event.provider === 'nice') return { 'content-type': 'application/json;charset=utf-8' }
  const time = toTossTime(now)
  return {
    'content-type': 'application/json',
    'tosspayments-webhook-transmission-time': time,
    'tosspayments-webhook-transmission-retried-count': String(retriedCount),
    'tosspayments-webhook-transmission-id': id,
    ...(event.sign && { 'tosspayments-webhook-signature': event.sign(body, time) }),
  }
}

/** Toss wants 200; NICEPAY wants 200 and the letters OK. */
function judge(provider: Provider, status: number, text: string): string {
  if (status !== 200) return `answered ${status}`
  return provider === 'toss' || text.includes('OK') ? 'delivered' : 'answered without OK'
}
