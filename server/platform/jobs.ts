// Durable jobs in the same PostgreSQL (pg-boss): sent inside the caller's transaction, tried again until they are done.
import { fromKysely, PgBoss, type ConstructorOptions, type JobResult } from 'pg-boss'
import { sqlState, type Tx } from './db.ts'
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
}

/** Of which each job counts; handed over in batches. */
export interface BatchQueue<Data extends object> extends Omit<Queue<Data>, 'keyOf'> {
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
  /** Hands whole batches over; where one fails, its jobs one by one. Until the returned function is called. After `start`. */
  workBatches<Data extends object>(
    queue: BatchQueue<Data>,
    handle: (data: readonly Data[]) => Promise<void>,
  ): Promise<() => Promise<void>>
  /** Sends with `tx`: the job exists when, and only when, it commits. After `start`. */
  send<Data extends object>(tx: Tx, queue: Queue<Data>, data: Data): Promise<void>
  /** Hands the queue's jobs to `handler`, at most ten at a time, until the returned function is called. After `start`. */
  work<Data extends object>(
    queue: Queue<Data>,
    handler: (data: Data) => Promise<void>,
  ): Promise<() => Promise<void>>
  /** Jobs that failed as often as they may: kept, and shown to those who look. Newest first. After `start`. */
  listDead(query: { after: DeadCursor | undefined; limit: number }): Promise<DeadLetter[]>
  /** They are tried again as if new, oldest first; how many. After `start`. */
  redrive(which: { ids?: string[] | undefined; queue?: string | undefined; limit: number }): Promise<number>
  start(): Promise<void>
  stop(): Promise<void>
}

interface DeadCursor {
  /** Microseconds since the epoch. */
  micros: number
  id: string
}

interface DeadLetter {
  id: string
  /** Where it failed. */
  queue: string
  at: Date
  micros: number
  tries: number
  /** Of what it failed at last. */
  code: string
}

const DEAD_LETTERS = 'dead-letters'
const DEAD_KEPT_SECONDS = 30 * 24 * 60 * 60
const STOP_MS_MAX = 5_000
/** Several at a time, and at once the next ones where a fetch came back full: a crowd that signs up is mailed in time. */
const WORK = {
  pollingIntervalSeconds: 0.5,
  batchSize: 10,
  burstWhenBatchFull: true,
  perJobResults: true,
} as const
const STATEMENT_MS_MAX = 30_000

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
      await boss.insert(
        queue.name,
        data.map((datum) => ({
          data: datum,
          ...('keyOf' in queue && { singletonKey: queue.keyOf(datum) }),
        })),
        { db: fromKysely(tx.withoutPlugins()) },
      )
    },
    async workBatches(queue, handle) {
      const options = { ...WORK, batchSize: queue.batchMax }
      const id = await boss.work<Parameters<typeof handle>[0][number], object, typeof options>(
        queue.name,
        options,
        async (jobs) => {
          const run = (some: typeof jobs): Promise<void> => handle(some.map((job) => job.data))
          try {
            await run(jobs)
            return jobs.map((job) => ({ id: job.id, status: 'completed' as const }))
          } catch {
            // A bad one must not hold its neighbours up.
            const results: JobResult<object>[] = []
            for (const job of jobs) results.push(await runJob(queue.name, job.id, () => run([job]), log))
            return results
          }
        },
      )
      return () => boss.offWork(queue.name, { id, wait: false })
    },
    async work(queue, handler) {
      const id = await boss.work<Parameters<typeof handler>[0], object, typeof WORK>(
        queue.name,
        WORK,
        (jobs) => Promise.all(jobs.map((job) => runJob(queue.name, job.id, () => handler(job.data), log))),
      )
      return () => boss.offWork(queue.name, { id, wait: false })
    },
    listDead: (query) => listDead(boss, query),
    redrive: ({ ids, queue, limit }) =>
      boss.redrive(DEAD_LETTERS, {
        limit,
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
    options: `-c statement_timeout=${STATEMENT_MS_MAX}`,
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

const MICROS = '(extract(epoch FROM created_on) * 1000000)::float8'

async function listDead(
  boss: PgBoss,
  { after, limit }: { after: DeadCursor | undefined; limit: number },
): Promise<DeadLetter[]> {
  const { rows } = await boss.getDb().executeSql(
    `SELECT id, source_name AS queue, created_on AS at, ${MICROS} AS micros, coalesce(source_retry_count, 0) AS tries,
            coalesce(source_output->>'code', 'FAILED') AS code
       FROM pgboss.job
      WHERE name = $1 AND state < 'active' AND source_name IS NOT NULL
        AND ($2::float8 IS NULL OR (${MICROS}, id) < ($2::float8, $3::uuid))
      ORDER BY created_on DESC, id DESC LIMIT $4`,
    [DEAD_LETTERS, after?.micros ?? null, after?.id ?? null, limit],
  )
  return rows as DeadLetter[]
}

/** pg-boss would store what a handler throws: only the code passes, because messages of tools quote addresses. */
async function runJob(
  queue: string,
  id: string,
  run: () => Promise<void>,
  log: Log,
): Promise<JobResult<object>> {
  try {
    await run()
    return { id, status: 'completed' }
  } catch (error) {
    const code = sqlState(error) ?? 'FAILED'
    log.warn({ queue, jobId: id, code }, 'a job failed and will be tried again')
    return { id, status: 'failed', output: { code } }
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
