// Redis, as something that may be away at any moment: whoever asks is told so at once and goes on without it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'
import { createRedisClient, type RedisClient } from './redis-client.ts'
import { parseRedisUrl } from './redis-url.ts'
import type { Worker } from './worker.ts'

class RedisAway extends Error {}

/** Runs a script: its keys and arguments in, its answer out. Rejects where Redis is away or does not answer in time. */
type RedisScript = (parameters: readonly (string | number)[]) => Promise<unknown>

export interface RedisLink extends Worker {
  isHere(): boolean
  script(lua: string, keys: number): RedisScript
  /** `onMissed` is called whenever messages may have been lost: after each (re)connection. Before `start`. */
  subscribe(channel: string, onMessage: (text: string) => void, onMissed: () => void): void
}

const VERSION_MIN = [6, 2] as const
const ANSWER_MS_MAX = 100
/** Of any command, also those that nobody waits for. */
const LINE_MS_MAX = 2_000
const PROBE_EVERY_MS = 100
const PROBE_MS_MAX = 1_000
const STOP_MS_MAX = 500

/** `prefix` begins every key and channel, so that several systems may share a Redis. */
export function createRedisLink(options: {
  url: string
  prefix: string
  log: Log
  /** An answer that takes longer is done without. */
  commandMsMax?: number
}): RedisLink {
  const { log, prefix, commandMsMax = ANSWER_MS_MAX } = options
  const target = parseRedisUrl(options.url)
  if (target === undefined) throw new Error('REDIS_URL can not be read')
  const client = createRedisClient(target, 'hurry-up-order', Math.max(commandMsMax, LINE_MS_MAX))
  const listener = createRedisClient(target, 'hurry-up-order listen', LINE_MS_MAX)
  const channels = new Map<string, { onMessage(text: string): void; onMissed(): void }>()
  let isHere = false
  let isStopped = false
  /** Since it was last here: each reason is told once. */
  const reasons = new Set<string>()
  let probing: Promise<void> | undefined

  const tell = (error: unknown): void => {
    const reason = reasonOf(error)
    if (!reasons.has(reason)) log.warn({ reason }, 'Redis is not used: PostgreSQL decides alone')
    reasons.add(reason)
  }
  /** Something went wrong: nobody asks until a probe has found it well again. */
  const suspect = (error: unknown): void => {
    isHere = false
    if (isStopped) return
    tell(error)
    startProbing()
  }
  const startProbing = (): void => {
    probing ??= probe().finally(() => {
      probing = undefined
    })
  }
  const probe = async (): Promise<void> => {
    while (!isStopped) {
      try {
        await inTime(check(client, `${prefix}:probe`), 2 * commandMsMax)
        isHere = true
        reasons.clear()
        log.info('Redis is used')
        for (const { onMissed } of channels.values()) onMissed()
        return
      } catch (error) {
        tell(error)
        await sleep(PROBE_EVERY_MS)
      }
    }
  }
  const subscribeAll = async (): Promise<void> => {
    for (const [channel, { onMissed }] of channels) {
      await listener.subscribe(channel)
      onMissed()
    }
  }
  client.on('error', suspect)
  client.on('close', () => suspect(new RedisAway('the connection was lost')))
  listener.on('error', () => undefined)
  listener.on('ready', () => void subscribeAll().catch(tell))
  listener.on('message', (channel: string, text: string) => channels.get(channel)?.onMessage(text))

  return {
    name: 'Redis',
    isHere: () => isHere,
    script(lua, keys) {
      const name = `hurry${scripts++}`
      client.defineCommand(name, { numberOfKeys: keys, lua })
      const run = (client as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[name]!
      return async (parameters) => {
        if (!isHere) throw new RedisAway('it is not used at the moment')
        try {
          return await inTime(run.apply(client, [...parameters]), commandMsMax)
        } catch (error) {
          suspect(error)
          throw error
        }
      }
    },
    subscribe: (channel, onMessage, onMissed) => void channels.set(channel, { onMessage, onMissed }),
    async start() {
      void listener.connect().catch(() => undefined)
      const tried = client
        .connect()
        .catch(() => undefined)
        .then(() => {
          startProbing()
          return probing
        })
      // A Redis that is there is used from the first request on; one that is not holds nothing up.
      await Promise.race([tried, sleep(PROBE_MS_MAX, undefined, { ref: false })])
    },
    async stop() {
      isStopped = true
      isHere = false
      for (const one of [client, listener]) one.disconnect()
      await Promise.race([probing, sleep(STOP_MS_MAX, undefined, { ref: false })])
    },
  }
}

let scripts = 0

/** After a pause of this process its timers run first: what has arrived meanwhile is read before it counts as late. */
async function inTime<T>(answer: Promise<T>, msMax: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => setImmediate(() => late.reject(new RedisAway(REASONS['LATE']))), msMax)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const WRITE = `redis.call('PUBLISH', KEYS[1], '') return redis.call('SET', KEYS[1], '1', 'PX', 1000)`

/** Answers, is new enough, and lets scripts write: a replica, or one that is full, is as good as none. */
async function check(client: RedisClient, key: string): Promise<void> {
  if (client.status !== 'ready') throw new RedisAway(REASONS['ECONNREFUSED'])
  const info = await client.info('server')
  const version = /redis_version:(\d+)\.(\d+)/.exec(info)
  const major = Number(version?.[1] ?? 0)
  const minor = Number(version?.[2] ?? 0)
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1]))
    throw new RedisAway(`it is version ${major}.${minor}, but ${VERSION_MIN.join('.')} is needed`)
  await client.eval(WRITE, 1, key)
}

/** By the first word of Redis's answer, or the system's code. Messages themselves may quote what was sent. */
const REASONS: Readonly<Record<string, string>> = {
  LATE: 'it does not answer in time',
  ECONNREFUSED: 'it can not be reached',
  NOAUTH: 'it wants a password: REDIS_URL has none',
  WRONGPASS: 'it refuses the password of REDIS_URL',
  NOPERM: 'its user may not do what is needed',
  READONLY: 'it can only be read: it is a replica',
  OOM: 'it is full: maxmemory is reached',
  MISCONF: 'it takes no writes: its disk is full or fails',
  LOADING: 'it is still loading its data',
  CLUSTERDOWN: 'its cluster is down',
  MASTERDOWN: 'it is a replica without its master',
}

function reasonOf(error: unknown): string {
  if (error instanceof RedisAway) return error.message
  const { message = '', code = '' } = error as { message?: string; code?: string }
  if (/timed? ?out/i.test(message)) return REASONS['LATE']!
  const words: readonly string[] = message.match(/\b[A-Z]{3,}\b/g) ?? []
  const known = [...words, code].find((word) => word in REASONS)
  if (known !== undefined) return REASONS[known]!
  return words[0] === 'ERR' ? 'it refuses a command' : REASONS['ECONNREFUSED']!
}
