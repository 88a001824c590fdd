// The results as one page without any other file: ratios against their targets, latencies, what the machine was.
import { barOf, show, type RecordedFigure, type TargetFigure } from './figures.ts'
import { plotCurves, plotTimeline } from './report-plots.ts'
import type { Report } from './report.ts'
import { median, type Sample } from './sample.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --paper: #fbfbf9; --line: #d8dce2; --bar: #4577c4;
  --good: #1f8a5b; --short: #c2502f; --c0: #4577c4; --c1: #c2502f; --c2: #1f8a5b; --c3: #8a5bb8; --c4: #b98a1c; --c5: #2b93a3; --c6: #84715c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a3b3; --paper: #14181e; --line: #303845;
  --bar: #6f9be0; --good: #4cc38e; --short: #ea8262; --c0: #6f9be0; --c1: #ea8262; --c2: #4cc38e; --c3: #b48ce0;
  --c4: #dcb14b; --c5: #5fc3d2; --c6: #bfa98f; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.2rem }
.dim { color: var(--dim) } .short { color: var(--short); font-weight: 600 } .good { color: var(--good); font-weight: 600 }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; color: var(--dim) } td.n { text-align: right; white-space: nowrap }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif } svg text { fill: var(--ink) } svg .dim { fill: var(--dim) }`

export function renderPage(report: Report): string {
  const { machine } = report
  const settings = Object.entries(machine.postgresSettings).map(([name, value]) => `${name} = ${value}`)
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}`,
    `Node ${machine.node.slice(1)}${report.serverFlags.length > 0 ? ` (service: ${report.serverFlags.join(' ')})` : ''}`,
    `PostgreSQL ${machine.postgres}: ${settings.join(', ')}`,
    `Redis ${machine.redis ?? 'none'}`,
    `Load, service, PostgreSQL and Redis share the machine; commit ${machine.commit ?? 'unknown'}; ${show(report.seconds)} s in all`,
  ]
  const quickNote = `Quick run: short, ${report.scale.earlierOrders} earlier orders, ${report.scale.holds} holds. Trends, not figures.`
  const withBar = report.figures.filter((figure) => figure.standing !== 'recorded')
  const recorded = report.figures.filter((figure) => figure.standing === 'recorded')
  const faults = report.faults.map((fault) => `<p class="short">WRONG: ${escapeText(fault)}</p>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hurry Up Order: bench ${report.startedAt.slice(0, 10)}</title><style>${STYLE}</style></head><body>
<h1>Bench of ${report.startedAt.slice(0, 10)} (${report.kind})</h1>
<p class="dim">${facts.map(escapeText).join('<br>')}</p>
${report.kind === 'quick' ? `<p>${quickNote}</p>` : ''}
${report.skipped.map((name) => `<p class="short">Skipped: ${escapeText(name)}</p>`).join('')}
${faults.join('') || '<p class="good">Every 201 is an order in the database, and all units add up.</p>'}
<h2>Figures against their targets</h2>
<p class="dim">The bar is the measured value; the solid mark is the target, the dashed one the stretch. For times and memory less is better.</p>
${withBar.map(renderBar).join('\n')}
${recorded.length > 0 ? renderRecorded(recorded) : ''}
<h2>Latency</h2>
<p class="dim">How long the slowest part of the answers took: p50 on the left, p99.9 on the right.</p>
${plotCurves(report.curves)}
${report.timelines.map((timeline) => `<h2>${escapeText(timeline.name)}</h2>${plotTimeline(timeline)}`).join('')}
<h2>Runs</h2>
<div class="scroll"><table><tr><th>run</th><th>per second, each run</th><th>median</th><th>cores used, median</th></tr>
${[...Map.groupBy(report.samples, (sample) => sample.name)].map(renderRuns).join('\n')}
</table></div></body></html>
`
}

const WIDTH = 900
const BAR_FROM = 330
const BAR_WIDTH = 420
const TOP_LINE = 13
const BAR_LINES = 27
const LINE = 15
/** At 12 px in the room there is. */
const NAME_LETTERS = 52
const DETAIL_LETTERS = 92

function renderBar(figure: TargetFigure): string {
  const { reach, stretch, unit, standing } = figure
  // Not known, or less than nothing, has no bar.
  const value = Math.max(0, figure.value || 0)
  const scale = BAR_WIDTH / (Math.max(value, reach, stretch ?? 0) * 1.05)
  const mark = (at: number, dash: string): string => {
    const x = BAR_FROM + at * scale
    return `<line x1="${x}" x2="${x}" y1="2" y2="26" stroke="var(--ink)" stroke-width="2" ${dash}/>`
  }
  const color = standing === 'short' ? 'var(--short)' : 'var(--good)'
  const bar = barOf(figure).replace('>=', '≥').replace('<=', '≤').replace('stretch ', '')
  const names = wrap(figure.what, NAME_LETTERS)
  const details = wrap(figure.detail, DETAIL_LETTERS)
  const height = TOP_LINE + Math.max(names.length * LINE, BAR_LINES + details.length * LINE) + 2
  const said = `${show(figure.value)} ${unit}`
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(figure.what)}: ${said}">
${names.map((line, i) => `<text x="0" y="${TOP_LINE + i * LINE}">${escapeText(line)}</text>`).join('')}
<rect x="${BAR_FROM}" y="6" width="${Math.max(1, value * scale)}" height="16" fill="${color}"/>${mark(reach, '')}${stretch === undefined ? '' : mark(stretch, 'stroke-dasharray="4 3"')}
${details.map((line, i) => `<text x="${BAR_FROM}" y="${TOP_LINE + BAR_LINES + i * LINE}" class="dim">${escapeText(line)}</text>`).join('')}
<text x="${BAR_FROM + BAR_WIDTH + 12}" y="19">${said} (${bar})</text></svg>`
}

/** SVG breaks no lines by itself. */
function wrap(text: string, letters: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length <= letters) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

function renderRecorded(figures: readonly RecordedFigure[]): string {
  const rows = figures.map(
    ({ what, value, unit, detail }) =>
      `<tr><td>${escapeText(what)}</td><td class="n">${show(value)} ${unit}</td><td>${escapeText(detail)}</td></tr>`,
  )
  return `<h2>Recorded, without a target</h2><div class="scroll"><table>${rows.join('\n')}</table></div>`
}

function renderRuns([name, samples]: [string, Sample[]]): string {
  const rates = samples.map((sample) => sample.perSecond)
  const cores = Object.keys(samples[0]?.cores ?? {})
    .map((name) => `${name} ${median(samples.map((sample) => sample.cores[name] ?? Number.NaN)).toFixed(2)}`)
    .join(', ')
  return `<tr><td>${escapeText(name)}</td><td>${rates.map(show).join(' · ')}</td><td class="n">${show(median(rates))}</td><td>${cores}</td></tr>`
}

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
