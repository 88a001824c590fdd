// For orders: who gets the goods where the buyer names nobody else.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Db } from '../../platform/db.ts'
import type { Recipient } from '../order/contract.ts'
import { openPersonal } from './personal.ts'
import { findProfile } from './sql-profile.ts'

/** Undefined where there is no such member. */
export async function readRecipient(
  { db, pii }: { db: Db; pii: PersonalData },
  userId: number,
): Promise<Recipient | undefined> {
  const profile = await findProfile(db, userId)
  if (profile === undefined) return undefined
  return {
    name: openPersonal(pii, 'name', profile),
    phoneNumber: openPersonal(pii, 'phone', profile),
    address: openPersonal(pii, 'address', profile),
  }
}
