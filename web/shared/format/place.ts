// The place of an order in the order of arrival, from its number.

/** The `n`th of its round: after a start of another process or gate a sale counts from 1 again, in a round of its own. */
export interface Place {
  round: number
  n: number
}

/** 1 is that of a sale that no gate has counted yet; the first gate counts in 2. */
export const FIRST_ROUND_MAX = 2
/** Numbers begin anew with each epoch of the gate, which is the upper part. */
const EPOCH = 2 ** 32
/** Above: numbered by commit while one gate took over from another. Later than all of the round, and no count of people. */
const COUNTED_MAX = 2 ** 31

/** Undefined where an order has none that says something to people. */
export function placeOf(saleSequence: number | undefined): Place | undefined {
  if (saleSequence === undefined) return undefined
  const n = saleSequence % EPOCH
  return n === 0 || n >= COUNTED_MAX ? undefined : { round: Math.floor(saleSequence / EPOCH), n }
}
