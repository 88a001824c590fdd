// One send to a provider over HTTP/1.1: an answer in JSON, or whether anything has left this machine.
import { Pool, type Dispatcher } from 'undici'

export interface ProviderRequest {
  /** For the log. */
  name: string
  method: 'GET' | 'POST'
  /** Begins with a slash, below the provider's address. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: object
}

export type Reply =
  /** `body` is undefined where it is no JSON: of 429 and the like, whose status says enough. */
  | { kind: 'answer'; status: number; body: unknown }
  /** It may have been carried out. */
  | { kind: 'unclear'; code: string }
  /** Certain: the provider has not seen it. */
  | { kind: 'not_sent'; code: string; isUnreachable: boolean }

export interface ProviderLine {
  send(request: ProviderRequest): Promise<Reply>
  close(): Promise<void>
}

const CONNECT_MS_MAX = 1_000
/** Connections are given up before any load balancer does: what is sent into one that just closes has an unclear end. */
const IDLE_MS_MAX = 4_000
const ANSWER_BYTES_MAX = 262_144

export function createProviderLine(options: {
  url: string
  authorization: string
  answerMsMax: number
  connectionsMax: number
}): ProviderLine {
  const { origin, pathname } = new URL(options.url)
  const base = pathname.replace(/\/+$/, '')
  const pool = new Pool(origin, {
    connections: options.connectionsMax,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: CONNECT_MS_MAX },
    keepAliveTimeout: IDLE_MS_MAX,
    keepAliveMaxTimeout: IDLE_MS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
  })
  let closing: Promise<void> | undefined

  return {
    async send({ method, path, headers, body }) {
      const limit = startLimit(options.answerMsMax)
      try {
        const answer = await pool.compose(watching(limit.sent)).request({
          method,
          path: `${base}${path}`,
          headers: {
            accept: 'application/json',
            authorization: options.authorization,
            ...(body !== undefined && { 'content-type': 'application/json;charset=utf-8' }),
            ...headers,
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: limit.signal,
        })
        return read(answer.statusCode, await answer.body.text())
      } catch (error) {
        const code = codeOf(error)
        return limit.wasSent() ? { kind: 'unclear', code } : { kind: 'not_sent', code, isUnreachable: true }
      } finally {
        limit.end()
      }
    },
    close: () => (closing ??= pool.close()),
  }
}

/** So long to connect, and from then on so long to answer, to the last byte. */
function startLimit(answerMsMax: number): {
  signal: AbortSignal
  sent(): void
  wasSent(): boolean
  end(): void
} {
  const controller = new AbortController()
  const stop = (code: string) => (): void => controller.abort(Object.assign(new Error(code), { code }))
  let timer = setTimeout(stop('CONNECT_TIMEOUT'), CONNECT_MS_MAX)
  let wasSent = false
  return {
    signal: controller.signal,
    sent() {
      if (controller.signal.aborted) return
      wasSent = true
      clearTimeout(timer)
      timer = setTimeout(stop('ANSWER_TIMEOUT'), answerMsMax)
    },
    wasSent: () => wasSent,
    end: () => clearTimeout(timer),
  }
}

/** Calls `sent` when the connection is there and the first byte is about to be written. */
const watching =
  (sent: () => void): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (request, handler) =>
    dispatch(request, {
      onRequestStart(controller, context) {
        sent()
        handler.onRequestStart?.(controller, context)
      },
      onRequestUpgrade: (...all) => handler.onRequestUpgrade?.(...all),
      onResponseStart: (...all) => handler.onResponseStart?.(...all),
      onResponseData: (...all) => handler.onResponseData?.(...all),
      onResponseEnd: (...all) => handler.onResponseEnd?.(...all),
      onResponseError: (...all) => handler.onResponseError?.(...all),
    })

function read(status: number, text: string): Reply {
  try {
    return { kind: 'answer', status, body: JSON.parse(text) as unknown }
  } catch {
    return status === 429
      ? { kind: 'answer', status, body: undefined }
      : { kind: 'unclear', code: `NO_JSON_${status}` }
  }
}

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[A-Z0-9_]{1,50}$/.test(code) ? code : 'NO_ANSWER'
}
