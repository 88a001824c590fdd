// Real Redis servers: one alone, a master and its replica watched by sentinels, a cluster.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { afterUs, freePort, runProgram, until, type ProgramExit } from './programs.ts'

type Argument = string | number | Buffer

export interface RedisProcess {
  /** `redis://127.0.0.1:port` */
  url: string
  port: number
  /** Of the present run, like `exited`. */
  readonly pid: number
  readonly exited: Promise<ProgramExit>
  kill(signal?: NodeJS.Signals): void
  stop(): Promise<void>
  /** Ends it where it still runs, and starts it on the same port and data. */
  restart(): Promise<void>
  /** Its connections stay open, and nothing answers. */
  pause(): void
  resume(): void
  /** Over a connection of its own, so it knows nothing of restarts; replies are RESP2's. */
  command(...args: [string, ...Argument[]]): Promise<unknown>
  output(): string
}

const HOST = '127.0.0.1'
const COMMAND_MS_MAX = 5_000
const SLOTS = 16_384

export interface RedisOptions {
  port?: number
  dir?: string
  args?: readonly string[]
  /** Kept on disk, flushed every second. Nothing is kept otherwise. */
  appendOnly?: boolean
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisProcess> {
  const { port = await freePort(), dir = newDir(), args = [], appendOnly = false } = options
  const kept = appendOnly ? ['yes', '--appendfsync', 'everysec'] : ['no']
  // A paused replica would hold up the end of its master otherwise.
  const plain = ['--bind', HOST, '--port', `${port}`, '--save', '', '--shutdown-timeout', '1']
  return keepRunning(port, dir, [...plain, '--appendonly', ...kept, ...args])
}

async function keepRunning(port: number, dir: string, args: readonly string[]): Promise<RedisProcess> {
  const run = () => runProgram('redis-server', args, { cwd: dir, logPath: join(dir, 'redis.log') })
  let program = run()
  const untilUp = async (): Promise<void> => {
    await until('redis-server answers', async () => {
      if (program.isGone()) return true
      return (
        (await send(port, ['PING'])) === 'PONG' &&
        // Another server on this port answers too.
        String(await send(port, ['INFO', 'server'])).includes(`process_id:${program.pid}\r`)
      )
    })
    if (program.isGone()) throw new Error(`redis-server ended; it said:\n${program.output()}`)
  }
  await untilUp()
  return {
    url: `redis://${HOST}:${port}`,
    port,
    get pid() {
      return program.pid
    },
    get exited() {
      return program.exited
    },
    kill: (signal) => program.kill(signal),
    stop: () => program.stop(),
    async restart() {
      await program.stop()
      program = run()
      await untilUp()
    },
    pause: () => program.kill('SIGSTOP'),
    resume: () => program.kill('SIGCONT'),
    command: (...args) => send(port, args),
    output: () => program.output(),
  }
}

async function send(port: number, [name, ...args]: [string, ...Argument[]]): Promise<unknown> {
  const client = new Redis({
    host: HOST,
    port,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: null,
    connectTimeout: COMMAND_MS_MAX,
    commandTimeout: COMMAND_MS_MAX,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}

/** In the run's folder, which outlives a failed run; outside of Vitest there is none. */
function newDir(): string {
  let parent: string | undefined
  try {
    parent = inject('runDir') as string | undefined
  } catch {
    parent = undefined
  }
  const dir = mkdtempSync(join(parent ?? tmpdir(), 'hurryup-redis-'))
  if (parent === undefined) afterUs('rm -rf "$0"', dir)
  return dir
}

interface Sentinels {
  processes: RedisProcess[]
  /** `sentinel://127.0.0.1:p1,127.0.0.1:p2,…/name` */
  url: string
  /** As the first sentinel that answers says. */
  currentMaster(): Promise<{ host: string; port: number }>
  /** Resolves when another node is master and every sentinel that answers says so. The old one learns of it seconds later. */
  failover(): Promise<void>
  stop(): Promise<void>
}

/** Resolves when they know one another and the master's replicas. */
async function startSentinels(options: {
  master: RedisProcess
  count?: number
  name?: string
  downAfterMs?: number
}): Promise<Sentinels> {
  const { master, count = 3, name = 'hurry', downAfterMs = 1_000 } = options
  const conf = [
    `sentinel monitor ${name} ${HOST} ${master.port} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  const processes = await Promise.all(Array.from({ length: count }, () => startSentinel(conf)))
  const replicas = /connected_slaves:(\d+)/.exec(String(await master.command('INFO', 'replication')))?.[1]
  await until('the sentinels know the group', async () => {
    const views = await Promise.all(processes.map((one) => one.command('SENTINEL', 'MASTER', name)))
    return views.every((view) => {
      const field = (key: string): unknown => (view as string[])[(view as string[]).indexOf(key) + 1]
      return (
        field('flags') === 'master' &&
        field('num-slaves') === replicas &&
        field('num-other-sentinels') === `${count - 1}`
      )
    })
  })
  const askAll = (): Promise<{ host: string; port: number }>[] => processes.map((one) => askMaster(one, name))
  const currentMaster = (): Promise<{ host: string; port: number }> => Promise.any(askAll())
  return {
    processes,
    url: `sentinel://${processes.map(({ port }) => `${HOST}:${port}`).join(',')}/${name}`,
    currentMaster,
    async failover() {
      const before = (await currentMaster()).port
      // Seconds after a failover the old master is none yet, but a sentinel would take it for one, and lose what came since.
      await until('a replica follows', async () =>
        String(await send(before, ['INFO', 'replication'])).includes('state=online'),
      )
      await until('SENTINEL FAILOVER is taken', async () => {
        for (const one of processes)
          if ((await one.command('SENTINEL', 'FAILOVER', name).catch(() => '')) === 'OK') return true
        return false
      })
      await until('another node is master', async () => {
        const answers = await Promise.allSettled(askAll())
        const ports = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.port] : []))
        const [now] = ports
        if (now === undefined || now === before || ports.some((port) => port !== now)) return false
        return ((await send(now, ['ROLE'])) as unknown[])[0] === 'master'
      })
    },
    stop: async () => void (await Promise.all(processes.map((one) => one.stop()))),
  }
}

async function startSentinel(conf: readonly string[]): Promise<RedisProcess> {
  const [port, dir] = [await freePort(), newDir()]
  // A sentinel writes what it learns into its file.
  const path = join(dir, 'sentinel.conf')
  writeFileSync(path, [`port ${port}`, `bind ${HOST}`, ...conf, ''].join('\n'))
  return keepRunning(port, dir, [path, '--sentinel'])
}

async function askMaster(sentinel: RedisProcess, name: string): Promise<{ host: string; port: number }> {
  const [host, port] = (await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[]
  return { host: host ?? '', port: Number(port) }
}

export interface FailoverGroup {
  /** As they started; a failover does not swap them. */
  master: RedisProcess
  replica: RedisProcess
  sentinels: Sentinels
  sentinelUrl: string
  failover(): Promise<void>
  stop(): Promise<void>
}

export async function startFailoverGroup(
  options: { downAfterMs?: number; args?: readonly string[]; appendOnly?: boolean } = {},
): Promise<FailoverGroup> {
  const { downAfterMs = 1_000, args = [], appendOnly = false } = options
  const start = (more: readonly string[]): Promise<RedisProcess> =>
    startRedis({ args: ['--repl-diskless-sync-delay', '0', ...more, ...args], appendOnly })
  const master = await start([])
  const replica = await start(['--replicaof', HOST, `${master.port}`])
  await until('the replica follows', async () =>
    String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
  )
  const sentinels = await startSentinels({ master, downAfterMs })
  return {
    master,
    replica,
    sentinels,
    sentinelUrl: sentinels.url,
    failover: sentinels.failover,
    async stop() {
      // The sentinels first, or they would start a failover.
      await sentinels.stop()
      await Promise.all([replica.stop(), master.stop()])
    },
  }
}

export interface RedisCluster {
  nodes: RedisProcess[]
  /** Of the first node. */
  url: string
  stop(): Promise<void>
}

/** Masters that share all slots evenly, without replicas. */
export async function startRedisCluster(count = 1): Promise<RedisCluster> {
  const busPorts = await Promise.all(Array.from({ length: count }, () => freePort()))
  // A node that has met no other does not know its address, and clients would learn an empty one from it.
  const args = ['--cluster-enabled', 'yes', '--cluster-announce-ip', HOST, '--cluster-port']
  const nodes = await Promise.all(busPorts.map((busPort) => startRedis({ args: [...args, `${busPort}`] })))
  const firstSlot = (index: number): number => Math.floor((SLOTS * index) / count)
  await Promise.all(
    nodes.map((node, index) =>
      node.command('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1),
    ),
  )
  for (const [index, node] of nodes.entries())
    if (index > 0) await nodes[0]?.command('CLUSTER', 'MEET', HOST, node.port, busPorts[index] ?? 0)
  await until('the cluster is whole', async () => {
    const views = await Promise.all(nodes.map((node) => node.command('CLUSTER', 'INFO')))
    return views.every(
      (view) =>
        String(view).includes('cluster_state:ok') && String(view).includes(`cluster_known_nodes:${count}\r`),
    )
  })
  return {
    nodes,
    url: nodes[0]?.url ?? '',
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
}
