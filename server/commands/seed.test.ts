import { describe, expect, it } from 'vitest'
import { parseDuration } from './seed.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['30m', 1800],
    ['4h', 14_400],
    ['7d', 604_800],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })
  it.each(['', '4', 'h', '0h', '-1h', '4 h', '1.5h'])('refuses "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow(/no time/)
  })
})
