// The split deployment without containers: a process for each role on ports of their own, one Redis, and the gateway of deploy/.
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { createClient, type Client } from './buyers.ts'
import { readText } from './deploy-files.ts'
import { startGateway, type Gateway } from './deploy-gateway.ts'
import { newDatabase } from './postgres.ts'
import { freePort, needsProgram } from './programs.ts'
import { startRedis, type RedisProcess } from './redis.ts'
import { startServer, type ServerProcess } from './server-process.ts'

/** For `describe.skipIf`. */
export const cannotSplit = (): boolean => needsProgram('nginx') || needsProgram('redis-server')

export interface RoleProcess {
  /** Stays the same over restarts. */
  url: string
  /** Past the gateway. */
  client: Client
  /** The present run. */
  readonly server: ServerProcess
  kill(signal: NodeJS.Signals): Promise<void>
  restart(): Promise<void>
}

export interface Split {
  user: RoleProcess
  item: RoleProcess
  orders: [RoleProcess, RoleProcess]
  payment: RoleProcess
  /** Not behind the gateway. */
  worker: RoleProcess
  all: readonly RoleProcess[]
  redis: RedisProcess
  gateway: Gateway
  /** Of the gateway. */
  url: string
  client: Client
  /** What all processes of ours have said, and the gateway of those who asked. */
  output(): string
  stop(): Promise<void>
}

export async function startSplit(options: {
  databaseUrl: string
  env?: Record<string, string>
}): Promise<Split> {
  const redis = await startRedis()
  const start = (role: string): Promise<RoleProcess> =>
    startRole({
      databaseUrl: options.databaseUrl,
      env: {
        REDIS_URL: redis.url,
        TRUSTED_PROXIES: '127.0.0.1',
        // Six processes that each compile the same code take most of the time of a start.
        NODE_COMPILE_CACHE: join(inject('runDir'), 'compile-cache'),
        ...options.env,
        ROLE: role,
      },
    })
  const all = await Promise.all([
    start('user'),
    start('item'),
    start('order'),
    start('order'),
    start('payment'),
    start('worker'),
  ])
  const [user, item, order, secondOrder, payment, worker] = all
  const gateway = await startGateway({
    user: serversOf('USER', [user]),
    item: serversOf('ITEM', [item]),
    events: serversOf('EVENTS', [item]),
    order: serversOf('ORDER', [order, secondOrder]),
    payment: serversOf('PAYMENT', [payment]),
  })
  const url = `http://127.0.0.1:${gateway.port}`
  const client = createClient(url)
  return {
    user,
    item,
    orders: [order, secondOrder],
    payment,
    worker,
    all,
    redis,
    gateway,
    url,
    client,
    output: () => [...all.map(({ server }) => server.output()), gateway.accessLog()].join(''),
    async stop() {
      for (const one of [client, ...all.map((role) => role.client)]) one.close()
      await gateway.stop()
      await Promise.all(all.map(({ server }) => server.stop()))
      await redis.stop()
    },
  }
}

/** The same, with a database of its own named by `label`. */
export async function startStage(
  label: string,
  env: Record<string, string> = {},
): Promise<Split & { database: pg.Pool }> {
  const made = await newDatabase(label)
  const split = await startSplit({ databaseUrl: made.url, env })
  const database = new pg.Pool({ connectionString: made.url, max: 4 })
  // Its last connections may end with the database.
  database.on('error', () => undefined)
  return {
    ...split,
    database,
    async stop() {
      await split.stop()
      await database.end()
      await made.drop()
    },
  }
}

async function startRole(options: {
  databaseUrl: string
  env: Record<string, string>
}): Promise<RoleProcess> {
  const { databaseUrl } = options
  const env = { ...options.env, PORT: String(await freePort()) }
  let server = await startServer({ databaseUrl, env })
  return {
    url: server.url,
    client: createClient(server.url),
    get server() {
      return server
    },
    async kill(signal) {
      server.kill(signal)
      await server.exited
    },
    async restart() {
      await server.stop()
      server = await startServer({ databaseUrl, env })
    },
  }
}

/** The `server` directives of compose.split.yml for a role, with addresses that do not change in place of a name. */
function serversOf(role: string, processes: readonly RoleProcess[]): string {
  const pattern = new RegExp(`GATEWAY_${role}_SERVERS: server \\S+ resolve (.+;)$`, 'm')
  const bounds = pattern.exec(readText('deploy/compose.split.yml'))?.[1]
  if (bounds === undefined) throw new Error(`compose.split.yml names no servers of ${role}`)
  return processes.map(({ url }) => `server ${new URL(url).host} ${bounds}`).join(' ')
}
