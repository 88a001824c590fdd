// Fastify with the service's manners: one error shape, bounded bodies, request ids, validation that names each field.
import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { isUnavailable } from './db.ts'
import {
  AppError,
  ERRORS,
  languageOf,
  PROBLEM,
  renderProblem,
  type ErrorCode,
  type FieldError,
} from './errors.ts'
import { describeFault } from './fault.ts'
import type { Log } from './log.ts'
import { asIs } from './prepared-answer.ts'
import { answerUnreadable } from './unreadable-request.ts'
import { compileValidator } from './validate.ts'

export type Http = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

const REQUEST_TIMEOUT_MS = 15_000
const CLIENT_REQUEST_ID = /^[\w.-]{8,64}$/

/** `trustedProxies`: addresses and networks whose X-Forwarded-For names the caller. */
export function createHttp(options: { log: Log; bodyBytesMax: number; trustedProxies?: string[] }): Http {
  const newId = createRequestIds()
  const http = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of its own for each request costs more than most requests; what is logged names the request itself.
    childLoggerFactory: (logger) => logger,
    bodyLimit: options.bodyBytesMax,
    trustProxy: options.trustedProxies?.length ? options.trustedProxies : false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What still comes in while it closes is answered, and by us: Fastify's own 503 has another shape and no Retry-After.
    return503OnClosing: false,
    genReqId: newId,
    clientErrorHandler: answerUnreadable(options.log, () => newId({ headers: {} })),
    routerOptions: { maxParamLength: 200 },
    // A path with a broken escape is an unknown address like any other.
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Http
  http.setValidatorCompiler(compileValidator)
  http.removeContentTypeParser('text/plain')
  parseJson(http)
  http.setErrorHandler(sendError)
  http.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'NOT_FOUND'))
  http.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  return http
}

/** An empty body is no body, whatever type it claims: clients send `application/json` by habit. */
function parseJson(http: Http): void {
  const parse = http.getDefaultJsonParser('error', 'error')
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else void parse(request, body as string, done)
  })
}

/** The caller's own id where it sent a decent one, else a short unique one. */
function createRequestIds(): (request: { headers: Record<string, string | string[] | undefined> }) => string {
  const prefix = randomBytes(6).toString('hex')
  let count = 0
  return (request) => {
    const given = request.headers['x-request-id']
    if (typeof given === 'string' && CLIENT_REQUEST_ID.test(given)) return given
    return `${prefix}-${(count++).toString(36)}`
  }
}

/** Answers with the common error shape. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  fields: readonly FieldError[] = [],
): void {
  const language = languageOf(request.headers['accept-language'])
  const path = request.url.split('?', 1)[0] ?? ''
  reply.code(ERRORS[code].status).header('content-type', PROBLEM).header('x-request-id', request.id)
  // The route's response schema is for its good answers: this text is sent as it is.
  void reply.serializer(asIs).send(renderProblem(code, language, { path, id: request.id }, fields))
}

function sendError(
  error: FastifyError | AppError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const known = error instanceof AppError ? error : new AppError(codeOf(error), { cause: error })
  const { status } = ERRORS[known.code]
  // That PostgreSQL is away is told by those who hold connections to it, not once for each request.
  if (status >= 500 && known.code !== 'SERVICE_UNAVAILABLE')
    request.log.error(
      { requestId: request.id, route: request.routeOptions.url, fault: describeFault(error) },
      'request failed',
    )
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds)
  else if (status === 503) reply.header('retry-after', 1)
  sendProblem(request, reply, known.code, known.fields)
}

const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'INVALID_INPUT_VALUE',
  FST_ERR_BAD_URL: 'NOT_FOUND',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
}

function codeOf(error: FastifyError | Error): ErrorCode {
  const code = 'code' in error ? error.code : ''
  const mapped = FASTIFY_CODES[code]
  if (mapped !== undefined) return mapped
  if ('statusCode' in error && error.statusCode === 429) return 'TOO_MANY_REQUESTS'
  if (isUnavailable(error)) return 'SERVICE_UNAVAILABLE'
  if ('statusCode' in error && error.statusCode === 400) return 'MALFORMED_JSON'
  return 'INTERNAL_SERVER_ERROR'
}
