// The error body in the API's description; `renderProblem` of errors.ts writes it.
import { Type, type TObject } from 'typebox'
import { ERRORS, type ErrorCode } from './errors.ts'

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    code: Type.String({ description: 'Stable name of the error' }),
    message: Type.String({ description: 'In the language of Accept-Language: ko (default) or en' }),
    errors: Type.Array(Type.Object({ field: Type.String(), value: Type.String(), reason: Type.String() })),
    requestId: Type.String(),
  },
  { title: 'Problem' },
)

interface ProblemResponse {
  description: string
  content: { 'application/problem+json': { schema: TObject } }
}

/** Entries of a route's `response` schema: one for each status of these codes. Its type adds nothing to what a handler may return. */
export function problems(...codes: readonly ErrorCode[]): object {
  const responses: Record<number, ProblemResponse> = {}
  for (const code of codes) {
    const { status } = ERRORS[code]
    const description = [responses[status]?.description, code].filter(Boolean).join(', ')
    responses[status] = { description, content: { 'application/problem+json': { schema: Problem } } }
  }
  return responses
}
