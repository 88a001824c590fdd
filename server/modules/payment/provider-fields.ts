// Fields that both providers send, and their bounds.
import { Type } from 'typebox'

export const AMOUNT = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const CURRENCY = Type.String({ pattern: '^[A-Z]{3}$' })

const URL_CHARACTERS_MAX = 500

/** What is only shown may be missing: a payment is not in doubt for it. */
export const textOf = (value: unknown, charactersMax: number): string | undefined =>
  // Control characters are nothing to show, and PostgreSQL does not take NUL.
  typeof value === 'string' && value !== '' && value.length <= charactersMax && !/\p{Cc}/u.test(value)
    ? value
    : undefined

export function webUrlOf(value: unknown): string | undefined {
  const url = textOf(value, URL_CHARACTERS_MAX)
  return url !== undefined && /^https?:\/\/\S+$/.test(url) ? url : undefined
}

/** Keys come from the browser: one that can be no path segment is of no payment. */
export const isKey = (key: string): boolean => /^[\x21-\x7e]{1,200}$/.test(key) && !/^\.+$/.test(key)
