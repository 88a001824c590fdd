// Requests that Node's own parser refuses never reach Fastify: they get the common error shape here.
import type { Socket } from 'node:net'
import { ERRORS, PROBLEM, renderProblem, type ErrorCode } from './errors.ts'
import type { Log } from './log.ts'

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
}

/** Nothing of what was received is logged: it may hold tokens. */
export function answerUnreadable(
  log: Log,
  newId: () => string,
): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const code = CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST'
    const id = newId()
    const body = renderProblem(code, 'ko', { path: '', id })
    const head = [
      `HTTP/1.1 ${ERRORS[code].status} ${code}`,
      `content-type: ${PROBLEM}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${id}`,
      'connection: close',
    ]
    log.debug({ code: error.code }, 'a request could not be read')
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
}
