import { describe, expect, test } from 'vitest'
import { decodeCursor, encodeCursor, isByCursor, toCursorPage, type PageOrCursor } from './cursor.ts'
import { AppError } from './errors.ts'

const codeOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'none'
}
const raw = (text: string): string => Buffer.from(text).toString('base64url')

describe('cursors', () => {
  test('come back as they were made', () => {
    const parts = ['newest', null, '한정판', Number.MAX_SAFE_INTEGER] as const
    expect(decodeCursor(encodeCursor(parts), ['text', 'integer?', 'text', 'integer'])).toEqual(parts)
  })

  test.each([
    '',
    'x',
    'null',
    raw('null'),
    raw('{}'),
    raw('[]'),
    raw('["a"]'),
    raw('["a",1,2]'),
    raw('["a",1.5]'),
    raw('["a",1e300]'),
    raw('["a",9007199254740992]'),
    raw('["a",null]'),
    raw('[1,1]'),
    raw('["a\\u0000",1]'),
    raw('["a", 1]'),
    `${encodeCursor(['a', 1])}=`,
    `${encodeCursor(['a', 1])}\n`,
    raw(JSON.stringify(['a'.repeat(400), 1])),
    '\ud800',
  ])('%j is not one of ours', (text) => {
    expect(codeOf(() => decodeCursor(text, ['text', 'integer']))).toBe('INVALID_CURSOR')
  })

  test.each<[PageOrCursor, boolean | string]>([
    [{}, false],
    [{ page: 0, size: 20 }, false],
    [{ limit: 5 }, true],
    [{ cursor: 'WzFd' }, true],
    [{ page: 0, limit: 5 }, 'limit'],
    [{ size: 5, cursor: 'WzFd', limit: 5 }, 'cursor'],
  ])('%j asks for a page, for what follows a cursor, or for both, which is refused', (query, expected) => {
    let told: unknown
    try {
      told = isByCursor(query)
    } catch (error) {
      told = error instanceof AppError ? error.fields[0]?.field : error
    }
    expect(told).toBe(expected)
  })

  test('a page has a next one only where there is more', () => {
    const page = (rows: number[]): unknown => toCursorPage(rows, 2, (row) => [row])
    expect(page([])).toEqual({ content: [], next: null })
    expect(page([5, 4])).toEqual({ content: [5, 4], next: null })
    expect(page([5, 4, 3])).toEqual({ content: [5, 4], next: encodeCursor([4]) })
  })
})
