// What of a person is sealed, and how it is normalised to be found again.
import type { PersonalData } from '../../platform/crypto.ts'

const TABLE = 'users.account'

export interface Person {
  name: string
  email: string
  address: string
  phone: string
}

export type SealedPerson = Record<keyof Person, Buffer> & { emailIndex: Buffer; phoneIndex: Buffer }

export function sealPerson(pii: PersonalData, id: number, person: Person): SealedPerson {
  const seal = (column: keyof Person): Buffer => pii.seal({ table: TABLE, column, rowId: id }, person[column])
  return {
    name: seal('name'),
    email: seal('email'),
    address: seal('address'),
    phone: seal('phone'),
    emailIndex: indexEmail(pii, person.email),
    phoneIndex: indexPhone(pii, person.phone),
  }
}

export function openPersonal(
  pii: PersonalData,
  column: keyof Person,
  row: { id: number } & Partial<Record<keyof Person, Buffer>>,
): string {
  const envelope = row[column]
  if (envelope === undefined) throw new Error(`${column} was not read`)
  return pii.open({ table: TABLE, column, rowId: row.id }, envelope)
}

/** `Kim@Shop.example ` and `kim@shop.example` are one address. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}

export const indexEmail = (pii: PersonalData, email: string): Buffer =>
  pii.index('email', normaliseEmail(email))

/** Another hash than the account's: who reads the tables does not see whose tries they are. */
export const indexTries = (pii: PersonalData, email: string): Buffer =>
  pii.index('log-in try', normaliseEmail(email))

/** Digits only: 010-1234-5678 and 01012345678 are one number. */
const normalisePhone = (phone: string): string => phone.replaceAll(/\D/g, '')

const indexPhone = (pii: PersonalData, phone: string): Buffer => pii.index('phone', normalisePhone(phone))

/** Other hashes than the account's: they find what was bought under an account that is gone, and no account. */
export const indexDeparted = (
  pii: PersonalData,
  { email, phone }: Pick<Person, 'email' | 'phone'>,
): { emailHash: Buffer; phoneHash: Buffer } => ({
  emailHash: pii.index('departed email', normaliseEmail(email)),
  phoneHash: pii.index('departed phone', normalisePhone(phone)),
})

export const tidy = (text: string): string => text.trim().normalize('NFC')

/** New contact data of an account, sealed. */
export function sealContact(
  pii: PersonalData,
  id: number,
  { address, phone }: Pick<Person, 'address' | 'phone'>,
): Pick<SealedPerson, 'address' | 'phone' | 'phoneIndex'> {
  return {
    address: pii.seal({ table: TABLE, column: 'address', rowId: id }, address),
    phone: pii.seal({ table: TABLE, column: 'phone', rowId: id }, phone),
    phoneIndex: indexPhone(pii, phone),
  }
}
