// The end of a process that others still send requests to: it says so, answers on for a while, and keeps no connection.
import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Http } from '../platform/http.ts'

export interface Drain {
  isDraining(): boolean
  /** Starts the end; resolves when nobody needs to be answered any more. */
  wait(): Promise<void>
}

/** How long connections that are there may ask once more, when no new ones are taken. */
const LAST_REQUESTS_MS_MAX = 1_000

export function createDrain(http: Http, drainMs: number): Drain {
  let isDraining = false
  let isClosed = false
  http.addHook('onRequest', (_request, reply, done) => {
    if (isClosed) reply.header('connection', 'close')
    done()
  })
  return {
    isDraining: () => isDraining,
    async wait() {
      isDraining = true
      if (drainMs === 0) return
      await sleep(drainMs)
      // Whoever is refused a connection goes elsewhere with nothing sent. Connections end with their next answer, not before: a
      // request that is on its way would be lost. And not earlier: of those that replace them some would still wait to be accepted.
      isClosed = true
      const ended = new Promise<void>((resolve) => http.server.once('close', resolve))
      // The close of `http` would end idle connections first.
      Server.prototype.close.call(http.server)
      await Promise.race([ended, sleep(LAST_REQUESTS_MS_MAX, undefined, { ref: false })])
    },
  }
}
