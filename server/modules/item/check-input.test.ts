import { describe, expect, test } from 'vitest'
import { AppError, type FieldError } from '../../platform/errors.ts'
import { inShopWords, readNewItem, readText } from './check-input.ts'
import type { PublishItemRequest } from './contract.ts'

const normal: PublishItemRequest = {
  name: '머그컵 A1!',
  description: '매일 쓰는 머그컵입니다.\n(350 ml)',
  quantity: 10,
  price: 12_000,
  isReserved: false,
}
const limited: PublishItemRequest = { ...normal, isReserved: true, openTime: '2026-01-02T12:00:00' }

function errorsOf(read: () => unknown): FieldError[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT_VALUE') return error.fields
    throw error
  }
}
const wrong = (changes: Partial<PublishItemRequest>, base = limited): FieldError[] =>
  errorsOf(() => readNewItem({ ...base, ...changes }, 'ko'))

describe('texts', () => {
  test.each(['가나', 'ab', '가'.repeat(20), '!@#$%^&*(),.?":{}|<>', 'a\tb\nc d'])(
    'the name %j is taken',
    (name) => {
      expect(readText({ ...normal, name }, 'ko').name).toBe(name)
    },
  )

  test.each(['a', 'a'.repeat(21)])('the name %j has the wrong length', (name) => {
    expect(wrong({ name })).toEqual([
      { field: 'name', value: name, reason: '글자 수는 2 ~ 20자 제한입니다.' },
    ])
  })

  test.each(['it’s', 'a-b', "a'b", 'café', 'ㄱㄴ', '日本', '😀😀', 'a\u0000b', 'a\u00a0b', 'a;b'])(
    'the name %j has other characters',
    (name) => {
      expect(wrong({ name })).toEqual([
        { field: 'name', value: name, reason: '한글, 영어, 숫자, 특수문자만 사용 가능합니다.' },
      ])
    },
  )

  test('a blank text is both missing and, if it is short, of the wrong length', () => {
    expect(
      wrong({ name: ' ', description: ' '.repeat(8) }).map(({ field, reason }) => [field, reason]),
    ).toEqual([
      ['name', '상품명은 필수 입력 대상입니다.'],
      ['name', '글자 수는 2 ~ 20자 제한입니다.'],
      ['description', '설명란은 필수 입력 대상입니다.'],
    ])
  })

  test('Hangul in parts, as some systems type it, is put together', () => {
    expect(readText({ ...normal, name: '머그컵'.normalize('NFD') }, 'ko').name).toBe('머그컵')
  })

  test('a refused text is shown in part only', () => {
    expect(wrong({ description: 'x'.repeat(501) })[0]?.value).toHaveLength(100)
  })

  test('reasons are English for those who ask', () => {
    expect(errorsOf(() => readText({ ...normal, name: 'x' }, 'en'))[0]?.reason).toBe(
      'Enter 2 to 20 characters.',
    )
  })
})

describe('sale window', () => {
  test('a time without a zone is Korean time', () => {
    expect(readNewItem(limited, 'ko').openTime?.toISOString()).toBe('2026-01-02T03:00:00.000Z')
    expect(readNewItem({ ...limited, openTime: '2026-01-02T12:00:00Z' }, 'ko').openTime?.toISOString()).toBe(
      '2026-01-02T12:00:00.000Z',
    )
  })

  test.each([undefined, null])('a limited item needs an opening time, not %s', (openTime) => {
    const item: PublishItemRequest = { ...normal, isReserved: true, ...(openTime === null && { openTime }) }
    expect(errorsOf(() => readNewItem(item, 'ko')).map(({ field }) => field)).toEqual(['openTime'])
  })

  test.each([
    '',
    'tomorrow',
    '2026-02-31T00:00:00',
    '2026-01-02',
    '1999-01-01T00:00:00',
    '9999-12-31T23:59:59',
  ])('%j is no time', (openTime) => {
    expect(wrong({ openTime }).map(({ field }) => field)).toEqual(['openTime'])
  })

  test.each(['2026-01-02T12:00:00', '2026-01-02T11:59:59'])(
    'a sale that opens at 12:00 can not close at %s',
    (closeTime) => {
      expect(wrong({ closeTime }).map(({ field }) => field)).toEqual(['closeTime'])
    },
  )

  test('a normal item has neither window nor limit, but its opening time is forgiven', () => {
    expect(wrong({ openTime: '2026-01-02T12:00:00' }, normal)).toEqual([])
    expect(wrong({ closeTime: '2026-01-02T12:00:00' }, normal).map(({ field }) => field)).toEqual([
      'closeTime',
    ])
    expect(wrong({ limitPerBuyer: 2 }, normal).map(({ field }) => field)).toEqual(['limitPerBuyer'])
  })
})

const refused = (...fields: string[]): AppError =>
  new AppError('INVALID_INPUT_VALUE', {
    fields: fields.map((field) => ({ field, value: '', reason: 'schema' })),
  })

describe('refusals of the schema', () => {
  test('a missing text is told as a blank one', () => {
    const { fields } = inShopWords(refused('name', 'description', 'price'), { name: null }, 'ko')
    expect(fields.map(({ reason }) => reason)).toEqual([
      '상품명은 필수 입력 대상입니다.',
      '설명란은 필수 입력 대상입니다.',
      'schema',
    ])
  })

  test('a text of the wrong type keeps its reason, and a body that is none does not matter', () => {
    expect(inShopWords(refused('name'), { name: 3 }, 'ko').fields[0]?.reason).toBe('schema')
    expect(inShopWords(refused('body'), null, 'ko').fields[0]?.reason).toBe('schema')
  })
})
