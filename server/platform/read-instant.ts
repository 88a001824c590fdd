import { parseInstant } from './clock.ts'
import type { FieldError, Language } from './errors.ts'

const REASON = {
  ko: '날짜와 시간은 ISO 8601 형식으로 입력해주세요. (예: 2026-01-02T10:00:00)',
  en: 'Enter an ISO 8601 date and time (e.g. 2026-01-02T10:00:00).',
} as const satisfies Record<Language, string>

/** Far enough for any sale, and always four digits of year. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)
const LATEST_MS = Date.UTC(2999, 11, 31)
export const INSTANT_CHARACTERS_MAX = 40

/** The instant that a field of a request names; where it names none, `errors` gains an entry. Absent and null stay as they are. */
export function readInstant<Absent extends null | undefined>(
  field: string,
  text: string | Absent,
  language: Language,
  errors: FieldError[],
): Date | Absent | undefined {
  if (typeof text !== 'string') return text
  const instant = parseInstant(text)
  const ms = instant?.getTime() ?? Number.NaN
  if (ms >= EARLIEST_MS && ms <= LATEST_MS) return instant
  errors.push({ field, value: text, reason: REASON[language] })
  return undefined
}
