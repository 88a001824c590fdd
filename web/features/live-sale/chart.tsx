import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { MINUTE_MS, withQuiet, type ChartPoint } from './last-minute.ts'
import { liveTexts } from './texts.ts'

/** The later lies above. */
const LINES = [
  { name: 'claims', colour: '--muted', dash: [2, 3] },
  { name: 'expired', colour: '--info', dash: [8, 3, 2, 3] },
  { name: 'paid', colour: '--good', dash: [8, 3] },
  { name: 'placed', colour: '--accent', dash: [] },
] as const
const HEIGHT = 240
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000]

const clock = new Intl.DateTimeFormat('ko-KR', {
  timeZone: 'Asia/Seoul',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** Lines differ by their dashes, too; `LineSample` says which is which, beside the numbers. */
export function Chart({ points }: { points: readonly ChartPoint[] }) {
  const say = liveTexts.useSay()
  const look = useLook()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(points)
  latest.current = points

  useEffect(() => {
    const box = place.current
    if (box === null) return
    const made = new uPlot(optionsOf(box), dataOf(latest.current), box)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: HEIGHT }))
    resize.observe(box)
    return () => {
      resize.disconnect()
      made.destroy()
    }
  }, [look])
  useEffect(() => plot.current?.setData(dataOf(points)), [points])
  return <div ref={place} role="img" aria-label={say('chart')} className="min-h-60 w-full overflow-hidden" />
}

/** How a line of the chart is drawn. */
export function LineSample({ name }: { name: string }) {
  const line = LINES.find((one) => one.name === name)
  if (line === undefined) return null
  return (
    <svg aria-hidden="true" width="28" height="4" className="shrink-0">
      <line
        x1="0"
        y1="2"
        x2="28"
        y2="2"
        strokeWidth="2.5"
        style={{ stroke: `var(${line.colour})`, strokeDasharray: line.dash.join(' ') }}
      />
    </svg>
  )
}

function optionsOf(box: HTMLElement): uPlot.Options {
  const axis: uPlot.Axis = {
    font: `12px ${getComputedStyle(box).fontFamily}`,
    stroke: resolved('--muted'),
    grid: { stroke: resolved('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: box.clientWidth,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_plot, _min, max) => [max - MINUTE_MS / 1_000, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        incrs: [15, 30],
        space: 72,
        values: (_plot, splits) => splits.map((second) => clock.format(second * 1_000)),
      },
      { ...axis, size: 48, incrs: WHOLE_STEPS },
    ],
    series: [
      {},
      ...LINES.map(({ name, colour, dash }) => ({
        label: name,
        stroke: resolved(colour),
        width: 2,
        dash: [...dash],
        points: { show: false },
      })),
    ],
  }
}

function dataOf(points: readonly ChartPoint[]): uPlot.AlignedData {
  const drawn = withQuiet(points)
  return [drawn.map(({ at }) => at / 1_000), ...LINES.map(({ name }) => drawn.map((point) => point[name]))]
}

/** Changes with the theme, the system's or the switch's: a canvas has to be drawn anew. */
function useLook(): number {
  const [look, setLook] = useState(0)
  useEffect(() => {
    const onChange = (): void => setLook((before) => before + 1)
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    const theme = new MutationObserver(onChange)
    dark.addEventListener('change', onChange)
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      dark.removeEventListener('change', onChange)
      theme.disconnect()
    }
  }, [])
  return look
}

/** A canvas knows no variables and no light-dark(): an element is asked what it comes to. */
function resolved(variable: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${variable})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
