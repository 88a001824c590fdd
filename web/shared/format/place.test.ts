import { describe, expect, test } from 'vitest'
import { placeOf } from './place.ts'

describe('a place in the order of arrival', () => {
  test('is a number within its round', () => {
    expect(placeOf(2 ** 32 + 7)).toEqual({ round: 1, n: 7 })
    expect(placeOf(3 * 2 ** 32 + 1)).toEqual({ round: 3, n: 1 })
  })

  test('is none where the order has none, or was numbered between two rounds', () => {
    expect(placeOf(undefined)).toBeUndefined()
    expect(placeOf(2 ** 32 + 2 ** 31 + 5)).toBeUndefined()
  })
})
