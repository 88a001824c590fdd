// One run of load against one server, with what it cost, as a sample of the report.
import { join } from 'node:path'
import { busySeconds, cpuSecondsOf, type Listening } from './children.ts'
import { quantile, type HistogramData } from './histogram.ts'
import type { LoadJob, LoadResult } from './load-protocol.ts'
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

export interface Run {
  sample: Sample
  result: LoadResult
  keyPrefix: string
  placedFile: string
}

export interface RunOptions {
  name: string
  server: Listening
  targets: LoadJob['targets']
  model?: LoadJob['model']
  connections?: number
  seconds?: number
  eachTokenOnce?: boolean
  /** Starts at once, however busy the machine is. */
  isTimed?: boolean
}

export const CONNECTIONS = 100
const GOOD_STATUSES = ['201', '409']
let runs = 0

/** Counts 201 and 409; anything else, and a request without an answer, is a fault of the run. */
export async function runOnce(rig: Rig, options: RunOptions): Promise<Run> {
  const { scale } = rig
  const keyPrefix = `r${++runs}-`
  const placedFile = join(rig.dir, `placed-${runs}`)
  if (options.isTimed !== true) await rig.waitForQuiet()
  const cpuBefore = readCpu(rig, options.server)
  const result = await rig.load.run({
    port: options.server.port,
    model: options.model ?? { kind: 'closed' },
    connections: options.connections ?? CONNECTIONS,
    warmupSeconds: scale.warmupSeconds,
    seconds: options.seconds ?? scale.runSeconds,
    targets: options.targets,
    eachTokenOnce: options.eachTokenOnce ?? false,
    keyPrefix,
    placedFile,
  })
  const cores = coresBetween(cpuBefore, readCpu(rig, options.server))
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
  return { sample, result, keyPrefix, placedFile }
}

/** What went wrong in a run, apart from what the database says. */
export function faultsOf({ sample, result }: Run): string[] {
  const strange = Object.entries(result.statuses).filter(([status]) => !GOOD_STATUSES.includes(status))
  const faults = strange.map(([status, count]) => `${sample.name}: ${count} answers with status ${status}`)
  if (result.unanswered > 0) faults.push(`${sample.name}: ${result.unanswered} requests without an answer`)
  return faults
}

interface Cpu {
  at: number
  /** Of the whole machine. */
  busy: number
  bench: number
  server: number
  postgres: number
  load: number
}

function readCpu(rig: Rig, server: Listening): Cpu {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now() / 1000,
    busy: busySeconds(),
    bench: (user + system) / 1e6,
    server: cpuSecondsOf(server.pid),
    postgres: cpuSecondsOf(rig.postgresPid),
    load: cpuSecondsOf(rig.load.pid),
  }
}

function coresBetween(before: Cpu, after: Cpu): Record<string, number> {
  const used = (of: Exclude<keyof Cpu, 'at'>): number => (after[of] - before[of]) / (after.at - before.at)
  const [server, postgres, load] = [used('server'), used('postgres'), used('load')]
  return {
    server,
    postgres,
    load,
    others: Math.max(0, used('busy') - server - postgres - load - used('bench')),
  }
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
