// The `response` schema of routes that answer nothing but that it was done.
import { Type, type TNull } from 'typebox'
import type { ErrorCode } from './errors.ts'
import { problems } from './problem-schema.ts'

export const done = (description: string, ...codes: ErrorCode[]): { 204: TNull } => ({
  204: Type.Null({ description }),
  ...problems(...codes),
})
