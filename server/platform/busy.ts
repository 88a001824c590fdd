// How busy this process is, so that what nobody waits for can give way to what people wait for.
import { performance } from 'node:perf_hooks'

export interface Busy {
  /** Whether the event loop worked for more than half of the last second; no more once it is stopped. */
  isBusy(): boolean
  stop(): void
}

const EVERY_MS = 1_000
const BUSY_SHARE = 0.5

/** `every` calls until what it returns is called; `readShare` is the share of the time since its last call (0 to 1). */
export function watchBusy({
  every = everyUnref,
  readShare = shareSinceLast(),
}: { every?: (ms: number, run: () => void) => () => void; readShare?: () => number } = {}): Busy {
  let share = 0
  const end = every(EVERY_MS, () => {
    share = readShare()
  })
  return {
    isBusy: () => share > BUSY_SHARE,
    stop() {
      end()
      share = 0
    },
  }
}

function everyUnref(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms).unref()
  return () => clearInterval(timer)
}

function shareSinceLast(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
