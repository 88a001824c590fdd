// The contract of the whole service, whatever part of it this process serves: made once, when somebody asks.
import fastifySwagger from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import type { ErrorCode } from '../platform/errors.ts'
import { createHttp, type Http } from '../platform/http.ts'
import { IdempotencyKey } from '../platform/idempotency-key.ts'
import type { Log } from '../platform/log.ts'
import { problems } from '../platform/problem-schema.ts'
import { addExamples } from './examples.ts'

interface Described {
  /** Gives each route its rule. */
  guard(http: Http): void
  addRoutes(http: Http): Promise<void>
}

/** Registers every route on a server that is never opened. The OpenAPI 3.1 document comes back. */
export function describe({ guard, addRoutes }: Described, log: Log): () => Promise<object> {
  let document: Promise<object> | undefined
  const make = async (): Promise<object> => {
    const http = createHttp({ log, bodyBytesMax: 1 })
    await http.register(fastifySwagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Hurry Up Order',
          version: '1',
          description: 'First-come-first-served sales of limited items, and the shop around them.',
        },
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
            cookie: { type: 'apiKey', in: 'cookie', name: 'accessToken' },
          },
        },
      },
      hideUntagged: true,
    })
    guard(http)
    http.addHook('onRoute', describeRule)
    await addRoutes(http)
    await http.ready()
    const made = http.swagger()
    await http.close()
    return addExamples(made)
  }
  return () => (document ??= make())
}

const KEY_HEADER = { type: 'object', properties: { 'idempotency-key': IdempotencyKey } }

/** What follows from a route's rule need not be said at the route: who may call it, keys, and the refusals that come with them. */
function describeRule(route: RouteOptions): void {
  const { rule } = route.config ?? {}
  const { schema } = route
  if (rule === undefined || schema === undefined || schema.hide === true) return
  const isWrite = route.method !== 'GET'
  const codes: ErrorCode[] = ['TOO_MANY_REQUESTS', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE']
  if (rule.who !== 'everybody') {
    codes.push('UNAUTHENTICATED', 'EXPIRED_JWT', 'UNSUPPORTED_JWT', 'INVALID_JWT', 'ILLEGAL_ARGUMENT_JWT')
    codes.push('UNAUTHORIZED_ACCESS')
  }
  if (isWrite && rule.fromElsewhere !== true) codes.push('CROSS_SITE_REQUEST')
  if (schema.params !== undefined || schema.querystring !== undefined) codes.push('INVALID_TYPE_VALUE')
  if (schema.body !== undefined || schema.querystring !== undefined || schema.params !== undefined)
    codes.push('INVALID_INPUT_VALUE')
  if (schema.body !== undefined) codes.push('MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  if (rule.key === 'kept')
    codes.push(
      'IDEMPOTENCY_KEY_MALFORMED',
      'IDEMPOTENCY_IN_FLIGHT',
      'IDEMPOTENCY_ANSWER_LOST',
      'IDEMPOTENCY_KEY_REUSED',
    )
  route.schema = {
    operationId: operationIdOf(String(route.method), route.url),
    ...schema,
    ...(rule.who !== 'everybody' && { security: [{ bearer: [] }, { cookie: [] }] }),
    ...(rule.key !== undefined && { headers: withKey(schema.headers) }),
    response: withProblems(schema.response as object | undefined, problems(...codes)),
  }
}

/** `PUT /item-service/api/v1/items/:itemId` is `putItemsByItemId`. */
function operationIdOf(method: string, url: string): string {
  const words = url.replace(/^\/[a-z-]+\/api\/v1\//, '').split(/[/-]/)
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
  return (
    method.toLowerCase() +
    words.map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word))).join('')
  )
}

function withKey(headers: unknown): object {
  const given = headers as { properties?: object } | undefined
  return { ...KEY_HEADER, properties: { ...given?.properties, ...KEY_HEADER.properties } }
}

type Response = { description?: string; content?: object }

/** Both may say something of one status: the codes of both are named there. */
function withProblems(response: object | undefined, more: object): object {
  const merged: Record<string, Response> = { ...(response as Record<string, Response> | undefined) }
  for (const [status, problem] of Object.entries(more) as [string, Response][]) {
    const own = merged[status]
    const codes = new Set([own?.description, problem.description].join(', ').split(', ').filter(Boolean))
    merged[status] = { ...problem, description: [...codes].join(', ') }
  }
  return merged
}
