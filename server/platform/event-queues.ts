// Events as jobs of pg-boss: one queue for each event and consumer. What happens together is one job: each costs the database three writes.
import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge } from 'prom-client'
import type { Event, Events, EventType } from './events.ts'
import type { Ids } from './ids.ts'
import type { BatchQueue, Jobs } from './jobs.ts'
import type { Metrics } from './metrics.ts'

type Handle = (events: readonly Event<object>[]) => Promise<void>

type Carried = Event<object> | { events: Event<object>[] }

interface Subscription {
  queue: BatchQueue<Carried>
  handle: Handle
}

const TOGETHER_MAX = 25

const settings = {
  retriesMax: 10,
  retrySecondsFirst: 1,
  retrySecondsMax: 5 * 60,
  runSecondsMax: 60,
  keepSeconds: 14 * 24 * 60 * 60,
  /** Each with up to TOGETHER_MAX events. */
  batchMax: 40,
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
      const queue: BatchQueue<Carried> = {
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
      const carried = together(data.map((datum) => ({ eventId: ids.uuid(), data: datum })))
      for (const { queue } of listening) await jobs.sendAll(tx, queue, carried)
    },
    async start() {
      stops = await Promise.all(
        [...subscriptions.values()]
          .flat()
          .map(({ queue, handle }) =>
            jobs.workBatches(queue, (carried) => handOver(jobs, { queue, handle }, carried)),
          ),
      )
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

function together(events: readonly Event<object>[]): Carried[] {
  if (events.length === 1) return [...events]
  const carried: Carried[] = []
  for (let first = 0; first < events.length; first += TOGETHER_MAX)
    carried.push({ events: events.slice(first, first + TOGETHER_MAX) })
  return carried
}

const eventsOf = (carried: Carried): readonly Event<object>[] =>
  'events' in carried ? carried.events : [carried]

/** Several that can not be handled even as a job alone become jobs of their own: a bad one holds no other up, and dies alone. */
async function handOver(
  jobs: Pick<Jobs, 'sendNow'>,
  { queue, handle }: Subscription,
  carried: readonly Carried[],
): Promise<void> {
  const events = carried.flatMap(eventsOf)
  try {
    await handle(events)
  } catch (error) {
    if (carried.length > 1 || events.length === 1) throw error
    await jobs.sendNow(queue, events)
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
