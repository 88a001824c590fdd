import { randomBytes, randomUUID } from 'node:crypto'

/** Randomness comes in from outside, so that tests can set it. */
export interface Ids {
  uuid(): string
  /** `length` characters drawn evenly from `alphabet` (at most 256 characters). */
  text(alphabet: string, length: number): string
}

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  text(alphabet, length) {
    const limit = 256 - (256 % alphabet.length)
    let out = ''
    while (out.length < length) {
      for (const byte of randomBytes(length * 2)) {
        // Bytes past the last whole multiple would favour the first characters.
        if (byte < limit && out.length < length) out += alphabet[byte % alphabet.length]
      }
    }
    return out
  },
}
