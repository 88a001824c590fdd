// Whoever is signed in proves once more who they are. Guessing is slowed down together with that at the login.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Passwords } from '../../platform/passwords.ts'
import { indexTries, openPersonal } from './personal.ts'
import type { SlowDown } from './slow-down.ts'
import type { Credentials } from './sql-password.ts'

export interface ProveDeps {
  pii: PersonalData
  passwords: Passwords
  slowDown: SlowDown
}

export type Refused = { outcome: 'wrong_password' } | { outcome: 'slow_down'; seconds: number }

/** Undefined where the password is theirs. The slow-down comes first: who must wait holds no place where passwords are checked. */
export async function provePassword(
  { pii, passwords, slowDown }: ProveDeps,
  account: Credentials,
  password: string,
): Promise<Refused | undefined> {
  const key = indexTries(pii, openPersonal(pii, 'email', account))
  const seconds = await slowDown.enter(key)
  if (seconds > 0) return { outcome: 'slow_down', seconds }
  if (!(await passwords.verify(account.passwordHash, password))) return { outcome: 'wrong_password' }
  await slowDown.forgive(key)
  return undefined
}
