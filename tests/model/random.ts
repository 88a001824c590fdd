// Everything that is left to chance in a history comes from one number, so that the history can be had again.

export interface Random {
  /** At least 0, less than 1. */
  next(): number
  between(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(all: readonly T[]): T
}

/** mulberry32: small, fast, and good enough to choose what happens next. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: (all) => all[Math.floor(next() * all.length)]!,
  }
}
