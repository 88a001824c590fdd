import { clockText } from '../../shared/format/duration.ts'
import { useLanguage } from '../../shared/i18n/language.ts'
import { OPENING_CUES } from '../../shared/time/countdown.ts'
import { useCue } from '../../shared/time/use-cues.ts'
import { useClockReading, useServerNow } from '../../shared/time/use-server-now.ts'
import { saleTexts } from './texts.ts'

const CUES = {
  600_000: 'cue.tenMinutes',
  60_000: 'cue.oneMinute',
  10_000: 'cue.tenSeconds',
  0: 'cue.open',
} as const

/** Ticks for the eye; said aloud at its cues alone. */
export function Countdown({ openTime, isOpen }: { openTime: string; isOpen: boolean }) {
  const say = saleTexts.useSay()
  const language = useLanguage()
  const leftMs = new Date(openTime).getTime() - useServerNow()
  const reading = useClockReading()
  const cue = useCue(isOpen ? 0 : leftMs, OPENING_CUES)
  return (
    <>
      {!isOpen && (
        <div className="grid gap-1">
          <p className="text-sm font-medium text-muted">{say('countdown')}</p>
          <p role="timer" className="tabular text-4xl font-bold tracking-tight text-accent sm:text-5xl">
            {clockText(leftMs, language)}
          </p>
          <p className="tabular text-sm text-muted">
            {reading === undefined
              ? say('clockUnknown')
              : say('clock', { ms: Math.ceil(reading.accuracyMs) })}
          </p>
        </div>
      )}
      <p role="status" className="sr-only">
        {cue !== undefined && say(CUES[cue as keyof typeof CUES])}
      </p>
    </>
  )
}
