// How long to wait before asking again: longer each time, never all at once, and never faster than the server asked for.

const FIRST_MS = 600
const LONGEST_MS = 10_000

/** `tries`: how often it was asked so far. Between half and all of a span that doubles; `random` in [0, 1). */
export function backOffMs(
  tries: number,
  { random, waitSeconds }: { random: number; waitSeconds: number | undefined },
): number {
  const span = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(0, tries - 1), 10))
  const jittered = span / 2 + (span / 2) * random
  // What is asked for is asked of everybody: spread behind it.
  return waitSeconds === undefined ? jittered : waitSeconds * 1_000 + jittered
}
