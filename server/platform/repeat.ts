import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { Worker } from './worker.ts'

/**
 * A worker that does `work` again and again, `everyMs` after the last one ended, or after the milliseconds that
 * `work` returns: there is more to do. A failure is logged and tried again at the next turn.
 */
export function repeat(name: string, everyMs: number, log: Log, work: () => Promise<number | void>): Worker {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const nextMs = await work().catch((error: unknown) => {
        const { name: fault, code } = error as { name?: string; code?: unknown }
        log.warn({ worker: name, fault, code }, 'worker failed; it tries again')
      })
      await sleep(nextMs ?? everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
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
