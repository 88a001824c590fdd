// What is wrong with an item, in the original contract's words. Types and numbers are the schema's to check.
import { AppError, type FieldError, type Language } from '../../platform/errors.ts'
import { readInstant } from '../../platform/read-instant.ts'
import {
  DESCRIPTION_CHARACTERS,
  NAME_CHARACTERS,
  type EditItemRequest,
  type NewItem,
  type PublishItemRequest,
} from './contract.ts'

const REASONS = {
  nameMissing: { ko: '상품명은 필수 입력 대상입니다.', en: 'The item name is required.' },
  nameLength: { ko: '글자 수는 2 ~ 20자 제한입니다.', en: 'Enter 2 to 20 characters.' },
  descriptionMissing: { ko: '설명란은 필수 입력 대상입니다.', en: 'The description is required.' },
  descriptionLength: { ko: '글자 수는 8 ~ 500자 제한입니다.', en: 'Enter 8 to 500 characters.' },
  charset: {
    ko: '한글, 영어, 숫자, 특수문자만 사용 가능합니다.',
    en: 'Only Korean, English, digits and !@#$%^&*(),.?":{}|<> are allowed.',
  },
  openTimeMissing: {
    ko: '한정 판매 상품은 판매 시작 시간이 필요합니다.',
    en: 'A limited item needs an opening time.',
  },
  closeBeforeOpen: {
    ko: '판매 종료 시간은 시작 시간보다 늦어야 합니다.',
    en: 'The sale must close after it opens.',
  },
  limitedOnly: { ko: '한정 판매 상품에만 사용할 수 있습니다.', en: 'Only a limited item has this.' },
} as const satisfies Record<string, Record<Language, string>>

type Reason = keyof typeof REASONS

const CHARSET = /^[가-힣A-Za-z0-9 \t\n\v\f\r!@#$%^&*(),.?":{}|<>]*$/
const VALUE_CHARACTERS_MAX = 100

/** The texts with decomposed Hangul (as some systems type it) put together. Throws INVALID_INPUT_VALUE. */
export function readText(body: EditItemRequest, language: Language): EditItemRequest {
  const text = composed(body)
  refuse(textErrors(text, language))
  return text
}

/** The item to publish. Throws INVALID_INPUT_VALUE with everything that is wrong. */
export function readNewItem(body: PublishItemRequest, language: Language): NewItem {
  const item = composed(body)
  const errors = textErrors(item, language)
  const openTime = readInstant('openTime', body.openTime ?? undefined, language, errors)
  const closeTime = readInstant('closeTime', body.closeTime ?? undefined, language, errors)
  const wrong = windowFault({ ...item, openTime, closeTime }, body)
  if (wrong !== undefined) errors.push(fieldError(wrong.field, wrong.value, wrong.reason, language))
  refuse(errors)
  return { ...item, openTime, closeTime }
}

const composed = <Body extends EditItemRequest>(body: Body): Body => ({
  ...body,
  name: body.name.normalize('NFC'),
  description: body.description.normalize('NFC'),
})

function textErrors({ name, description }: EditItemRequest, language: Language): FieldError[] {
  const wrong = (
    field: string,
    text: string,
    { min, max }: { min: number; max: number },
    missing: Reason,
    length: Reason,
  ): FieldError[] => {
    const reasons: Reason[] = []
    if (text.trim() === '') reasons.push(missing)
    if (text.length < min || text.length > max) reasons.push(length)
    if (!CHARSET.test(text)) reasons.push('charset')
    return reasons.map((reason) => fieldError(field, text, reason, language))
  }
  return [
    ...wrong('name', name, NAME_CHARACTERS, 'nameMissing', 'nameLength'),
    ...wrong('description', description, DESCRIPTION_CHARACTERS, 'descriptionMissing', 'descriptionLength'),
  ]
}

interface Wrong {
  field: keyof PublishItemRequest
  value: unknown
  reason: Reason
}

function windowFault(item: NewItem, body: PublishItemRequest): Wrong | undefined {
  const { openTime, closeTime, limitPerBuyer } = item
  if (!item.isReserved) {
    if (closeTime !== undefined) return { field: 'closeTime', value: body.closeTime, reason: 'limitedOnly' }
    return limitPerBuyer === undefined
      ? undefined
      : { field: 'limitPerBuyer', value: limitPerBuyer, reason: 'limitedOnly' }
  }
  if ((body.openTime ?? undefined) === undefined)
    return { field: 'openTime', value: '', reason: 'openTimeMissing' }
  const closesFirst = openTime !== undefined && closeTime !== undefined && closeTime <= openTime
  return closesFirst ? { field: 'closeTime', value: body.closeTime, reason: 'closeBeforeOpen' } : undefined
}

function fieldError(field: string, value: unknown, reason: Reason, language: Language): FieldError {
  return { field, value: String(value).slice(0, VALUE_CHARACTERS_MAX), reason: REASONS[reason][language] }
}

function refuse(fields: FieldError[]): void {
  if (fields.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields })
}

const MISSING: Readonly<Record<string, Reason>> = { name: 'nameMissing', description: 'descriptionMissing' }

/** The schema's refusal of a text that is not there at all, in the same words as of one that is blank. */
export function inShopWords(error: AppError, body: unknown, language: Language): AppError {
  const fields = error.fields.map((entry) => {
    const reason = MISSING[entry.field]
    const given = (body as Record<string, unknown> | null | undefined)?.[entry.field] ?? undefined
    return reason === undefined || given !== undefined
      ? entry
      : { ...entry, reason: REASONS[reason][language] }
  })
  return new AppError(error.code, { cause: error, fields })
}
