import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Passwords } from '../../platform/passwords.ts'
import { indexEmail, sealPerson, type Person } from './personal.ts'
import { findAccountsByEmail, insertAccounts, nextAccountIds, type NewAccountRow } from './sql.ts'

interface SeedDeps {
  database: Database
  pii: PersonalData
  passwords: Passwords
  clock: Clock
  ids: Ids
}

const BATCH_ROWS_MAX = 1_000

/** Certified buyers for load tests, in their order. They share one random password: they act through issued tokens. */
export async function seedBuyers(deps: SeedDeps, count: number): Promise<number[]> {
  const passwordHash = await deps.passwords.hash(deps.ids.uuid())
  const ids: number[] = []
  for (let first = 1; first <= count; first += BATCH_ROWS_MAX) {
    const last = Math.min(count, first + BATCH_ROWS_MAX - 1)
    const people = Array.from({ length: last - first + 1 }, (_, index) => loadBuyer(first + index))
    // eslint-disable-next-line no-await-in-loop -- one batch at a time keeps the statements bounded
    ids.push(...(await seedBatch(deps, people, passwordHash)))
  }
  return ids
}

function loadBuyer(number: number): Person {
  const digits = String(number).padStart(8, '0')
  return {
    email: `load-buyer-${String(number).padStart(6, '0')}@load.example`,
    name: `구매자 ${number}`,
    address: '서울특별시 중구 세종대로 110',
    // 019 numbers are given to nobody any more.
    phone: `019-${digits.slice(0, 4)}-${digits.slice(4)}`,
  }
}

async function seedBatch(
  { database, pii, clock }: SeedDeps,
  people: readonly Person[],
  passwordHash: string,
): Promise<number[]> {
  const indexed = people.map((person) => ({ person, key: indexEmail(pii, person.email) }))
  const keys = indexed.map(({ key }) => key)
  const existing = await idsByKey(database, keys)
  const missing = indexed.filter(({ key }) => !existing.has(key.toString('hex')))
  if (missing.length === 0) return inOrder(keys, existing)
  const newIds = await nextAccountIds(database.db, missing.length)
  const at = new Date(clock.now())
  const rows = missing.map(({ person }, index): NewAccountRow => {
    const id = newIds[index] ?? 0
    const sealed = sealPerson(pii, id, person)
    return { id, ...sealed, passwordHash, role: 'CERTIFIED_USER', emailVerifiedAt: at, language: 'ko' }
  })
  await database.transaction((tx) => insertAccounts(tx, rows))
  return inOrder(keys, await idsByKey(database, keys))
}

async function idsByKey(database: Database, keys: readonly Buffer[]): Promise<Map<string, number>> {
  const accounts = await findAccountsByEmail(database.db, keys)
  return new Map(accounts.map(({ id, emailIndex }) => [emailIndex.toString('hex'), id]))
}

const inOrder = (keys: readonly Buffer[], ids: ReadonlyMap<string, number>): number[] =>
  keys.flatMap((key) => ids.get(key.toString('hex')) ?? [])
