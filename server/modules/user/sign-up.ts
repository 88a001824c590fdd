import type { UserRole } from '../../platform/auth.ts'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import { brokenConstraint, type Database } from '../../platform/db.ts'
import type { Language } from '../../platform/errors.ts'
import type { Jobs } from '../../platform/jobs.ts'
import type { Passwords } from '../../platform/passwords.ts'
import type { NewAccount, OtherModules } from './contract.ts'
import { indexDeparted, sealPerson, tidy, type Person } from './personal.ts'
import { CODE_QUEUE } from './send-code.ts'
import { takeDeparted } from './sql-departed.ts'
import { findTaken, insertAccount, nextAccountIds } from './sql.ts'

export interface SignUpDeps {
  database: Database
  pii: PersonalData
  passwords: Passwords
  jobs: Jobs
  clock: Clock
  others: Pick<OtherModules, 'orders'>
}

export type SignUpOutcome =
  | { outcome: 'signed_up'; id: number; name: string; email: string }
  | { outcome: 'email_taken' }
  | { outcome: 'phone_taken' }

/** A new account; one that is not verified yet gets its code by mail, decided in the same transaction. */
export async function signUp(
  deps: SignUpDeps,
  input: NewAccount,
  language: Language,
): Promise<SignUpOutcome> {
  const { database, pii, passwords } = deps
  const person = toPerson(input)
  const [id = 0] = await nextAccountIds(database.db, 1)
  const sealed = sealPerson(pii, id, person)
  const taken = await findTaken(database.db, sealed.emailIndex, sealed.phoneIndex)
  if (taken.email) return { outcome: 'email_taken' }
  if (taken.phone) return { outcome: 'phone_taken' }
  const passwordHash = await passwords.hash(input.password)
  try {
    await insert(deps, { person, row: { id, ...sealed, passwordHash, language } }, input.role)
  } catch (error) {
    // Somebody else was faster between the look and the insert.
    const constraint = brokenConstraint(error)
    if (constraint === 'account_email_taken') return { outcome: 'email_taken' }
    if (constraint === 'account_phone_taken') return { outcome: 'phone_taken' }
    throw error
  }
  return { outcome: 'signed_up', id, name: person.name, email: person.email }
}

function toPerson({ name, email, address, phoneNumber }: NewAccount): Person {
  return { name: tidy(name), email: tidy(email), address: tidy(address), phone: tidy(phoneNumber) }
}

type Row = Omit<Parameters<typeof insertAccount>[1], 'role' | 'emailVerifiedAt'>

async function insert(
  { database, pii, jobs, clock, others }: SignUpDeps,
  { person, row }: { person: Person; row: Row },
  role: UserRole,
): Promise<void> {
  const isVerified = role !== 'UNCERTIFIED_USER'
  await database.transaction(async (tx) => {
    await insertAccount(tx, { ...row, role, emailVerifiedAt: isVerified ? new Date(clock.now()) : null })
    // Whoever was here before has bought what they have bought.
    const units = await takeDeparted(tx, indexDeparted(pii, person))
    if (units.length > 0) await others.orders.carryUnits(tx, row.id, units)
    if (!isVerified) await jobs.send(tx, CODE_QUEUE, { accountId: row.id, language: row.language })
  })
}
