// What happened over the time of one run, for the plots and for what is read off them.
import { SLICE_MS, type LoadResult } from './load-protocol.ts'
import type { Run } from './sample.ts'

export interface Timeline {
  name: string
  sliceMs: number
  values: number[]
  /** `at`: milliseconds since the first slice began. */
  marks: { at: number; name: string }[]
}

/** Orders per second of a run, with moments (epoch milliseconds) marked; those that are not known are left out. */
export function ordersOverTime(
  name: string,
  { result }: Pick<Run, 'result'>,
  moments: readonly { atMs: number; name: string }[],
): Timeline {
  return {
    name,
    sliceMs: SLICE_MS,
    values: result.timeline.map((count) => (count * 1000) / SLICE_MS),
    marks: moments
      .filter(({ atMs }) => Number.isFinite(atMs))
      .map((moment) => ({ at: moment.atMs - result.startedMs, name: moment.name })),
  }
}

const sliceAt = ({ startedMs }: LoadResult, atMs: number): number =>
  Math.max(0, Math.floor((atMs - startedMs) / SLICE_MS))

/** The slowest answer that came between two moments, in ms. */
export function slowestBetween(result: LoadResult, fromMs: number, toMs: number): number {
  return Math.max(0, ...result.slowest.slice(sliceAt(result, fromMs), sliceAt(result, toMs) + 1))
}

/** The longest time without an order between two moments, in whole slices. */
export function longestGapMs(result: LoadResult, fromMs: number, toMs: number): number {
  let longest = 0
  let gap = 0
  for (let slice = sliceAt(result, fromMs); slice <= sliceAt(result, toMs); slice++) {
    gap = (result.timeline[slice] ?? 0) > 0 ? 0 : gap + 1
    longest = Math.max(longest, gap)
  }
  return longest * SLICE_MS
}

/** When at the latest the first order after a moment was answered: the end of its slice. NaN: none was. */
export function firstOrderAfter(result: LoadResult, fromMs: number): number {
  // The slice of the moment itself may hold orders from before.
  const first = sliceAt(result, fromMs) + 1
  const found = result.timeline.findIndex((count, slice) => slice >= first && count > 0)
  return found < 0 ? Number.NaN : result.startedMs + (found + 1) * SLICE_MS
}
