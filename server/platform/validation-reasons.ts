// What is wrong with a value that its schema refuses, in the two languages of the shop.
import type { InLanguages } from './errors.ts'

const TYPES: Readonly<Record<string, InLanguages>> = {
  string: { ko: '문자열이어야 합니다.', en: 'Must be text.' },
  integer: { ko: '정수여야 합니다.', en: 'Must be a whole number.' },
  number: { ko: '숫자여야 합니다.', en: 'Must be a number.' },
  boolean: { ko: 'true 또는 false여야 합니다.', en: 'Must be true or false.' },
  array: { ko: '배열이어야 합니다.', en: 'Must be a list.' },
  object: { ko: '객체여야 합니다.', en: 'Must be an object.' },
  null: { ko: '비어 있어야 합니다.', en: 'Must be left out.' },
}
const WRONG: InLanguages = { ko: '유효하지 않은 값입니다.', en: 'Not a valid value.' }
const FORM: InLanguages = { ko: '형식이 올바르지 않습니다.', en: 'The format is wrong.' }

/** By keyword of JSON Schema, given what the keyword demands. */
const REASONS: Readonly<Record<string, (demand: string) => InLanguages>> = {
  type: (type) => TYPES[type] ?? WRONG,
  required: () => ({ ko: '필수 입력 대상입니다.', en: 'Required.' }),
  additionalProperties: () => ({ ko: '알 수 없는 항목입니다.', en: 'Unknown field.' }),
  minimum: (n) => ({ ko: `${n} 이상이어야 합니다.`, en: `Must be at least ${n}.` }),
  maximum: (n) => ({ ko: `${n} 이하여야 합니다.`, en: `Must be at most ${n}.` }),
  minLength: (n) => ({ ko: `${n}자 이상이어야 합니다.`, en: `Must have at least ${n} characters.` }),
  maxLength: (n) => ({ ko: `${n}자 이하여야 합니다.`, en: `Must have at most ${n} characters.` }),
  minItems: (n) => ({ ko: `${n}개 이상이어야 합니다.`, en: `Must have at least ${n} entries.` }),
  maxItems: (n) => ({ ko: `${n}개 이하여야 합니다.`, en: `Must have at most ${n} entries.` }),
  minProperties: (n) => ({ ko: `항목이 ${n}개 이상이어야 합니다.`, en: `Must have at least ${n} fields.` }),
  uniqueItems: () => ({ ko: '중복된 값이 있습니다.', en: 'The same value is there twice.' }),
  const: (value) => ({ ko: `${value}이어야 합니다.`, en: `Must be ${value}.` }),
  enum: (values) => ({ ko: `다음 중 하나여야 합니다: ${values}`, en: `Must be one of: ${values}` }),
  pattern: () => FORM,
  format: () => FORM,
}

export function reasonOf({
  keyword,
  params,
}: {
  keyword: string
  params: Record<string, unknown>
}): InLanguages {
  const demand = params['limit'] ?? params['type'] ?? params['allowedValue'] ?? params['allowedValues']
  return REASONS[keyword]?.(String(demand)) ?? WRONG
}
