// What somebody looks for: words, each of which must be in the name or the description, in whatever place.

/** Of one search; what comes after them is not looked for. */
const WORDS_MAX = 10

/** Hangul in parts is put together and ASCII letters have one case, as in what is looked through. */
export function wordsOf(text: string): string[] {
  const words = text
    .normalize('NFC')
    .replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .split(/\s+/)
  return [...new Set(words)].filter((word) => word !== '').slice(0, WORDS_MAX)
}

const LETTER_MAX = 65_535
const LETTERS = 65_536
const LOWEST = 2 ** 31

/** Numbers of its pairs of letters, or of its one letter: `items.grams` makes the same of texts. */
export function gramsOf(word: string): number[] {
  const codes = Array.from(word, (letter) => Math.min(letter.codePointAt(0)!, LETTER_MAX))
  const pairs = codes.slice(1).map((code, at) => codes[at]! * LETTERS + code)
  return (pairs.length === 0 ? [codes[0]! * LETTERS] : pairs).map((gram) => gram - LOWEST)
}

/** What has all its pairs may have them elsewhere; what is one pair or one letter has it. */
export const isExact = (word: string): boolean => Array.from(word).length <= 2
