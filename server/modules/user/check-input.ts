// What is wrong with a sign-up or login, in the original contract's words.
import { readFileSync } from 'node:fs'
import type { FieldError, Language } from '../../platform/errors.ts'
import {
  ADDRESS_CHARACTERS_MAX,
  EMAIL_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  PASSWORD_CHARACTERS,
} from './contract.ts'
import { normaliseEmail } from './personal.ts'

const REASONS = {
  emailMissing: { ko: '이메일은 필수 입력 대상입니다.', en: 'E-mail is required.' },
  emailFormat: { ko: '이메일 형식으로 입력해주세요.', en: 'Enter an e-mail address.' },
  passwordMissing: { ko: '비밀번호는 필수 입력 대상입니다.', en: 'Password is required.' },
  passwordLength: { ko: '비밀번호는 8~64자여야 합니다.', en: 'The password must have 8 to 64 characters.' },
  passwordCommon: {
    ko: '너무 쉽게 추측할 수 있는 비밀번호입니다.',
    en: 'The password is too easy to guess.',
  },
  nameMissing: { ko: '실명은 필수 입력 대상입니다.', en: 'Real name is required.' },
  addressMissing: { ko: '주소를 입력해주세요.', en: 'Enter an address.' },
  phoneMissing: { ko: '전화번호 입력은 필수 입력 대상입니다.', en: 'Phone number is required.' },
  phoneFormat: {
    ko: '올바른 전화번호 형식으로 입력해 주세요. (예: 01012345678)',
    en: 'Enter a valid phone number (e.g. 01012345678).',
  },
  tooLong: { ko: '입력값이 너무 깁니다.', en: 'The value is too long.' },
  unknown: { ko: '알 수 없는 항목입니다.', en: 'Unknown field.' },
} as const satisfies Record<string, Record<Language, string>>

type Reason = keyof typeof REASONS
/** Finds what is wrong with a value that is text and not blank. */
type Check = (text: string, body: Record<string, unknown>) => Reason | undefined
type Rules = Record<string, { missing: Reason; wrong: Check }>

const EMAIL =
  /^[^\s\p{Cc}@<>"(),:;[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u
const PHONE = /^01[016-9][.-]?\d{3,4}[.-]?\d{4}$/
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8').split(/\s+/),
)

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
const characters = (text: string): number => Array.from(text).length
const atMost =
  (max: number): Check =>
  (text) =>
    characters(text) > max ? 'tooLong' : undefined

const checkEmail: Check = (text) => {
  const email = text.trim()
  return email.length <= EMAIL_CHARACTERS_MAX && EMAIL.test(email) ? undefined : 'emailFormat'
}

const checkPassword: Check = (text, { email }) => {
  const length = characters(text.normalize('NFC'))
  if (length < PASSWORD_CHARACTERS.min || length > PASSWORD_CHARACTERS.max) return 'passwordLength'
  const password = text.toLowerCase()
  const own = typeof email === 'string' ? normaliseEmail(email) : ''
  return COMMON_PASSWORDS.has(password) || password === own || password === own.split('@')[0]
    ? 'passwordCommon'
    : undefined
}

const SIGN_UP: Rules = {
  email: { missing: 'emailMissing', wrong: checkEmail },
  password: { missing: 'passwordMissing', wrong: checkPassword },
  name: { missing: 'nameMissing', wrong: atMost(NAME_CHARACTERS_MAX) },
  address: { missing: 'addressMissing', wrong: atMost(ADDRESS_CHARACTERS_MAX) },
  phoneNumber: {
    missing: 'phoneMissing',
    wrong: (text) => (PHONE.test(text.trim()) ? undefined : 'phoneFormat'),
  },
}

const LOG_IN: Rules = {
  email: { missing: 'emailMissing', wrong: () => undefined },
  password: { missing: 'passwordMissing', wrong: () => undefined },
}

export const checkSignUp = (body: unknown, language: Language): FieldError[] => check(SIGN_UP, body, language)
export const checkLogIn = (body: unknown, language: Language): FieldError[] => check(LOG_IN, body, language)

const UNKNOWN_SHOWN_MAX = 20
const FIELD_CHARACTERS_MAX = 50

function check(rules: Rules, body: unknown, language: Language): FieldError[] {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const error = (field: string, reason: Reason): FieldError => ({
    field,
    value: '',
    reason: REASONS[reason][language],
  })
  const wrong = Object.entries(rules).flatMap(([field, { missing, wrong }]) => {
    const value = fields[field]
    // A value that is no text is as good as none.
    const reason = isAbsent(value) || typeof value !== 'string' ? missing : wrong(value, fields)
    return reason === undefined ? [] : [error(field, reason)]
  })
  const unknown = Object.keys(fields).filter((field) => !Object.hasOwn(rules, field))
  return [
    ...wrong,
    ...unknown
      .slice(0, UNKNOWN_SHOWN_MAX)
      .map((field) => error(field.slice(0, FIELD_CHARACTERS_MAX), 'unknown')),
  ]
}
