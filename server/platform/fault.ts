/** What a log may say of a fault: its kind, code and place. Messages of drivers quote values, so they stay out. */
export function describeFault(error: unknown): { name: string; code: unknown; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, code: undefined, at: [] }
  const cause = error.cause instanceof Error ? error.cause : error
  const lines = cause.stack?.split('\n') ?? []
  return {
    name: cause.name,
    code: 'code' in cause ? cause.code : undefined,
    // A message may have several lines, which stand before the frames.
    at: lines
      .filter((line) => line.startsWith('    at '))
      .slice(0, PLACES_MAX)
      .map((line) => line.trim()),
  }
}

const PLACES_MAX = 5
