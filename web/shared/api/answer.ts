// What came of a request: done, refused with a reason, or nobody knows – which is never shown as "failed".
import type { Problem } from '../../../client/index.ts'

export type Answer<Data> =
  | { kind: 'done'; data: Data; response: Response }
  | { kind: 'refused'; problem: Problem; retryAfterSeconds: number | undefined }
  /** The request may have had its effect: a lost connection, no answer in time, 503. Ask again by the same key. */
  | { kind: 'unknown' }

interface Fetched<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** Never throws: `const answer = await ask(shop.PUT('/…', …))`. */
export async function ask<Data>(request: Promise<Fetched<Data>>): Promise<Answer<Data>> {
  let fetched: Fetched<Data>
  try {
    fetched = await request
  } catch {
    return { kind: 'unknown' }
  }
  const { data, error, response } = fetched
  if (response.ok) return { kind: 'done', data: data as Data, response }
  if (isProblem(error) && !MAYBE_DONE.has(response.status))
    return { kind: 'refused', problem: error, retryAfterSeconds: secondsOf(response) }
  return { kind: 'unknown' }
}

/** Request Timeout, Bad Gateway, Service Unavailable, Gateway Timeout. */
const MAYBE_DONE: ReadonlySet<number> = new Set([408, 502, 503, 504])

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'message' in body

function secondsOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : undefined
}

/** What a query throws: the error state of a page is drawn from it. */
export class AskError extends Error {
  /** Undefined: nobody knows, as above. */
  readonly problem: Problem | undefined
  constructor(problem: Problem | undefined) {
    super(problem?.code ?? 'UNKNOWN')
    this.name = 'AskError'
    this.problem = problem
  }
}

/** For queries: the data, or throws AskError. */
export async function read<Data>(request: Promise<Fetched<Data>>): Promise<Data> {
  const answer = await ask(request)
  if (answer.kind === 'done') return answer.data
  throw new AskError(answer.kind === 'refused' ? answer.problem : undefined)
}

/** The code of the problem that a query was refused with; undefined for anything else. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof AskError ? error.problem?.code : undefined

/** `{ email: 'Enter an e-mail address.' }`: the first reason for each field. */
export function fieldErrors(problem: Problem): Record<string, string> {
  return Object.fromEntries(problem.errors.map(({ field, reason }) => [field, reason]).toReversed())
}
