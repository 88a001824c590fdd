import { describe, expect, test } from 'vitest'
import { gramsOf, isExact, wordsOf } from './search-words.ts'

describe('words', () => {
  test.each([
    ['', []],
    [' \t\n', []],
    ['  머그  컵 ', ['머그', '컵']],
    ['Mug MUG mug', ['mug']],
    ['머그컵'.normalize('NFD'), ['머그컵']],
    ['100% _a', ['100%', '_a']],
  ])('of %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  test('are not too many', () => {
    expect(wordsOf(Array.from({ length: 25 }, (_, i) => String(i)).join(' '))).toHaveLength(10)
  })
})

describe('grams', () => {
  const gram = (first: number, second: number): number => first * 65_536 + second - 2 ** 31

  test('of a word are its pairs, of a letter the letter', () => {
    expect(gramsOf('a')).toEqual([gram(97, 0)])
    expect(gramsOf('ab')).toEqual([gram(97, 98)])
    expect(gramsOf('머그컵')).toEqual([gram(0xba38, 0xadf8), gram(0xadf8, 0xcef5)])
  })

  test('are whole numbers of 32 bits, whatever the letters', () => {
    for (const value of gramsOf('\uffff😀😀힣'))
      expect([value >= -(2 ** 31), value < 2 ** 31, Number.isInteger(value)]).toEqual([true, true, true])
  })

  test('tell all of a word that has one or two letters', () => {
    expect(['a', 'ab', '머그', '머그컵'].map(isExact)).toEqual([true, true, true, false])
  })
})
