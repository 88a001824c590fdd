import { describe, expect, test } from 'vitest'
import { clockText, partsOf, spokenDuration } from './duration.ts'
import { won } from './money.ts'
import { showTime } from './time.ts'

test('won is written the same in both languages', () => {
  expect(won(12_000)).toBe('₩12,000')
  expect(won(0)).toBe('₩0')
})

describe('a duration', () => {
  test('shows its last second until it is over, and nothing below zero', () => {
    expect(partsOf(1)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 1 })
    expect(clockText(60_000, 'ko')).toBe('01:00')
    expect(clockText(59_001, 'ko')).toBe('01:00')
    expect(clockText(-5, 'en')).toBe('00:00')
    expect(clockText(26 * 3_600_000 + 61_000, 'ko')).toBe('1일 02:01:01')
  })

  test('is said in its two largest units', () => {
    expect(spokenDuration(600_000, 'ko')).toBe('10분')
    expect(spokenDuration(3_900_000, 'en')).toBe('1 hour 5 minutes')
    expect(spokenDuration(1_000, 'en')).toBe('1 second')
    expect(spokenDuration(0, 'ko')).toBe('0초')
  })
})

describe('a time', () => {
  const noon = new Date('2026-01-02T12:00:00+09:00')

  test('is that of Korea alone for those who are there', () => {
    const { seoul, local } = showTime(noon, 'ko', {}, 'Asia/Seoul')
    expect(seoul).toContain('12:00')
    expect(local).toBeUndefined()
  })

  test('has the viewer’s own beside it where that differs', () => {
    const { seoul, local } = showTime(noon, 'en', {}, 'Europe/Paris')
    expect(seoul).toContain('12:00')
    expect(local).toMatch(/04:00 GMT\+1/)
  })
})
