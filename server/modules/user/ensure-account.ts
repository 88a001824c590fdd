import { AppError, type Language } from '../../platform/errors.ts'
import { checkSignUp } from './check-input.ts'
import type { NewAccount } from './contract.ts'
import { indexEmail } from './personal.ts'
import { signUp, type SignUpDeps } from './sign-up.ts'
import { findAccountByEmail } from './sql.ts'

const LANGUAGE: Language = 'ko'

/** For the command line: makes the account unless there is one with this e-mail, which then stays as it is. */
export async function ensureAccount(
  deps: SignUpDeps,
  input: NewAccount,
): Promise<{ userId: number; created: boolean }> {
  const existing = await findAccountByEmail(deps.database.db, indexEmail(deps.pii, input.email))
  if (existing !== undefined) return { userId: existing.id, created: false }
  const { role: _role, ...body } = input
  const fields = checkSignUp(body, LANGUAGE)
  if (fields.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields })
  const result = await signUp(deps, input, LANGUAGE)
  if (result.outcome === 'signed_up') return { userId: result.id, created: true }
  if (result.outcome === 'phone_taken') throw new AppError('ALREADY_REGISTERED_PHONE_NUMBER')
  // Made by another process since the first look.
  const account = await findAccountByEmail(deps.database.db, indexEmail(deps.pii, input.email))
  if (account === undefined) throw new AppError('ALREADY_REGISTERED_EMAIL')
  return { userId: account.id, created: false }
}
