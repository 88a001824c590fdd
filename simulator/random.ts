// Chance from a seed: the same seed makes the same ids and the same misfortunes.

export interface Random {
  /** Evenly from 0 to 1, 1 excluded. */
  next(): number
  /** `length` capital letters and digits. */
  text(length: number): string
  digits(length: number): string
}

const CAPITALS = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'

/** mulberry32: small, fast, and good enough for what is not secret. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const draw = (alphabet: string, length: number): string => {
    let text = ''
    while (text.length < length) text += alphabet[Math.floor(next() * alphabet.length)]
    return text
  }
  return { next, text: (length) => draw(CAPITALS, length), digits: (length) => draw('0123456789', length) }
}
