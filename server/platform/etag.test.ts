import { describe, expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { etagOf, isNamedIn, requireMatch } from './etag.ts'

test('a tag is short, quoted, and the same for the same text only', () => {
  expect(etagOf('머그컵')).toMatch(/^"[\w-]{22}"$/)
  expect(etagOf('머그컵')).toBe(etagOf('머그컵'))
  expect(etagOf('머그컵')).not.toBe(etagOf('머그'))
})

describe('If-None-Match', () => {
  test.each(['"a"', 'W/"a"', '"x", "a"', '"x",W/"a" , "y"', '*', ' * '])('%s names "a"', (header) => {
    expect(isNamedIn(header, '"a"')).toBe(true)
  })

  test.each([undefined, '', 'a', '"b"', '"A"', '"a', 'W/', '"x, a"', '"ab"'])('%s does not', (header) => {
    expect(isNamedIn(header, '"a"')).toBe(false)
  })
})

describe('If-Match', () => {
  const refusal = (header: string | undefined, current: string | ((tag: string) => boolean)): string => {
    try {
      requireMatch(header, current)
    } catch (error) {
      if (error instanceof AppError) return error.code
      throw error
    }
    return 'none'
  }

  test.each([undefined, '*', '"a"', '"b", "a"'])('%s lets the change happen', (header) => {
    expect(refusal(header, '"a"')).toBe('none')
  })

  test.each(['', '"b"', 'W/"a"', 'a', '"'])('%s does not: weak tags never match', (header) => {
    expect(refusal(header, '"a"')).toBe('PRECONDITION_FAILED')
  })

  test('what counts as the same may be a part of the tag', () => {
    const sameRevision = (tag: string): boolean => tag.split('.')[0] === 'r1'
    expect(refusal('"r1.any"', sameRevision)).toBe('none')
    expect(refusal('"r2.any"', sameRevision)).toBe('PRECONDITION_FAILED')
    expect(refusal('W/"r1.any"', sameRevision)).toBe('PRECONDITION_FAILED')
  })
})
