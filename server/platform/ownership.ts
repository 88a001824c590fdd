import type { Caller } from './auth.ts'
import { AppError } from './errors.ts'

/** What belongs to someone is changed by them, or by an administrator. */
export function requireOwner(caller: Pick<Caller, 'userId' | 'role'>, ownerId: number): void {
  if (caller.userId !== ownerId && caller.role !== 'ADMIN') throw new AppError('UNAUTHORIZED_ACCESS')
}
