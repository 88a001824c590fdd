// How far the server's clock is from the page's, judged by round trips.

/** `sentMs` and `receivedMs` by the page's own clock, `serverMs` by the server's, somewhere between the two. */
export interface RoundTrip {
  sentMs: number
  receivedMs: number
  serverMs: number
}

export interface Offset {
  /** To be added to the page's clock. */
  offsetMs: number
  /** The truth is at most so far away, in whole milliseconds. */
  accuracyMs: number
}

export const ROUND_TRIPS = 5

/** The server names whole milliseconds. */
const RESOLUTION_MS = 1

/**
 * The quickest trip says most: the server's word is from some moment within it, so half of it is the most that the middle is wrong.
 * Undefined where no trip came back.
 */
export function offsetOf(trips: readonly RoundTrip[]): Offset | undefined {
  const possible = trips.filter(({ sentMs, receivedMs }) => receivedMs >= sentMs)
  const [first, ...others] = possible
  if (first === undefined) return undefined
  const best = others.reduce((found, trip) => (lengthOf(trip) < lengthOf(found) ? trip : found), first)
  return {
    offsetMs: best.serverMs - (best.sentMs + best.receivedMs) / 2,
    accuracyMs: Math.ceil(lengthOf(best) / 2 + RESOLUTION_MS),
  }
}

const lengthOf = ({ sentMs, receivedMs }: RoundTrip): number => receivedMs - sentMs
