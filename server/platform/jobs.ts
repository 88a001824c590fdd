// Durable jobs in the same PostgreSQL (pg-boss): sent inside the caller's transaction, tried again until they are done.
import { setTimeout as sleep } from 'node:timers/promises'
import { fromKysely, PgBoss, type ConstructorOptions, type Job, type JobInsert } from 'pg-boss'
import { watchBusy, type Busy } from './busy.ts'
import { sqlState, type Tx } from './db.ts'
import { describeFault } from './fault.ts'
import {
  DEAD_LETTERS,
  listDead,
  readBacklog,
  type Backlog,
  type DeadLetter,
  type DeadQuery,
} from './job-reads.ts'
import type { Log } from './log.ts'

export interface Queue<Data extends object> {
  name: string
  retriesMax: number
  /** The wait doubles from the first to the last. */
  retrySecondsFirst: number
  retrySecondsMax: number
  /** A job that runs longer is taken to be lost, and tried again. */
  runSecondsMax: number
  /** A job that is still not done is dropped after this. */
  keepSeconds: number
  /** Two jobs with this key do not wait or run at the same time: the second is not sent. */
  keyOf(data: Data): string
  /** A uuid, where there is one, by which `sendAll` sends the same only once, also when it was done already (for a day). */
  idOf?(data: Data): string | undefined
  /** Of each process, and a tenth of it while the process is busy: nobody waits for these. Unset: as fast as it goes. */
  perSecondMax?: number
}

/** Of which each job counts; handed over in batches. */
export interface BatchQueue<Data extends object> extends Omit<
  Queue<Data>,
  'keyOf' | 'idOf' | 'perSecondMax'
> {
  batchMax: number
}

export interface Jobs {
  /** Makes a queue known. Before `start`. */
  declare(queue: Queue<never> | BatchQueue<never>): void
  /** Sends many with `tx`, by one statement. After `start`. */
  sendAll<Data extends object>(
    tx: Tx,
    queue: Queue<Data> | BatchQueue<Data>,
    data: readonly Data[],
  ): Promise<void>
  /** The same in a transaction of its own. */
  sendNow<Data extends object>(queue: BatchQueue<Data>, data: readonly Data[]): Promise<void>
  /** Hands whole batches over; where one fails, its jobs one by one. Until the returned function is called. After `start`. */
  workBatches<Data extends object>(
    queue: BatchQueue<Data>,
    handle: (data: readonly Data[]) => Promise<void>,
  ): Promise<() => Promise<void>>
  /** Sends with `tx`: the job exists when, and only when, it commits. After `start`. */
  send<Data extends object>(tx: Tx, queue: Queue<Data>, data: Data): Promise<void>
  /** Hands the queue's jobs to `handler`, some at a time, until the returned function is called. After `start`. */
  work<Data extends object>(
    queue: Queue<Data>,
    handler: (data: Data) => Promise<void>,
  ): Promise<() => Promise<void>>
  /** Jobs that failed as often as they may: kept, and shown to those who look. Newest first. After `start`. */
  listDead(query: DeadQuery): Promise<DeadLetter[]>
  /** They are tried again as if new, oldest first, when `tx` commits; how many. After `start`. */
  redrive(tx: Tx, which: Redrive): Promise<number>
  /** After `start`. */
  readBacklog(queues: readonly string[]): Promise<Backlog[]>
  start(): Promise<void>
  stop(): Promise<void>
}

export interface Redrive {
  ids?: string[] | undefined
  queue?: string | undefined
  limit: number
}

const DEAD_KEPT_SECONDS = 30 * 24 * 60 * 60
const STOP_MS_MAX = 5_000
/** Several at a time, and at once the next ones where a fetch came back full: a crowd that signs up is mailed in time. */
const WORK = {
  pollingIntervalSeconds: 0.5,
  batchSize: 10,
  burstWhenBatchFull: true,
} as const
const paced = (perSecondMax: number) =>
  ({
    ...WORK,
    batchSize: Math.ceil(perSecondMax * WORK.pollingIntervalSeconds),
    burstWhenBatchFull: false,
  }) as const
/** Paced work is done so many at a time, with a rest after each while the process is busy. */
const PACED_AT_ONCE = 5
const BUSY_REST_MS = 500
const STATEMENT_MS_MAX = 30_000
/**
 * Jobs are fetched by the index that is in their order. A bitmap of it, which PostgreSQL takes for cheaper while it thinks the queue short,
 * reads every job that was ever fetched since the last vacuum, and again with the next fetch.
 */
const SESSION_OPTIONS = `-c statement_timeout=${STATEMENT_MS_MAX} -c enable_bitmapscan=off`

/** Its own few connections, so that polling and housekeeping never wait behind, or hold up, a sale's statements. */
export function createJobs(options: { url: string; log: Log }): Jobs {
  const { log } = options
  const boss = new PgBoss(bossOptions(options.url))
  // PostgreSQL may go away and come back: pg-boss polls on, the process must not end over it.
  boss.on('error', (error) =>
    log.warn({ code: sqlState(error), kind: error.name }, 'the job queue met an error'),
  )
  boss.on('warning', ({ message }) => log.warn({ about: message }, 'the job queue warns'))
  const queues: (Queue<never> | BatchQueue<never>)[] = []
  let running = false
  return {
    declare(queue) {
      if (running) throw new Error(`queue ${queue.name} is declared after the start`)
      queues.push(queue)
    },
    async send(tx, queue, data) {
      await boss.send(queue.name, data, {
        db: fromKysely(tx.withoutPlugins()),
        singletonKey: queue.keyOf(data),
      })
    },
    async sendAll(tx, queue, data) {
      await boss.insert(queue.name, toInserts(queue, data), { db: fromKysely(tx.withoutPlugins()) })
    },
    async sendNow(queue, data) {
      await boss.insert(queue.name, toInserts(queue, data))
    },
    async workBatches(queue, handle) {
      const options = { ...WORK, batchSize: queue.batchMax }
      const id = await boss.work<Parameters<typeof handle>[0][number]>(queue.name, options, async (jobs) => {
        const run = (some: typeof jobs): Promise<void> => handle(some.map((job) => job.data))
        try {
          await run(jobs)
        } catch {
          await failThose(boss, queue.name, await runOneByOne(queue, jobs, (job) => run([job]), log))
        }
      })
      return () => boss.offWork(queue.name, { id, wait: false })
    },
    async work(queue, handler) {
      const isPaced = queue.perSecondMax !== undefined
      const options = isPaced ? paced(queue.perSecondMax!) : WORK
      const busy = isPaced ? watchBusy() : undefined
      const id = await boss.work<Parameters<typeof handler>[0]>(queue.name, options, async (jobs) => {
        const run = (job: (typeof jobs)[number]) => runJob(queue.name, job, () => handler(job.data), log)
        const tried = busy === undefined ? await Promise.all(jobs.map(run)) : await runPaced(jobs, run, busy)
        await failThose(boss, queue.name, tried)
      })
      return () => {
        busy?.stop()
        return boss.offWork(queue.name, { id, wait: false })
      }
    },
    listDead: (query) => listDead(boss.getDb(), query),
    readBacklog: async (names) => readBacklog(boss.getDb(), names),
    redrive: (tx, { ids, queue, limit }) =>
      boss.redrive(DEAD_LETTERS, {
        limit,
        db: fromKysely(tx.withoutPlugins()),
        ...(ids !== undefined && { ids }),
        ...(queue !== undefined && { sourceName: queue }),
      }),
    async start() {
      await boss.start()
      running = true
      await boss.createQueue(DEAD_LETTERS, { retentionSeconds: DEAD_KEPT_SECONDS, policy: 'standard' })
      await Promise.all(queues.map((queue) => createQueue(boss, queue)))
    },
    async stop() {
      if (!running) return
      running = false
      await withDeadline(STOP_MS_MAX + 1_000, boss.stop({ graceful: true, timeout: STOP_MS_MAX }))
    },
  }
}

function bossOptions(url: string): ConstructorOptions {
  const bounds = { query_timeout: STATEMENT_MS_MAX + 5_000, keepAlive: true }
  return {
    ...bounds,
    connectionString: url,
    application_name: 'hurry-up-order jobs',
    max: 3,
    connectionTimeoutMillis: 3_000,
    options: SESSION_OPTIONS,
    schema: 'pgboss',
    // Nothing is scheduled by cron yet.
    schedule: false,
  }
}

async function createQueue(boss: PgBoss, queue: Queue<never> | BatchQueue<never>): Promise<void> {
  const settings = {
    retryLimit: queue.retriesMax,
    retryDelay: queue.retrySecondsFirst,
    retryDelayMax: queue.retrySecondsMax,
    retryBackoff: true,
    expireInSeconds: queue.runSecondsMax,
    retentionSeconds: queue.keepSeconds,
    deleteAfterSeconds: 24 * 60 * 60,
    deadLetter: DEAD_LETTERS,
  }
  await boss.createQueue(queue.name, { ...settings, policy: 'keyOf' in queue ? 'exclusive' : 'standard' })
  // Creating leaves a queue of an earlier version as it was.
  await boss.updateQueue(queue.name, settings)
}

/** pg-boss refuses an id that comes twice in one statement. */
function toInserts<Data extends object>(
  queue: Queue<Data> | BatchQueue<Data>,
  data: readonly Data[],
): JobInsert<Data>[] {
  if (!('keyOf' in queue)) return data.map((datum) => ({ data: datum }))
  const known = new Set<string>()
  return data.flatMap((datum) => {
    const id = queue.idOf?.(datum)
    if (id !== undefined && known.has(id)) return []
    if (id !== undefined) known.add(id)
    return [{ data: datum, singletonKey: queue.keyOf(datum), ...(id !== undefined && { id }) }]
  })
}

/** Of a job that was tried: the code by which it failed; undefined where it was done. */
interface Tried {
  job: Job
  code: string | undefined
}

/**
 * What the handler leaves active pg-boss completes, in one statement by the ids. Told job by job (`perJobResults`) it joins them to the
 * queue instead, which without statistics reads every job of that name, done or not.
 */
async function failThose(boss: PgBoss, queue: string, tried: readonly Tried[]): Promise<void> {
  const failed = tried.filter(({ code }) => code !== undefined)
  for (const [code, some] of Map.groupBy(failed, (one) => one.code))
    await boss.fail(
      queue,
      some.map(({ job }) => job),
      { code },
    )
}

async function runPaced<One>(
  jobs: readonly One[],
  run: (job: One) => Promise<Tried>,
  busy: Busy,
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (let first = 0; first < jobs.length; first += PACED_AT_ONCE) {
    tried.push(...(await Promise.all(jobs.slice(first, first + PACED_AT_ONCE).map(run))))
    if (busy.isBusy()) await sleep(BUSY_REST_MS)
  }
  return tried
}

/** A bad one must not hold its neighbours up. Those that can not be done in time are left for later: pg-boss would take all for lost. */
async function runOneByOne<Data extends object>(
  queue: BatchQueue<Data>,
  jobs: readonly Job<Data>[],
  run: (job: Job<Data>) => Promise<void>,
  log: Log,
): Promise<Tried[]> {
  const tried: Tried[] = []
  const end = performance.now() + (queue.runSecondsMax * 1_000) / 2
  for (const job of jobs)
    tried.push(
      performance.now() < end ? await runJob(queue.name, job, () => run(job), log) : { job, code: 'LATE' },
    )
  return tried
}

/** pg-boss would store what a handler throws: only the code passes, because messages of tools quote addresses. */
async function runJob<Data extends object>(
  queue: string,
  job: Job<Data>,
  run: () => Promise<void>,
  log: Log,
): Promise<Tried> {
  try {
    await run()
    return { job, code: undefined }
  } catch (error) {
    const code = sqlState(error) ?? 'FAILED'
    // Without a code it is a fault of ours: where?
    const fault = code === 'FAILED' ? describeFault(error) : undefined
    log.warn({ queue, jobId: job.id, code, fault }, 'a job failed and will be tried again')
    return { job, code }
  }
}

async function withDeadline(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, deadline])
  clearTimeout(timer)
}
