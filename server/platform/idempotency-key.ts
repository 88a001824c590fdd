// The `Idempotency-Key` header: visible ASCII, by which a caller may ask again for what was answered.
import { Type } from 'typebox'

const CHARACTERS_MAX = 255
const CHARACTER = '[\\x21-\\x7e]'
const KEY = new RegExp(`^${CHARACTER}{1,${CHARACTERS_MAX}}$`)

export const isIdempotencyKey = (text: unknown): text is string => typeof text === 'string' && KEY.test(text)

export const IdempotencyKey = Type.String({
  minLength: 1,
  maxLength: CHARACTERS_MAX,
  pattern: `^${CHARACTER}+$`,
  description: 'Repeat it to get the same answer again.',
  examples: ['6f1c2a0e-order-1'],
})
