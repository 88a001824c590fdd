// Administrators are made here, by whoever runs the service, and never by signing up.
import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import type { UserApi } from '../modules/user/contract.ts'

export interface AdminAccount {
  email: string
  password: string
}

/** An account of the same e-mail stays as it is. */
export function ensureAdmin(
  user: UserApi,
  { email, password }: AdminAccount,
): Promise<{ userId: number; created: boolean }> {
  return user.ensureAccount({
    email,
    password,
    name: '운영자',
    address: '-',
    phoneNumber: unusedNumber(email),
    role: 'ADMIN',
  })
}

export async function ensureFirstAdmin(user: UserApi, config: Config): Promise<void> {
  if (config.firstAdmin !== undefined) await ensureAdmin(user, config.firstAdmin)
}

/** An account needs a phone number that no other has. 019 numbers are given to nobody any more. */
function unusedNumber(email: string): string {
  const digits = String(
    createHash('sha256').update(email.trim().toLowerCase()).digest().readUInt32BE() % 10_000_000,
  ).padStart(7, '0')
  return `019-9${digits.slice(0, 3)}-${digits.slice(3)}`
}
