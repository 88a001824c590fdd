// Events as jobs of pg-boss: one queue for each event and consumer.
import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge } from 'prom-client'
import type { Event, Events, EventType } from './events.ts'
import type { Ids } from './ids.ts'
import type { BatchQueue, Jobs } from './jobs.ts'
import type { Metrics } from './metrics.ts'

type Handle = (events: readonly Event<object>[]) => Promise<void>

interface Subscription {
  queue: BatchQueue<Event<object>>
  handle: Handle
}

const settings = {
  retriesMax: 10,
  retrySecondsFirst: 1,
  retrySecondsMax: 5 * 60,
  runSecondsMax: 60,
  keepSeconds: 14 * 24 * 60 * 60,
  batchMax: 500,
} as const

/** `start` begins to hand events over; a process that only publishes does not call it. */
export function createEvents({
  jobs,
  ids,
  metrics,
  retries = {},
}: {
  jobs: Jobs
  ids: Ids
  metrics: Metrics
  /** Instead of what is usual. */
  retries?: { retriesMax?: number; retrySecondsFirst?: number }
}): Events & {
  start(): Promise<void>
  stop(): Promise<void>
} {
  const subscriptions = new Map<string, Subscription[]>()
  measureBacklog(metrics, jobs, () => [...subscriptions.values()].flat().map(({ queue }) => queue.name))
  let stops: (() => Promise<void>)[] = []
  return {
    subscribe(type, consumer, handle) {
      const queue: BatchQueue<Event<object>> = {
        name: `event.${type.name}.${consumer}`,
        ...settings,
        ...retries,
      }
      jobs.declare(queue)
      const listening = subscriptions.get(type.name) ?? []
      subscriptions.set(type.name, [...listening, { queue, handle: handle as Handle }])
    },
    async publish<Data extends object>(
      tx: Parameters<Events['publish']>[0],
      type: EventType<Data>,
      data: readonly Data[],
    ) {
      const listening = subscriptions.get(type.name)
      if (listening === undefined || data.length === 0) return
      const events = data.map((datum) => ({ eventId: ids.uuid(), data: datum }))
      for (const { queue } of listening) await jobs.sendAll(tx, queue, events)
    },
    async start() {
      stops = await Promise.all(
        [...subscriptions.values()].flat().map(({ queue, handle }) => jobs.workBatches(queue, handle)),
      )
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

const READ_MS_MAX = 1_000

/** In every process: those who should hand events over may all be gone. */
function measureBacklog(metrics: Metrics, jobs: Pick<Jobs, 'readBacklog'>, queues: () => string[]): void {
  new Gauge({
    name: 'event_backlog_seconds',
    help: 'Since when the oldest event of a queue waits; those under way do not count',
    labelNames: ['queue'],
    registers: [metrics],
    // Of several processes on one port: all read the same.
    aggregator: 'max',
    async collect() {
      const names = queues()
      const read = names.length === 0 ? [] : jobs.readBacklog(names).catch(() => [])
      // PostgreSQL may be away: the other metrics are wanted all the more then.
      const backlog = await Promise.race([read, sleep(READ_MS_MAX, [], { ref: false })])
      this.reset()
      for (const { queue, seconds } of backlog) this.set({ queue }, seconds)
    },
  })
}
