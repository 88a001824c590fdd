// Latencies in buckets that grow by 2.2 %: small, cheap to fill, and exact enough for a p99.

const PER_OCTAVE = 32
/** 1 us to more than 60 s. */
const BUCKETS = PER_OCTAVE * 26

/** Sparse: [bucket, count] pairs. */
export type HistogramData = [number, number][]

export interface Histogram {
  add(milliseconds: number): void
  count(): number
  data(): HistogramData
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS)
  let total = 0
  return {
    add(milliseconds) {
      const micros = milliseconds * 1000
      const bucket = micros <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(micros) * PER_OCTAVE))
      counts[bucket]!++
      total++
    },
    count: () => total,
    data: () => [...counts].flatMap((count, bucket): HistogramData => (count > 0 ? [[bucket, count]] : [])),
  }
}

export function mergeHistograms(all: readonly HistogramData[]): HistogramData {
  const sums = new Map<number, number>()
  for (const data of all) for (const [bucket, n] of data) sums.set(bucket, (sums.get(bucket) ?? 0) + n)
  return [...sums].toSorted((a, b) => a[0] - b[0])
}

/** The latency in ms that `share` of all stayed within (the upper end of the bucket). NaN where nothing was counted. */
export function quantile(data: HistogramData, share: number): number {
  const total = data.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of data) {
    seen += count
    if (seen >= total * share) return 2 ** (bucket / PER_OCTAVE) / 1000
  }
  return Number.NaN
}
