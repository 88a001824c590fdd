// Everything a bench needs, started in one place: a PostgreSQL of its own, the service on it, the floor, the load.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from '../server/compose.ts'
import type { Lifetime } from '../server/lifetime.ts'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { createLog } from '../server/platform/log.ts'
import { runToEnd, startListening, startLoad, type Listening, type Load } from './children.ts'
import { connect, type Client } from './database.ts'
import { createQuiet } from './quiet.ts'
import { writeStrangersTokens } from './tokens.ts'

export interface Scale {
  isQuick: boolean
  runSeconds: number
  warmupSeconds: number
  rounds: number
  openSeconds: number
  /** Watched before the holds end, and after. */
  holdsSeconds: { before: number; after: number }
  /** In all, for other processes to end. */
  quietSecondsMax: number
  strangers: number
  /** Of PostgreSQL's log, used before anything is measured. */
  logSegments: number
  earlierOrders: number
  holds: number
  /** What breaks is away for so long, and watched before and after. */
  faults: { rounds: number; beforeSeconds: number; awaySeconds: number; afterSeconds: number }
  /** Each with as many waiting claims as a gate keeps. */
  claimItems: number
}

export interface ServiceOptions {
  databaseUrl?: string
  /** With it the gate is the one in Redis, otherwise the one in memory. */
  redisUrl?: string
  processes?: number
  /** Stands for the payment providers; nothing can be paid unless told. */
  simulatorUrl?: string
  /** Where mail goes; nowhere unless told. */
  smtpUrl?: string
  /** `silent` where Redis or PostgreSQL is taken away. */
  logLevel?: 'warn' | 'silent'
}

export interface Rig {
  scale: Scale
  dir: string
  load: Load
  floor: Listening
  service: Listening
  postgresPid: number
  database: { url: string; name: string }
  client: Client
  /** 10,000 seeded buyers. */
  buyers: { tokensFile: string; first: number; count: number }
  /** Tokens nobody has used. */
  strangersFile: string
  startService(options?: ServiceOptions): Promise<Listening>
  /** Runs `work` while `service` is stopped: it would mail on about its earlier orders beside what is measured. A new one stands there after it. */
  withoutService<T>(work: () => Promise<T>): Promise<T>
  waitForQuiet(): Promise<void>
  life: Lifetime
}

const BUYERS = 10_000
const MAIN = join(import.meta.dirname, '..', 'server', 'main.ts')

/** `serverFlags` are passed to the node process of the service. */
export async function startRig(life: Lifetime, scale: Scale, serverFlags: readonly string[]): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'hurry-up-order-bench-'))
  // PostgreSQL may run as another user, who must get past this folder.
  chmodSync(dir, 0o711)
  const removeDir = (): void => rmSync(dir, { recursive: true, force: true })
  await life.add({ name: 'the temporary folder', stop: removeDir, kill: removeDir, msMax: 5_000 })
  const postgres = await startEmbeddedPostgres({ dir: join(dir, 'data'), log: createLog('warn') })
  const killPostgres = (): void => postgres.kill()
  await life.add({ name: 'PostgreSQL', stop: () => postgres.stop('fast'), kill: killPostgres, msMax: 6_000 })
  await migrateDatabase(postgres.url)

  const secrets = {
    TOKEN_SECRET: randomBytes(32).toString('hex'),
    PII_KEYS: `bench:${randomBytes(32).toString('base64')}`,
  }
  const tokensFile = join(dir, 'buyers')
  await runToEnd({
    script: MAIN,
    args: ['seed', 'buyers', '--count', String(BUYERS), '--tokens', tokensFile, '--ttl', '4h'],
    env: { ...secrets, DATABASE_URL: postgres.url, DATA_DIR: dir, ALLOW_LOAD_SEED: '1' },
    cwd: dir,
  })
  const strangersFile = join(dir, 'strangers')
  writeStrangersTokens(strangersFile, secrets.TOKEN_SECRET, scale.strangers)

  const mail = await startListening({ script: `${import.meta.dirname}/mail-sink.ts`, cwd: dir })
  await life.add({ name: 'the mail server', stop: mail.stop, msMax: 5_000 })

  const startService = async (options: ServiceOptions = {}): Promise<Listening> => {
    const { databaseUrl = postgres.url, redisUrl, processes = 1, logLevel = 'warn' } = options
    const { smtpUrl = `smtp://127.0.0.1:${mail.port}`, simulatorUrl } = options
    const service = await startListening({
      script: MAIN,
      args: ['serve', '--processes', String(processes)],
      nodeFlags: serverFlags,
      env: {
        ...secrets,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dir,
        SMTP_URL: smtpUrl,
        HOST: '127.0.0.1',
        PORT: '0',
        DRAIN_SECONDS: '0',
        LOG_LEVEL: logLevel,
        ...(redisUrl === undefined ? { SALE_GATE: 'memory' } : { SALE_GATE: 'redis', REDIS_URL: redisUrl }),
        ...(simulatorUrl !== undefined && { SIMULATOR_URL: simulatorUrl }),
        RATE_LIMIT_FACTOR: '1000000',
      },
      cwd: dir,
    })
    await life.add({ name: 'the service', stop: service.stop, msMax: 10_000 })
    return service
  }
  const client = await connect(postgres.url)
  await fillLog(client, scale.logSegments)
  await life.add({ name: 'a database connection', stop: () => client.end(), msMax: 2_000 })
  const load = startLoad(dir)
  await life.add({ name: 'the load', stop: load.stop, msMax: 10_000 })
  const floor = await startListening({ script: `${import.meta.dirname}/floor.ts`, cwd: dir })
  await life.add({ name: 'the floor', stop: floor.stop, msMax: 10_000 })
  const rig: Rig = {
    scale,
    dir,
    load,
    floor,
    service: await startService(),
    postgresPid: postgres.pid,
    database: { url: postgres.url, name: new URL(postgres.url).pathname.slice(1) },
    client,
    buyers: { tokensFile, first: firstBuyer(tokensFile), count: BUYERS },
    strangersFile,
    startService,
    async withoutService(work) {
      await rig.service.stop()
      try {
        return await work()
      } finally {
        rig.service = await startService()
      }
    },
    waitForQuiet: createQuiet(scale.quietSecondsMax * 1000),
    life,
  }
  return rig
}

/**
 * A database that has worked for a while writes into files of its log that it has used before. A new one first fills each, 16 MB and a
 * flush, while everybody waits: 20 to 60 ms in each second of a sale.
 */
async function fillLog(client: Client, segments: number): Promise<void> {
  for (let i = 0; i < segments; i++) {
    await client.query(
      `SELECT pg_logical_emit_message(false, 'bench', 'a log file is only ended where something is in it')`,
    )
    await client.query('SELECT pg_switch_wal()')
  }
  await client.query('CHECKPOINT')
}

function firstBuyer(tokensFile: string): number {
  const payload = readFileSync(tokensFile, 'latin1').split('.', 2)[1] ?? ''
  return Number((JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub)
}
