// What a scenario is and what it gives.
import type { Figure } from './figures.ts'
import type { HistogramData } from './histogram.ts'
import type { Rig } from './rig.ts'
import type { Sample } from './sample.ts'
import type { Timeline } from './timeline.ts'

/** Rates that scenarios hand on to later ones. */
export interface Known {
  /** Medians: the floor F, orders, sold-out answers, all per second. */
  floor?: number
  serverMemoryMb?: () => number
}

export interface Outcome {
  figures: Figure[]
  samples: Sample[]
  /** Things that must never be: the bench fails. */
  faults: string[]
  /** For the plots. */
  curves?: { name: string; data: HistogramData }[]
  timelines?: Timeline[]
}

export interface Scenario {
  numbers: readonly number[]
  name: string
  /** A redis-server on the PATH; skipped without. */
  needsRedis?: true
  run(rig: Rig, known: Known): Promise<Outcome>
}
