// A repeated Idempotency-Key gets the first answer again, for a day: scoped to user, method and route, bound by good answers only –
// what was refused has changed nothing, and is decided anew.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sqlState } from '../platform/db.ts'
import { AppError } from '../platform/errors.ts'
import type { Http } from '../platform/http.ts'
import { isIdempotencyKey } from '../platform/idempotency-key.ts'
import type { Claimed, KeptAnswers, Once } from '../platform/kept-answers.ts'
import { asIs } from '../platform/prepared-answer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the request has a key that counts. A flow that must not be done twice binds it in its transaction. */
    once: Once | undefined
  }
}

const ANSWER_CHARACTERS_MAX = 1_000_000
const KEPT_HEADERS = ['content-type', 'etag', 'location'] as const

export function keepAnswers(http: Http, answers: KeptAnswers): void {
  const claims = new WeakMap<FastifyRequest, Claimed>()
  http.decorateRequest('once', undefined)

  const claim = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const key = request.headers['idempotency-key']
    if (key === undefined) return undefined
    if (!isIdempotencyKey(key)) throw new AppError('IDEMPOTENCY_KEY_MALFORMED')
    const { method, url } = request.routeOptions
    const { params, query, body } = request
    const result = await answers.claim({
      userId: request.caller.userId,
      route: `${String(method)} ${url}`,
      key,
      content: JSON.stringify([params, query, body, request.headers['if-match']]),
    })
    switch (result.outcome) {
      case 'claimed':
        claims.set(request, result.claim)
        request.once = result.claim
        return undefined
      case 'kept':
        reply.code(result.answer.status).headers(result.answer.headers).header('idempotency-replayed', 'true')
        // As it was sent the first time.
        return reply.serializer(asIs).send(result.answer.body || null)
      case 'in_flight':
        throw new AppError('IDEMPOTENCY_IN_FLIGHT', { retryAfterSeconds: 1 })
      case 'answer_lost':
        throw new AppError('IDEMPOTENCY_ANSWER_LOST')
      case 'reused':
        throw new AppError('IDEMPOTENCY_KEY_REUSED')
    }
  }

  /** Before the answer leaves: whoever has seen it and asks again must find it. */
  const keep = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    const claimed = claims.get(request)
    if (claimed === undefined) return payload
    claims.delete(request)
    try {
      const isGood = reply.statusCode < 300
      const body = typeof payload === 'string' ? payload : ''
      if (!isGood) await claimed.release()
      else if (body.length <= ANSWER_CHARACTERS_MAX)
        await claimed.keep({ status: reply.statusCode, headers: keptHeaders(reply), body })
    } catch (error) {
      request.log.warn(
        { requestId: request.id, code: sqlState(error) },
        'an answer could not be kept for its key',
      )
    }
    return payload
  }

  http.addHook('onRoute', (route) => {
    if (route.config?.rule?.key !== 'kept') return
    route.preHandler = [claim, ...[route.preHandler ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), keep]
  })
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
