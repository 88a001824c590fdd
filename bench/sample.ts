// One run of load against one server, with what it cost, as a sample of the report.
import { join } from 'node:path'
import { busySeconds, cpuSecondsOf, type Listening } from './children.ts'
import { quantile, type HistogramData } from './histogram.ts'
import type { LoadJob, LoadResult, LoadTarget, PlainRequest } from './load-protocol.ts'
import type { Rig } from './rig.ts'

export interface Sample {
  name: string
  perSecond: number
  accepted: HistogramData
  refused: HistogramData
  statuses: Record<string, number>
  seconds: number
  /** Processor cores used, by process; `others`: not ours, they disturb. NaN where the system does not tell. */
  cores: Record<string, number>
}

/** What the load was told of one item. */
export interface Answered {
  itemId: number
  keyPrefix: string
  placedFile: string
}

export interface Run {
  sample: Sample
  result: LoadResult
  answered: Answered[]
}

export interface RunOptions {
  name: string
  server: Listening
  /** Each item once. */
  targets?: readonly Pick<LoadTarget, 'itemId' | 'tokensFile'>[]
  /** Instead of orders. */
  requests?: readonly PlainRequest[]
  model?: LoadJob['model']
  connections?: number
  seconds?: number
  eachTokenOnce?: boolean
  /** See LoadJob. */
  sliceSeconds?: number
  /** Starts at once, however busy the machine is. */
  isTimed?: boolean
  /** Other processes that work for this run, and what is used instead of the rig's: by name, their pids. */
  pids?: Readonly<Record<string, number>>
  /** Processes end meanwhile: what they have used is not known. */
  isFault?: boolean
}

export const CONNECTIONS = 100
const GOOD_STATUSES: readonly string[] = ['201', '409']
let runs = 0

/** Counts 201 and 409; anything else, and a request without an answer, is a fault of the run. */
export async function runOnce(rig: Rig, options: RunOptions): Promise<Run> {
  const { scale } = rig
  const keyPrefix = `r${++runs}-`
  const targets = (options.targets ?? []).map((target, i) => ({
    ...target,
    placedFile: join(rig.dir, `placed-${runs}-${i}`),
  }))
  if (options.isTimed !== true) await rig.waitForQuiet()
  const pids = { server: options.server.pid, postgres: rig.postgresPid, load: rig.load.pid, ...options.pids }
  const cpuBefore = readCpu(pids)
  const result = await rig.load.run({
    port: options.server.port,
    model: options.model ?? { kind: 'closed' },
    connections: options.connections ?? CONNECTIONS,
    warmupSeconds: scale.warmupSeconds,
    seconds: options.seconds ?? scale.runSeconds,
    targets,
    requests: options.requests,
    sliceSeconds: options.sliceSeconds,
    eachTokenOnce: options.eachTokenOnce ?? false,
    keyPrefix,
  })
  const cores = options.isFault === true ? {} : coresBetween(cpuBefore, readCpu(pids))
  const answers = Object.values(result.statuses).reduce((sum, count) => sum + count, 0)
  const sample: Sample = {
    name: options.name,
    perSecond: answers / result.seconds,
    accepted: result.accepted,
    refused: result.refused,
    statuses: result.statuses,
    seconds: result.seconds,
    cores,
  }
  const answered = targets.map(({ itemId, placedFile }) => ({ itemId, keyPrefix, placedFile }))
  return { sample, result, answered }
}

/** What went wrong in a run, apart from what the database says. */
export function faultsOf({ sample, result }: Run, goodStatuses = GOOD_STATUSES): string[] {
  const strange = Object.entries(result.statuses).filter(([status]) => !goodStatuses.includes(status))
  const faults = strange.map(([status, count]) => `${sample.name}: ${count} answers with status ${status}`)
  if (result.unanswered > 0) faults.push(`${sample.name}: ${result.unanswered} requests without an answer`)
  return faults
}

interface Cpu {
  at: number
  /** Of the whole machine. */
  busy: number
  bench: number
  byName: Record<string, number>
}

function readCpu(pids: Readonly<Record<string, number>>): Cpu {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now() / 1000,
    busy: busySeconds(),
    bench: (user + system) / 1e6,
    byName: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSecondsOf(pid)])),
  }
}

function coresBetween(before: Cpu, after: Cpu): Record<string, number> {
  const seconds = after.at - before.at
  const byName = Object.fromEntries(
    Object.entries(after.byName).map(([name, used]) => [name, (used - before.byName[name]!) / seconds]),
  )
  const all = (after.busy - before.busy - (after.bench - before.bench)) / seconds
  const ours = Object.values(byName).reduce((sum, cores) => sum + cores, 0)
  return { ...byName, others: Math.max(0, all - ours) }
}

/** What the machine's cores did while `work` ran. */
export async function measureCores<T>(
  pids: Readonly<Record<string, number>>,
  work: () => Promise<T>,
): Promise<{ done: T; cores: Record<string, number> }> {
  const before = readCpu(pids)
  const done = await work()
  return { done, cores: coresBetween(before, readCpu(pids)) }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const medianRate = (samples: readonly Sample[]): number =>
  median(samples.map((sample) => sample.perSecond))

/** The median over the runs of each run's own p99. */
export const medianP99 = (samples: readonly Sample[], which: 'accepted' | 'refused'): number =>
  median(samples.map((sample) => quantile(sample[which], 0.99)))
