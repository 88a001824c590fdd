// How long the units of an unpaid order are still held.
import { clockText, spokenDuration } from '../format/duration.ts'
import { defineTexts } from '../i18n/texts.ts'
import { useLanguage } from '../i18n/language.ts'
import { HOLD_CUES } from '../time/countdown.ts'
import { useCue } from '../time/use-cues.ts'
import { useServerNow } from '../time/use-server-now.ts'

const holdTexts = defineTexts(
  'hold',
  {
    left: '결제까지 남은 시간',
    soon: '곧 끝납니다. 시간이 지나면 주문이 취소되고 상품은 다른 분께 넘어갑니다.',
    over: '결제 시간이 지났습니다.',
    aloud: '결제까지 {{time}} 남았습니다.',
  },
  {
    left: 'Time left to pay',
    soon: 'It ends soon. After that the order ends, and its goods go to others.',
    over: 'The time to pay is over.',
    aloud: '{{time}} left to pay.',
  },
)

const SOON_MS = 60_000

export function HoldTimer({ payBy }: { payBy: string }) {
  const say = holdTexts.useSay()
  const language = useLanguage()
  const leftMs = new Date(payBy).getTime() - useServerNow()
  const cue = useCue(leftMs, HOLD_CUES)
  const isSoon = leftMs <= SOON_MS
  return (
    <div className={`grid gap-1 rounded-card px-4 py-3 ${isSoon ? 'bg-bad-soft' : 'bg-warn-soft'}`}>
      {leftMs > 0 ? (
        <p
          className={`flex items-baseline justify-between gap-3 font-semibold ${isSoon ? 'text-bad' : 'text-warn'}`}
        >
          <span>
            {isSoon && <span aria-hidden="true">⚠ </span>}
            {say('left')}
          </span>
          <span role="timer" className="tabular text-2xl">
            {clockText(leftMs, language)}
          </span>
        </p>
      ) : (
        <p className="font-semibold text-bad">{say('over')}</p>
      )}
      {isSoon && leftMs > 0 && <p className="text-sm">{say('soon')}</p>}
      <p role="status" className="sr-only">
        {cue !== undefined &&
          (cue === 0 ? say('over') : say('aloud', { time: spokenDuration(cue, language) }))}
      </p>
    </div>
  )
}
