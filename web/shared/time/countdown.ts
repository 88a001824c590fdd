// A countdown as numbers: what of it is said aloud.

/** Milliseconds before the end at which a countdown is said aloud. 0: it is over. */
export const OPENING_CUES = [600_000, 60_000, 10_000, 0] as const
export const HOLD_CUES = [60_000, 0] as const

/** The latest cue passed between two looks: after a long sleep only what is still true is said. */
export function cuePassed(
  cues: readonly number[],
  { beforeMs, nowMs }: { beforeMs: number; nowMs: number },
): number | undefined {
  const passed = cues.filter((cue) => beforeMs > cue && nowMs <= cue)
  return passed.length === 0 ? undefined : Math.min(...passed)
}
