// For mails of other modules: where somebody is written to, and in which language.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Db } from '../../platform/db.ts'
import type { Contact } from './contract.ts'
import { openPersonal } from './personal.ts'
import { listContacts } from './sql.ts'

/** Those who have left are left out. */
export async function readContacts(
  { db, pii }: { db: Db; pii: PersonalData },
  userIds: readonly number[],
): Promise<Map<number, Contact>> {
  const rows = await listContacts(db, userIds)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        email: openPersonal(pii, 'email', row),
        name: openPersonal(pii, 'name', row),
        language: row.language,
      },
    ]),
  )
}
