// How long: for the eye (`1일 02:03:04`) and for the ear (`2시간 3분`).
import type { Language } from '../i18n/language.ts'

const SECOND_MS = 1_000
const two = (amount: number): string => String(amount).padStart(2, '0')

interface Parts {
  days: number
  hours: number
  minutes: number
  seconds: number
}

/** Whole seconds, rounded up: `00:01` is shown until the very end. Never below zero. */
export function partsOf(ms: number): Parts {
  const all = Math.max(0, Math.ceil(ms / SECOND_MS))
  return {
    days: Math.floor(all / 86_400),
    hours: Math.floor(all / 3_600) % 24,
    minutes: Math.floor(all / 60) % 60,
    seconds: all % 60,
  }
}

export function clockText(ms: number, language: Language): string {
  const { days, hours, minutes, seconds } = partsOf(ms)
  const clock =
    days > 0 || hours > 0
      ? `${two(hours)}:${two(minutes)}:${two(seconds)}`
      : `${two(minutes)}:${two(seconds)}`
  if (days === 0) return clock
  return language === 'ko' ? `${days}일 ${clock}` : `${days}d ${clock}`
}

const UNITS = {
  ko: { days: ['일', '일'], hours: ['시간', '시간'], minutes: ['분', '분'], seconds: ['초', '초'] },
  en: {
    days: [' day', ' days'],
    hours: [' hour', ' hours'],
    minutes: [' minute', ' minutes'],
    seconds: [' second', ' seconds'],
  },
} as const

/** Its two largest units in words: `10분`, `1 hour 5 minutes`. */
export function spokenDuration(ms: number, language: Language): string {
  const parts = partsOf(ms)
  const said = (['days', 'hours', 'minutes', 'seconds'] as const)
    .filter((unit) => parts[unit] > 0)
    .slice(0, 2)
    .map((unit) => `${parts[unit]}${UNITS[language][unit][parts[unit] === 1 ? 0 : 1]}`)
  return said.length === 0 ? `0${UNITS[language].seconds[1]}` : said.join(' ')
}
