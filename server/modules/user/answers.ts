// What the routes of this module have in common.
import type { FastifyRequest } from 'fastify'
import {
  AppError,
  languageOf,
  type ErrorCode,
  type FieldError,
  type Language,
} from '../../platform/errors.ts'

export const BASE = '/user-service/api/v1/users'

/** The error code for every outcome of a flow but the good ones. */
export type Refusals<T extends { outcome: string }, Good extends string> = Record<
  Exclude<T['outcome'], Good>,
  ErrorCode
>

export const languageFor = (request: FastifyRequest): Language =>
  languageOf(request.headers['accept-language'])

/** The schema says that something is wrong, `problems` says what in the caller's words. */
export function requireValid(request: FastifyRequest, problems: FieldError[]): void {
  const refused: unknown = request.validationError
  if (problems.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields: problems })
  if (refused instanceof Error) throw refused
}
