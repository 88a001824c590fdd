// The end of a process that others still send requests to: it says so, answers on for a while, and keeps no connection.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Http } from '../platform/http.ts'

export interface Drain {
  isDraining(): boolean
  /** Starts the end; resolves when nobody needs to be answered any more. */
  wait(): Promise<void>
}

export function createDrain(http: Http, drainMs: number): Drain {
  let isDraining = false
  http.addHook('onRequest', (_request, reply, done) => {
    if (isDraining) reply.header('connection', 'close')
    done()
  })
  return {
    isDraining: () => isDraining,
    async wait() {
      isDraining = true
      // Connections end with their next answer, not before: whoever is just sending a request would lose it.
      if (drainMs > 0) await sleep(drainMs)
    },
  }
}
