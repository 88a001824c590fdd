// One client for each form of REDIS_URL, set so that it never holds a request up: nothing waits for a connection, nothing
// is sent again by itself.
import { Cluster, Redis } from 'ioredis'
import type { RedisTarget } from './redis-url.ts'

export type RedisClient = Redis | Cluster

const CONNECT_MS_MAX = 2_000
/** No byte for this long while a command waits: the line is dead. */
const SILENCE_MS_MAX = 2_000
const RETRY_MS_MAX = 500

/** Connects when `connect` is called. The caller listens to its `error` events. */
export function createRedisClient(target: RedisTarget, name: string, commandMsMax: number): RedisClient {
  const retry = (times: number): number => Math.min(times * 50, RETRY_MS_MAX)
  const options = {
    lazyConnect: true,
    connectionName: name,
    disableClientInfo: true,
    protocol: 2 as const,
    ...(target.user !== undefined && { username: target.user }),
    ...(target.password !== undefined && { password: target.password }),
    ...(target.isTls && { tls: {} }),
    commandTimeout: commandMsMax,
    connectTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    // Our own check looks at more than this one.
    enableReadyCheck: false,
    retryStrategy: retry,
    // It has become a replica: another one is the master.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
  if (target.kind === 'single')
    return new Redis({ ...options, host: target.host, port: target.port, db: target.database })
  if (target.kind === 'sentinel')
    return new Redis({
      ...options,
      sentinels: target.nodes,
      name: target.master,
      sentinelCommandTimeout: CONNECT_MS_MAX,
      sentinelRetryStrategy: retry,
      failoverDetector: false,
    })
  return new Cluster(target.nodes, {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    clusterRetryStrategy: retry,
    slotsRefreshTimeout: CONNECT_MS_MAX,
    redisOptions: options,
  })
}
