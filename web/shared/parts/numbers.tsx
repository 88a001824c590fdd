import { count, won } from '../format/money.ts'
import { FIRST_ROUND_MAX, type Place } from '../format/place.ts'
import { showTime, type TimeStyle } from '../format/time.ts'
import { useLanguage } from '../i18n/language.ts'
import { partTexts } from './texts.ts'

export function Price({ amount, className = '' }: { amount: number; className?: string }) {
  return <span className={`tabular whitespace-nowrap ${className}`}>{won(amount)}</span>
}

/** Korean time; the viewer's own beside it where that differs. */
export function TimeText({ iso, style = {} }: { iso: string; style?: TimeStyle }) {
  const say = partTexts.useSay()
  const { seoul, local } = showTime(new Date(iso), useLanguage(), style)
  return (
    <time dateTime={iso}>
      {seoul}
      {local !== undefined && <span className="text-muted"> KST ({say('yourTime', { time: local })})</span>}
    </time>
  )
}

/** A round of its own is said: two buyers must never both read that they came first. */
export function PlaceText({ place: { round, n } }: { place: Place }) {
  const say = partTexts.useSay()
  return round <= FIRST_ROUND_MAX
    ? say('place', { place: count(n) })
    : say('placeOfRound', { round: count(round), place: count(n) })
}

/** Between `min` and `max`, both included. */
export function QuantityInput({
  value,
  min = 1,
  max,
  onChange,
  label,
}: {
  value: number
  min?: number
  max: number
  onChange(value: number): void
  label?: string
}) {
  const say = partTexts.useSay()
  const step =
    'grid size-11 place-items-center rounded-control border border-line-strong bg-surface text-xl disabled:opacity-40 hover:bg-sunken'
  return (
    <div role="group" aria-label={label ?? say('quantity')} className="flex items-center gap-2">
      <button
        type="button"
        className={step}
        aria-label={say('less')}
        disabled={value <= min}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <output className="min-w-8 text-center text-lg font-semibold">{value}</output>
      <button
        type="button"
        className={step}
        aria-label={say('more')}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </div>
  )
}
