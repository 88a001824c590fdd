import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import { openPersonal } from './personal.ts'
import { hashCode } from './send-code.ts'
import { certifyAccount, findAccount, takeTry, useCode } from './sql.ts'

const TRIES_MAX = 5

export type VerifyOutcome =
  { outcome: 'verified'; email: string } | { outcome: 'refused' } | { outcome: 'unknown_user' }

/** A wrong, expired, used or too often tried code is one answer. Every try counts, also those made at the same time. */
export async function verifyEmail(
  deps: { database: Database; pii: PersonalData; clock: Clock },
  userId: number,
  code: string,
): Promise<VerifyOutcome> {
  const { database, pii, clock } = deps
  return database.transaction<VerifyOutcome>(async (tx) => {
    const account = await findAccount(tx, userId)
    if (account === undefined) return { outcome: 'unknown_user' }
    const now = new Date(clock.now())
    // The row stays locked from here: of two right answers only the first finds the code unused.
    const live = await takeTry(tx, userId, now, TRIES_MAX)
    if (live === undefined || !timingSafeEqual(live.codeHash, hashCode(pii, userId, code)))
      return { outcome: 'refused' }
    await useCode(tx, userId, now)
    await certifyAccount(tx, userId, now)
    return { outcome: 'verified', email: openPersonal(pii, 'email', account) }
  })
}
