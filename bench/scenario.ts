// What a scenario is and what it gives.
import type { Figure } from './figures.ts'
import type { HistogramData } from './histogram.ts'
import type { Rig } from './rig.ts'
import type { Sample } from './sample.ts'

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
  timeline?: { name: string; sliceMs: number; values: number[]; marks: { at: number; name: string }[] }
}

export interface Scenario {
  numbers: readonly number[]
  name: string
  run(rig: Rig, known: Known): Promise<Outcome>
}
