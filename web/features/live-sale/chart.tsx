import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useLanguage } from '../../shared/i18n/language.ts'
import { liveTexts } from './texts.ts'
import type { ChartPoint } from './use-live-sale.ts'

const LINES = [
  { name: 'claims', colour: '--muted', dash: [2, 3] },
  { name: 'placed', colour: '--accent', dash: [] },
  { name: 'paid', colour: '--good', dash: [8, 3] },
  { name: 'expired', colour: '--bad', dash: [3, 3] },
] as const
const HEIGHT = 240
const SHOWN_SECONDS = 60

/** Lines differ by their dashes, too. The numbers stand beside the chart as text. */
export function Chart({ points }: { points: readonly ChartPoint[] }) {
  const say = liveTexts.useSay()
  const language = useLanguage()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(points)
  latest.current = points

  useEffect(() => {
    const box = place.current
    if (box === null) return
    const colours = getComputedStyle(document.documentElement)
    const axis = {
      stroke: colours.getPropertyValue('--muted'),
      grid: { stroke: colours.getPropertyValue('--line') },
    }
    const made = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT,
        cursor: { show: false },
        legend: { live: false },
        scales: {
          x: { range: (_plot, _min, max) => [max - SHOWN_SECONDS, max] },
          y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.1)] },
        },
        axes: [axis, { ...axis, size: 48 }],
        series: [
          {},
          ...LINES.map(({ name, colour, dash }) => ({
            label: liveTexts.say(name),
            stroke: resolved(colours.getPropertyValue(colour)),
            width: 2,
            dash: [...dash],
            points: { show: false },
          })),
        ],
      },
      dataOf(latest.current),
      box,
    )
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: HEIGHT }))
    resize.observe(box)
    return () => {
      resize.disconnect()
      made.destroy()
    }
  }, [language])
  useEffect(() => plot.current?.setData(dataOf(points)), [points])
  return <div ref={place} role="img" aria-label={say('chart')} className="min-h-60 w-full" />
}

function dataOf(points: readonly ChartPoint[]): uPlot.AlignedData {
  return [points.map(({ at }) => at / 1_000), ...LINES.map(({ name }) => points.map((point) => point[name]))]
}

/** A canvas knows no light-dark(): an element is asked what it comes to. */
function resolved(colour: string): string {
  const probe = document.createElement('span')
  probe.style.color = colour
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
