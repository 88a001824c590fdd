// What the last minute holds, from what was told of it. Pure.
export interface PerSecond {
  claims: number
  placed: number
  paid: number
  expired: number
  canceled: number
}

export interface ChartPoint extends PerSecond {
  at: number
  refusals: Readonly<Record<string, number>>
}

export const MINUTE_MS = 60_000
const SECOND_MS = 1_000
/** Told each second, give or take; after a longer silence nothing is known to have happened. */
const GAP_MS = 1_900

/** Of the points before and those that were told at a new start: each second once, those of the minute before the last. */
export function joinPoints(
  before: readonly ChartPoint[],
  told: readonly ChartPoint[],
): readonly ChartPoint[] {
  const knownUntil = before.at(-1)?.at ?? 0
  const all = [...before, ...told.filter(({ at }) => at > knownUntil + SECOND_MS / 2)]
  const end = all.at(-1)?.at ?? 0
  return all.filter(({ at }) => at > end - MINUTE_MS - SECOND_MS)
}

/** Seconds in which nothing happened are told of no more: lines go down to zero there, and not across. */
export function withQuiet(points: readonly ChartPoint[]): readonly ChartPoint[] {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return []
  const start = last.at - MINUTE_MS
  const lead = first.at - start > GAP_MS ? [quiet(start), quiet(first.at - SECOND_MS)] : []
  return [
    ...lead,
    ...points.flatMap((point, n) => {
      const before = points[n - 1]
      return before === undefined || point.at - before.at <= GAP_MS
        ? [point]
        : [quiet(before.at + SECOND_MS), quiet(point.at - SECOND_MS), point]
    }),
  ].filter((point, n, all) => n === 0 || point.at > all[n - 1]!.at)
}

const quiet = (at: number): ChartPoint => ({
  at,
  claims: 0,
  placed: 0,
  paid: 0,
  expired: 0,
  canceled: 0,
  refusals: {},
})

/** `[reason, how often]` within the minute, most first. */
export function refusalsOf(points: readonly ChartPoint[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>()
  const end = points.at(-1)?.at ?? 0
  for (const { at, refusals } of points) {
    if (at <= end - MINUTE_MS) continue
    for (const [reason, amount] of Object.entries(refusals))
      sums.set(reason, (sums.get(reason) ?? 0) + amount)
  }
  return [...sums].toSorted(([, a], [, b]) => b - a)
}
