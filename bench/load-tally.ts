// What a run of load counts, and the file of every order it was told of.
import { appendFileSync, writeFileSync } from 'node:fs'
import { createHistogram, type Histogram } from './histogram.ts'
import { SLICE_MS, type LoadJob, type LoadResult } from './load-protocol.ts'

/** Numbers kept before they are written; a long run would fill the memory of this process otherwise, and stop it. */
const KEPT_MAX = 16_384

export interface Tally {
  /** An answer of the measured part, `measuredMs` after that began. */
  add(measuredMs: number, status: number, latencyMs: number): void
  result(): Pick<LoadResult, 'statuses' | 'accepted' | 'refused' | 'timeline' | 'slowest' | 'slices'>
}

export function createTally({ sliceSeconds }: Pick<LoadJob, 'sliceSeconds'>): Tally {
  const accepted = createHistogram()
  const refused = createHistogram()
  const slices: Histogram[] = []
  const statuses: Record<string, number> = {}
  const timeline: number[] = []
  const slowest: number[] = []
  return {
    add(measuredMs, status, latencyMs) {
      statuses[status] = (statuses[status] ?? 0) + 1
      const short = Math.floor(measuredMs / SLICE_MS)
      if (!(latencyMs <= (slowest[short] ?? 0))) slowest[short] = latencyMs
      if (status < 300) {
        accepted.add(latencyMs)
        timeline[short] = (timeline[short] ?? 0) + 1
        if (sliceSeconds === undefined) return
        const long = Math.floor(measuredMs / 1000 / sliceSeconds)
        ;(slices[long] ??= createHistogram()).add(latencyMs)
      } else if (status === 409) refused.add(latencyMs)
    },
    result: () => ({
      statuses,
      accepted: accepted.data(),
      refused: refused.data(),
      timeline: Array.from(timeline, (count) => count ?? 0),
      slowest: Array.from(slowest, (ms) => ms ?? 0),
      slices: Array.from(slices, (slice) => slice?.data() ?? []),
    }),
  }
}

export interface PlacedFile {
  add(orderId: number, keyNumber: number): void
  count(): number
  /** Writes what is kept. */
  close(): void
}

export function createPlacedFile(path: string): PlacedFile {
  writeFileSync(path, '')
  let kept: number[] = []
  let written = 0
  const flush = (): void => {
    appendFileSync(path, new Uint8Array(new Float64Array(kept).buffer))
    written += kept.length
    kept = []
  }
  return {
    add(orderId, keyNumber) {
      kept.push(orderId, keyNumber)
      if (kept.length >= KEPT_MAX) flush()
    },
    count: () => (written + kept.length) / 2,
    close: flush,
  }
}
