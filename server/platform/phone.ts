// What a Korean mobile number looks like, for everybody who asks for one.
import type { InLanguages } from './errors.ts'

/** With or without separators. */
export const PHONE_NUMBER = /^01[016-9][.-]?\d{3,4}[.-]?\d{4}$/

export const PHONE_REASON = {
  ko: '올바른 전화번호 형식으로 입력해 주세요. (예: 01012345678)',
  en: 'Enter a valid phone number (e.g. 01012345678).',
} as const satisfies InLanguages
