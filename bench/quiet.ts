// Other processes on the machine disturb. A full bench waits for them, for a bounded time in all; a quick one does not.
import { setTimeout as sleep } from 'node:timers/promises'
import { busySeconds } from './children.ts'

const LOOK_MS = 400
/** What is still quiet: the idle service, PostgreSQL's housekeeping, a shell. */
const QUIET_CORES = 0.3

/** For use between runs, when nothing of ours works. `msMax` is for all calls together. */
export function createQuiet(msMax: number): () => Promise<void> {
  let leftMs = msMax
  return async function waitForQuiet() {
    while (leftMs > 0) {
      const before = busySeconds()
      const startMs = performance.now()
      await sleep(LOOK_MS)
      const ms = performance.now() - startMs
      // Also leaves where the system does not tell.
      if (!((busySeconds() - before) / (ms / 1000) > QUIET_CORES)) return
      leftMs -= ms
    }
  }
}
