// What opens a breaker: the share of failures among the calls of the last seconds. cockatiel's own sampling window moves on only when it is
// called, so that after a quiet hour the failures before it would still count.
import { CircuitState, type IBreaker } from 'cockatiel'
import type { Clock } from '../../platform/clock.ts'

interface Slice {
  no: number
  calls: number
  failures: number
}

const SLICES = 10

export function createFailureWindow(options: {
  windowMs: number
  /** Fewer calls than that say nothing. */
  callsMin: number
  /** Of the calls; 0.5 is every second one. */
  shareMin: number
  clock: Clock
}): IBreaker {
  const { windowMs, callsMin, shareMin, clock } = options
  let slices: Slice[] = []

  const count = (failures: 0 | 1): void => {
    const no = Math.floor((clock.now() * SLICES) / windowMs)
    slices = slices.filter((slice) => slice.no > no - SLICES)
    let slice = slices.at(-1)
    if (slice?.no !== no) slices.push((slice = { no, calls: 0, failures: 0 }))
    slice.calls += 1
    slice.failures += failures
  }
  const sum = (name: 'calls' | 'failures'): number => slices.reduce((all, slice) => all + slice[name], 0)

  return {
    state: undefined,
    // It has failed for long enough to be opened: what was before the pause says nothing about now.
    success(state) {
      if (state !== CircuitState.Closed) slices = []
      count(0)
    },
    failure(state) {
      count(1)
      return (
        state !== CircuitState.Closed ||
        (sum('calls') >= callsMin && sum('failures') >= shareMin * sum('calls'))
      )
    },
  }
}
