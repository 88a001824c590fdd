// Jobs that failed for good are tried again, and who had it done is kept with it.
import { writeAudit } from './audit.ts'
import type { Database } from './db.ts'
import type { Jobs, Redrive } from './jobs.ts'

/** How many are being tried again. `actorId` 0: nobody who is signed in, at the command line. */
export function redriveDead(
  { database, jobs }: { database: Database; jobs: Pick<Jobs, 'redrive'> },
  actorId: number,
  which: Redrive,
): Promise<number> {
  return database.transaction(async (tx) => {
    const redriven = await jobs.redrive(tx, which)
    const after = { queue: which.queue ?? null, ids: which.ids?.length ?? null, redriven }
    await writeAudit(tx, [{ actorId, subject: 'job', subjectId: 0, action: 'REDRIVE', before: null, after }])
    return redriven
  })
}
