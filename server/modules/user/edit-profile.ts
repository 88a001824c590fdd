import { writeAudit } from '../../platform/audit.ts'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import { brokenConstraint, type Database } from '../../platform/db.ts'
import { sealContact, tidy } from './personal.ts'
import type { EditProfileRequest } from './profile-bodies.ts'
import { updateContact } from './sql-profile.ts'

export interface EditProfileDeps {
  database: Database
  pii: PersonalData
  clock: Clock
}

export type EditProfileOutcome =
  | { outcome: 'edited'; id: number; address: string; phoneNumber: string }
  | { outcome: 'unknown_user' }
  | { outcome: 'phone_taken' }

export async function editProfile(
  { database, pii, clock }: EditProfileDeps,
  userId: number,
  input: EditProfileRequest,
): Promise<EditProfileOutcome> {
  const contact = { address: tidy(input.address), phone: tidy(input.phoneNumber) }
  const sealed = sealContact(pii, userId, contact)
  const entry = { actorId: userId, subject: 'account', subjectId: userId, action: 'PROFILE' } as const
  try {
    const isThere = await database.transaction(async (tx) => {
      if (!(await updateContact(tx, userId, sealed, new Date(clock.now())))) return false
      await writeAudit(tx, [{ ...entry, before: null, after: null }])
      return true
    })
    if (!isThere) return { outcome: 'unknown_user' }
  } catch (error) {
    if (brokenConstraint(error) === 'account_phone_taken') return { outcome: 'phone_taken' }
    throw error
  }
  return { outcome: 'edited', id: userId, address: contact.address, phoneNumber: contact.phone }
}
