// The results: lines on stdout, a JSON file with every sample, a page to look at.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { barOf, show, type Figure } from './figures.ts'
import { quantile, type HistogramData } from './histogram.ts'
import type { Machine } from './machine.ts'
import { renderPage } from './report-page.ts'
import type { Scale } from './rig.ts'
import type { Sample } from './sample.ts'
import type { Timeline } from './timeline.ts'

export interface Report {
  kind: 'quick' | 'full' | 'soak' | 'soak-redis'
  machine: Machine
  scale: Scale
  serverFlags: readonly string[]
  startedAt: string
  seconds: number
  figures: Figure[]
  samples: Sample[]
  faults: string[]
  /** Scenarios that this machine lacks something for. */
  skipped: string[]
  curves: { name: string; data: HistogramData }[]
  timelines: Timeline[]
}

const STANDINGS = { stretch: 'STRETCH', reached: 'reached', short: 'SHORT  ', recorded: 'recorded' } as const

/** `reached   0.57 F  (>= 0.55, stretch 0.7)  what – detail`. */
export function printFigure(figure: Figure): void {
  const value = `${show(figure.value)} ${figure.unit}`.padStart(9)
  const { scenario, what, detail } = figure
  const standing = STANDINGS[figure.standing].padEnd(8)
  console.log(`${standing}  ${value}  ${barOf(figure).padEnd(22)}  ${scenario}: ${what} – ${detail}`)
}

/** Past this, what others do on the machine shows in the figures. */
const DISTURBED_CORES = 0.2
const P = [0.5, 0.99, 0.999]

export function printSamples(report: Report): void {
  const cores = ({ cores }: Sample): string =>
    Object.entries(cores)
      .map(([name, used]) => `${name} ${used.toFixed(2)}`)
      .join(', ')
  const latency = (data: HistogramData): string => P.map((share) => show(quantile(data, share))).join(' / ')
  console.log('\nevery run: per second; ms at p50 / p99 / p99.9; cores used')
  for (const sample of report.samples) {
    const data = sample.accepted.length > 0 ? sample.accepted : sample.refused
    const rate = show(sample.perSecond).padStart(8)
    console.log(`  ${sample.name.padEnd(30)}${rate}   ${latency(data).padEnd(22)}  ${cores(sample)}`)
  }
  const disturbed = report.samples.filter(({ cores }) => (cores['others'] ?? 0) > DISTURBED_CORES).length
  if (disturbed > 0) {
    const runs = `${disturbed} of ${report.samples.length} runs`
    console.log(
      `\nDISTURBED: in ${runs} other processes took more than ${DISTURBED_CORES} cores; measure again`,
    )
  }
  for (const name of report.skipped) console.log(`\nSKIPPED ${name}`)
  const withBar = report.figures.filter(({ standing }) => standing !== 'recorded')
  const short = withBar.filter(({ standing }) => standing === 'short').length
  const truth = report.faults.length === 0 ? 'every 201 is an order, all units add up' : 'the checks FAILED'
  console.log(
    `\n${withBar.length - short} of ${withBar.length} figures reached; ${truth}; ${show(report.seconds)} s`,
  )
}

/** Returns the paths of the files written. */
export function saveReport(report: Report): string[] {
  const dir = join(import.meta.dirname, 'results')
  mkdirSync(dir, { recursive: true })
  const base = join(dir, `${report.startedAt.slice(0, 10)}-${report.kind}`)
  const files = { [`${base}.json`]: toJson(report), [`${base}.html`]: renderPage(report) }
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text)
  return Object.keys(files).map((path) => relative(process.cwd(), path))
}

function toJson(report: Report): string {
  const summary = (data: HistogramData): Record<string, number> | undefined =>
    data.length === 0
      ? undefined
      : Object.fromEntries(P.map((share) => [`p${share * 100}`, quantile(data, share)]))
  const samples = report.samples.map((sample) => ({
    ...sample,
    acceptedMs: summary(sample.accepted),
    refusedMs: summary(sample.refused),
  }))
  const { curves: _, ...rest } = report
  return `${JSON.stringify({ ...rest, samples }, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value), 1)}\n`
}
