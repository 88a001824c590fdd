// The load process: runs one job after the other, as the bench asks over IPC, and ends with it.
import { payOrders } from './load-payments.ts'
import type { LoadJob, PayJob } from './load-protocol.ts'
import { runLoad } from './load-run.ts'

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the bench ends this process when it is done with it.
process.on('SIGINT', () => undefined)
process.on('message', (job: LoadJob | PayJob) => {
  const done = 'simulatorPort' in job ? payOrders(job) : runLoad(job)
  done.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
