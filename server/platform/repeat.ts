import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { Worker } from './worker.ts'

/**
 * A worker that does `work` again and again, `everyMs` after the last one ended. `work` may return true to go on at
 * once: there is more to do. A failure is logged and tried again at the next turn.
 */
export function repeat(name: string, everyMs: number, log: Log, work: () => Promise<boolean | void>): Worker {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const more = await work().catch((error: unknown) => {
        log.warn(
          { worker: name, fault: (error as Error).name, code: (error as { code?: unknown }).code },
          'worker failed; it tries again',
        )
        return false
      })
      if (more !== true) await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  return {
    name,
    async start() {
      running = loop()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
