// What the routes of this module have in common.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
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

export const MEMBER_TAGS = ['회원 / Members']

export const languageFor = (request: FastifyRequest): Language =>
  languageOf(request.headers['accept-language'])

/** The schema says that something is wrong, `problems` says what in the caller's words. */
export function requireValid(request: FastifyRequest, problems: FieldError[]): void {
  const refused: unknown = request.validationError
  if (problems.length > 0) throw new AppError('INVALID_INPUT_VALUE', { fields: problems })
  if (refused instanceof Error) throw refused
}

export const NOTHING = Type.Null({ description: 'No content' })

/** For outcomes that say when to come again. */
export const comeAgain = ({ seconds }: { seconds: number }): AppError =>
  new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: seconds })

/** What is personal is kept by nobody on the way. */
export const keptByNobody = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store')
