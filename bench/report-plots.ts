// Plots as SVG text; colours come from the page, light or dark.
import { show } from './figures.ts'
import { quantile, type HistogramData } from './histogram.ts'
import type { Report } from './report.ts'

const WIDTH = 900
const HEIGHT = 320
const LEFT = 60
const RIGHT = 200
const BOTTOM = 40
const TOP = 10
const PLOT_WIDTH = WIDTH - LEFT - RIGHT
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
const COLOURS = 7

/** Of an axis of time. */
const TICK_SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200]
const TICKS_MAX = 15

const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999]

/** Latency by quantile: each "nine" takes the same width, milliseconds on a log scale. */
export function plotCurves(curves: Report['curves']): string {
  const lines = curves.filter(({ data }) => data.length > 0)
  if (lines.length === 0) return '<p>No run had latencies.</p>'
  const all = lines.flatMap(({ data }) => QUANTILES.map((share) => quantile(data, share)))
  const low = Math.floor(Math.log10(Math.min(...all)))
  const high = Math.ceil(Math.log10(Math.max(...all)))
  const nines = (share: number): number => -Math.log10(1 - share)
  const [first, last] = [nines(QUANTILES[0]!), nines(QUANTILES.at(-1)!)]
  const x = (share: number): number => LEFT + ((nines(share) - first) / (last - first)) * PLOT_WIDTH
  const y = (ms: number): number => TOP + PLOT_HEIGHT - ((Math.log10(ms) - low) / (high - low)) * PLOT_HEIGHT
  const steps = Array.from({ length: high - low }, (_, i) =>
    [1, 2, 5].map((digit) => digit * 10 ** (low + i)),
  )
  const grid = [...steps.flat(), 10 ** high].map((ms) => horizontal(y(ms), `${show(ms)} ms`))
  const ticks = QUANTILES.map((share) => vertical(x(share), `p${show(share * 100)}`))
  return svg('latency by quantile', [...grid, ...ticks, ...lines.map((line, i) => drawCurve(line, i, x, y))])
}

function drawCurve(
  { name, data }: { name: string; data: HistogramData },
  index: number,
  x: (share: number) => number,
  y: (ms: number) => number,
): string {
  const points = QUANTILES.map((share) => `${x(share).toFixed(1)},${y(quantile(data, share)).toFixed(1)}`)
  const colour = `var(--c${index % COLOURS})`
  const top = TOP + 12 + index * 20
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
<rect x="${WIDTH - RIGHT + 16}" y="${top - 9}" width="12" height="10" fill="${colour}"/><text x="${WIDTH - RIGHT + 34}" y="${top}">${name}</text>`
}

export function plotTimeline({ name, sliceMs, values, marks }: Report['timelines'][number]): string {
  const max = Math.max(1, ...values)
  const seconds = (values.length * sliceMs) / 1000
  const x = (ms: number): number => LEFT + (ms / 1000 / seconds) * PLOT_WIDTH
  const y = (value: number): number => TOP + PLOT_HEIGHT - (value / max) * PLOT_HEIGHT
  const points = values.map((value, i) => `${x((i + 0.5) * sliceMs).toFixed(1)},${y(value).toFixed(1)}`)
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => horizontal(y(max * part), show(max * part)))
  const step = TICK_SECONDS.find((some) => seconds / some <= TICKS_MAX) ?? seconds
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) =>
    vertical(x(i * step * 1000), step < 60 ? `${i * step} s` : `${(i * step) / 60} min`),
  )
  // Names of moments that lie together must not lie upon one another.
  const drawn = marks.map(
    (mark, i) =>
      `<line x1="${x(mark.at)}" x2="${x(mark.at)}" y1="${TOP}" y2="${TOP + PLOT_HEIGHT}" stroke="var(--c1)" stroke-dasharray="5 4"/><text x="${x(mark.at) + 4}" y="${TOP + 12 + i * 14}" text-anchor="start">${mark.name}</text>`,
  )
  const line = `<polyline points="${points.join(' ')}" fill="none" stroke="var(--c0)" stroke-width="1.5"/>`
  return svg(name, [...grid, ...ticks, line, ...drawn])
}

const svg = (label: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${parts.join('\n')}</svg>`

const horizontal = (y: number, label: string): string =>
  `<line x1="${LEFT}" x2="${LEFT + PLOT_WIDTH}" y1="${y}" y2="${y}" stroke="var(--line)"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end" class="dim">${label}</text>`

const vertical = (x: number, label: string): string =>
  `<line x1="${x}" x2="${x}" y1="${TOP}" y2="${TOP + PLOT_HEIGHT}" stroke="var(--line)"/><text x="${x}" y="${TOP + PLOT_HEIGHT + 20}" text-anchor="middle" class="dim">${label}</text>`
