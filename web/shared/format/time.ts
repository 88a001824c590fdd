// Times of the shop are Korean times; who looks at them from elsewhere sees their own beside it.
import type { Language } from '../i18n/language.ts'

const SEOUL = 'Asia/Seoul'

export interface ShownTime {
  /** `11월 25일 (수) 20:00` */
  seoul: string
  /** The same moment where the viewer is, where that reads differently: `11월 25일 12:00 (GMT+1)`. */
  local: string | undefined
}

export interface TimeStyle {
  seconds?: boolean
  year?: boolean
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(language: Language, zone: string, style: TimeStyle, named: boolean): Intl.DateTimeFormat {
  const key = [language, zone, style.seconds, style.year, named].join()
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language === 'ko' ? 'ko-KR' : 'en-GB', {
      timeZone: zone,
      month: language === 'ko' ? 'long' : 'short',
      day: 'numeric',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(style.seconds === true && { second: '2-digit' }),
      ...(style.year === true && { year: 'numeric' }),
      ...(named && { timeZoneName: 'shortOffset' }),
    })
    formats.set(key, format)
  }
  return format
}

/** `viewerZone`: for tests; else that of this browser. */
export function showTime(
  instant: Date,
  language: Language,
  style: TimeStyle = {},
  viewerZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
): ShownTime {
  const seoul = formatOf(language, SEOUL, style, false).format(instant)
  const isSame = formatOf(language, viewerZone, style, false).format(instant) === seoul
  return { seoul, local: isSame ? undefined : formatOf(language, viewerZone, style, true).format(instant) }
}
