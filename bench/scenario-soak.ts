// Scenario 15, a run of its own: 70 % of the maximum for long. Does anything grow: the p99, the memory?
import { statfsSync } from 'node:fs'
import { readMemoryMb, type Listening } from './children.ts'
import { createItem, HUGE_STOCK } from './database.ts'
import { show, toFigure } from './figures.ts'
import { mergeHistograms, quantile } from './histogram.ts'
import { findDisagreement, openRedis, showPastGate, type RedisProcess } from './redis.ts'
import type { Rig } from './rig.ts'
import { faultsOf, medianRate, runOnce, type Run } from './sample.ts'
import { runOrders } from './scenario-sale.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { findFaults } from './truth.ts'

export interface SoakOptions {
  seconds: number
  gate: 'memory' | 'redis'
}

export function createSoakScenario(options: SoakOptions): Scenario {
  const scenario = { numbers: [15], name: `a soak of ${options.seconds} s, gate in ${options.gate}` }
  const run = (rig: Rig): Promise<Outcome> => runSoak(rig, options)
  return options.gate === 'redis' ? { ...scenario, needsRedis: true, run } : { ...scenario, run }
}

const SHARE_OF_MAXIMUM = 0.7
const CONNECTIONS = 1_000
/** The maximum is the median of so many runs. */
const MAXIMUM_RUNS = 3
/** What is compared: the first and the last minute, or the tenth of a shorter run. */
const WINDOW_SECONDS_MAX = 60
const SLICE_SECONDS_MAX = 10
const MEMORY_EVERY_MS = 1_000
/** Order, line, their indexes, and what the load writes down. */
const BYTES_PER_ORDER = 700
const SPARE_BYTES = 4e9
const ORDERS_PER_SECOND_GUESS = 15_000

async function runSoak(rig: Rig, { seconds, gate }: SoakOptions): Promise<Outcome> {
  requireDisk(rig.dir, seconds * ORDERS_PER_SECOND_GUESS)
  const faults: string[] = []
  const side: Side = gate === 'redis' ? await openRedisSide(rig, faults) : { service: rig.service }
  const options = { server: side.service, pids: side.redis === undefined ? {} : { redis: side.redis.pid } }
  const maximum: Run[] = []
  for (let n = 0; n < MAXIMUM_RUNS; n++)
    maximum.push(await runOrders(rig, faults, { ...options, name: 'maximum' }))
  const perSecond = Math.round(medianRate(maximum.map((one) => one.sample)) * SHARE_OF_MAXIMUM)
  requireDisk(rig.dir, seconds * perSecond)

  console.log(`soak: ${show(seconds)} s at ${show(perSecond)} orders/s …`)
  const shape = shapeOf(seconds)
  const targets = await createTargets(rig, Math.ceil(seconds / shape.sliceSeconds))
  const memory = recordMemory(side.service.pid)
  const done = await runOnce(rig, {
    ...options,
    name: 'soak',
    model: { kind: 'open', perSecond },
    connections: CONNECTIONS,
    seconds,
    sliceSeconds: shape.sliceSeconds,
    targets,
  })
  memory.stop()
  faults.push(...faultsOf(done))
  faults.push(...(await findSoakFaults(rig, side, done, shape)))
  const past = side.redis === undefined ? '' : await showPastGate(rig.client, [done])
  const written = `${show((await countBytes(rig)) / 1e9)} GB in their tables${past}`
  return toOutcome({ done, maximum, perSecond, memory, shape, faults, written })
}

async function findSoakFaults(rig: Rig, side: Side, done: Run, shape: Shape): Promise<string[]> {
  console.log(`${show(done.result.placed)} orders were placed; checking each of them …`)
  await rig.client.query('VACUUM ANALYZE orders.orders, orders.line')
  const faults: string[] = []
  const itemIds = done.answered.map(({ itemId }) => itemId)
  for (const itemId of itemIds) faults.push(...(await findFaults(rig.client, { itemId, runs: [done] })))
  if (side.redis === undefined) return faults
  // Gates of earlier items may be gone: ten minutes after they were used.
  const lastIds = itemIds.slice(-shape.windowSlices)
  return [...faults, ...(await findDisagreement(rig.client, side.redis, lastIds))]
}

async function countBytes(rig: Rig): Promise<number> {
  const { rows } = await rig.client.query<{ bytes: string }>(
    "SELECT pg_total_relation_size('orders.orders') + pg_total_relation_size('orders.line') AS bytes",
  )
  return Number(rows[0]!.bytes)
}

interface Side {
  service: Listening
  redis?: RedisProcess
}

async function openRedisSide(rig: Rig, faults: string[]): Promise<Side> {
  const redis = await openRedis(rig)
  const service = await rig.startService({ redisUrl: redis.url })
  await runOrders(rig, faults, { name: 'warm-up', server: service })
  return { service, redis }
}

/** What a buyer already has of an item is read with each order: a new item for each slice, or the run would slow itself down. */
async function createTargets(rig: Rig, count: number): Promise<{ itemId: number; tokensFile: string }[]> {
  const targets = []
  for (let i = 0; i < count; i++)
    targets.push({
      itemId: await createItem(rig.client, HUGE_STOCK),
      tokensFile: rig.buyers.tokensFile,
    })
  return targets
}

interface Shape {
  sliceSeconds: number
  /** So many slices are a window. */
  windowSlices: number
  /** Whole ones. */
  slices: number
}

function shapeOf(seconds: number): Shape {
  const windowSeconds = Math.min(WINDOW_SECONDS_MAX, seconds / 10)
  const windowSlices = Math.ceil(windowSeconds / SLICE_SECONDS_MAX)
  const sliceSeconds = windowSeconds / windowSlices
  return { sliceSeconds, windowSlices, slices: Math.floor(seconds / sliceSeconds + 1e-9) }
}

function requireDisk(dir: string, orders: number): void {
  const { bavail, bsize } = statfsSync(dir)
  const needed = orders * BYTES_PER_ORDER + SPARE_BYTES
  if (bavail * bsize >= needed) return
  const gb = (bytes: number): string => `${show(bytes / 1e9)} GB`
  throw new Error(`the soak needs ${gb(needed)} in ${dir}, but only ${gb(bavail * bsize)} are free`)
}

interface MemoryRecord {
  /** Mean of what was seen between two moments (epoch milliseconds), in MB. NaN where the system does not tell. */
  meanMb(fromMs: number, toMs: number): number
  stop(): void
}

function recordMemory(pid: number): MemoryRecord {
  const seen: { atMs: number; mb: number }[] = []
  const timer = setInterval(
    () => void seen.push({ atMs: Date.now(), mb: readMemoryMb(pid) }),
    MEMORY_EVERY_MS,
  )
  return {
    meanMb(fromMs, toMs) {
      const some = seen.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      return some.reduce((sum, { mb }) => sum + mb, 0) / some.length
    },
    stop: () => clearInterval(timer),
  }
}

function toOutcome(soak: {
  done: Run
  maximum: readonly Run[]
  perSecond: number
  memory: MemoryRecord
  shape: Shape
  faults: string[]
  written: string
}): Outcome {
  const { done, maximum, perSecond, memory, shape, faults, written } = soak
  const { result } = done
  const sliceMs = shape.sliceSeconds * 1000
  const slices = Array.from({ length: shape.slices }, (_, i) => result.slices[i] ?? [])
  const memoryBetween = (first: number, end: number): number =>
    memory.meanMb(result.startedMs + first * sliceMs, result.startedMs + end * sliceMs)
  const begin = mergeHistograms(slices.slice(0, shape.windowSlices))
  const end = mergeHistograms(slices.slice(-shape.windowSlices))
  const p = (share: number): [number, number] => [quantile(begin, share), quantile(end, share)]
  const memories: [number, number] = [
    memoryBetween(0, shape.windowSlices),
    memoryBetween(shape.slices - shape.windowSlices, shape.slices),
  ]
  const drift = ([from, to]: [number, number]): number => (to / from - 1) * 100
  const pair = ([from, to]: [number, number], unit: string): string => `${show(from)} to ${show(to)} ${unit}`
  const windows = `first to last ${show(shape.windowSlices * shape.sliceSeconds)} s of ${show(result.seconds)}`
  const overload = result.dropped === 0 ? '' : `; TOO MUCH: ${show(result.dropped)} arrivals were not sent`
  const rate = `at ${show(perSecond)}/s, a new item every ${show(shape.sliceSeconds)} s`
  const timeline = (name: string, values: number[]) => ({ name, sliceMs, values, marks: [] })
  return {
    figures: [
      toFigure(
        'soakP99',
        drift(p(0.99)),
        `${pair(p(0.99), 'ms')}, p50 ${pair(p(0.5), 'ms')}; ${windows}; ${rate}; ${show(result.placed)} orders, ${written}${overload}`,
      ),
      // Where the system does not tell, nothing is claimed.
      ...(Number.isNaN(memories[0]) ? [] : [toFigure('soakMemory', drift(memories), pair(memories, 'MB'))]),
    ],
    samples: [...maximum, done].map((one) => one.sample),
    faults,
    curves: [
      { name: 'first of the soak', data: begin },
      { name: 'last of the soak', data: end },
    ],
    timelines: [
      timeline(
        'p99 of accepted, ms',
        slices.map((slice) => quantile(slice, 0.99)),
      ),
      timeline(
        'p50 of accepted, ms',
        slices.map((slice) => quantile(slice, 0.5)),
      ),
      timeline(
        'memory of the server process, MB',
        slices.map((_, i) => memoryBetween(i, i + 1)),
      ),
      timeline(
        'orders/s',
        slices.map((slice) => slice.reduce((sum, [, count]) => sum + count, 0) / shape.sliceSeconds),
      ),
    ],
  }
}
