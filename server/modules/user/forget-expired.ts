import type { Clock } from '../../platform/clock.ts'
import { sqlState, type Database } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import type { Worker } from '../../platform/worker.ts'
import { forgetExpired } from './sql.ts'

const EVERY_MS = 5 * 60 * 1000

/** Keeps the tables of logins and denials as small as what is alive. */
export function createForgetWorker(deps: { database: Database; clock: Clock; log: Log }): Worker {
  let timer: NodeJS.Timeout | undefined
  let inHand: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    try {
      await forgetExpired(deps.database.db, new Date(deps.clock.now()))
    } catch (error) {
      deps.log.warn({ code: sqlState(error) }, 'expired logins could not be deleted; tried again later')
    }
  }
  return {
    name: 'user: forget expired logins',
    start() {
      timer = setInterval(() => {
        inHand = run()
      }, EVERY_MS)
      timer.unref()
      return Promise.resolve()
    },
    async stop() {
      clearInterval(timer)
      await inHand
    },
  }
}
