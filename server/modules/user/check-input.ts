// What is wrong with what people tell of themselves, in the original contract's words.
import { readFileSync } from 'node:fs'
import type { FieldError, Language } from '../../platform/errors.ts'
import { PHONE_NUMBER, PHONE_REASON } from '../../platform/phone.ts'
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
  phoneFormat: PHONE_REASON,
  linkMissing: { ko: '메일의 링크를 열어 주세요.', en: 'Open the link of the mail.' },
  tooLong: { ko: '입력값이 너무 깁니다.', en: 'The value is too long.' },
  unreadable: { ko: '사용할 수 없는 문자가 있습니다.', en: 'There is a character that can not be used.' },
  unknown: { ko: '알 수 없는 항목입니다.', en: 'Unknown field.' },
} as const satisfies Record<string, Record<Language, string>>

type Reason = keyof typeof REASONS
/** Finds what is wrong with a value that is text and not blank. */
type Check = (text: string, body: Record<string, unknown>) => Reason | undefined
type Rules = Record<string, { missing: Reason; wrong: Check }>

const EMAIL =
  /^[^\s\p{Cc}@<>"(),:;[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8').split(/\s+/),
)

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
const characters = (text: string): number => Array.from(text).length
/** Any text but that no system passes on unharmed. */
const atMost =
  (max: number): Check =>
  (text) => {
    if (text.includes('\0')) return 'unreadable'
    return characters(text) > max ? 'tooLong' : undefined
  }

const checkEmail: Check = (text) => {
  const email = text.trim()
  return email.length <= EMAIL_CHARACTERS_MAX && EMAIL.test(email) ? undefined : 'emailFormat'
}

const checkPassword: Check = (text, { email }) => {
  const length = characters(text.normalize('NFC'))
  if (length < PASSWORD_CHARACTERS.min || length > PASSWORD_CHARACTERS.max) return 'passwordLength'
  const isEasy =
    COMMON_PASSWORDS.has(text.toLowerCase()) || (typeof email === 'string' && isOwnEmail(text, email))
  return isEasy ? 'passwordCommon' : undefined
}

/** The e-mail, or what stands before its @. */
export function isOwnEmail(password: string, email: string): boolean {
  const own = normaliseEmail(email)
  const text = password.toLowerCase()
  return text === own || text === own.split('@')[0]
}

const checkPhone: Check = (text) => (PHONE_NUMBER.test(text.trim()) ? undefined : 'phoneFormat')

const CONTACT: Rules = {
  address: { missing: 'addressMissing', wrong: atMost(ADDRESS_CHARACTERS_MAX) },
  phoneNumber: { missing: 'phoneMissing', wrong: checkPhone },
}

const SIGN_UP: Rules = {
  email: { missing: 'emailMissing', wrong: checkEmail },
  password: { missing: 'passwordMissing', wrong: checkPassword },
  name: { missing: 'nameMissing', wrong: atMost(NAME_CHARACTERS_MAX) },
  ...CONTACT,
}

const anyPassword = { missing: 'passwordMissing', wrong: () => undefined } as const
const newPassword = { missing: 'passwordMissing', wrong: checkPassword } as const
/** Only compared with the first. */
const again = anyPassword

const LOG_IN: Rules = {
  email: { missing: 'emailMissing', wrong: () => undefined },
  password: anyPassword,
}
const CHANGE_PASSWORD: Rules = { originalPassword: anyPassword, newPassword, newPassword2: again }
const RESET_PASSWORD: Rules = {
  token: { missing: 'linkMissing', wrong: () => undefined },
  newPassword,
  newPassword2: again,
}
const DEPART: Rules = { password: anyPassword, password2: again }

type CheckBody = (body: unknown, language: Language) => FieldError[]
const checkBy =
  (rules: Rules): CheckBody =>
  (body, language) =>
    check(rules, body, language)

export const checkSignUp = checkBy(SIGN_UP)
export const checkLogIn = checkBy(LOG_IN)
export const checkContact = checkBy(CONTACT)
export const checkChangePassword = checkBy(CHANGE_PASSWORD)
export const checkResetPassword = checkBy(RESET_PASSWORD)
export const checkDepart = checkBy(DEPART)

/** A new password that only its account shows to be easy to guess. */
export const EASY_NEW_PASSWORD: FieldError = {
  field: 'newPassword',
  value: '',
  reason: REASONS.passwordCommon,
}

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
