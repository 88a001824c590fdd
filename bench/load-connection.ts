// One keep-alive connection with at most one request in flight, as cheap as Node allows.
import { connect } from 'node:net'

export interface Connection {
  send(request: string): void
  close(): void
}

/** The body is `bytes` from `bodyStart` to `bodyEnd`, valid during the call only. */
export type OnAnswer = (status: number, bytes: Buffer, bodyStart: number, bodyEnd: number) => void

const READ_BYTES = 16 * 1024
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const CONTENT_LENGTH = Buffer.from('content-length: ')
const STATUS_AT = 'HTTP/1.1 '.length
const DIGIT_0 = 48

/** `onLost` is called once where the connection ends without our closing it. */
export function openConnection(
  port: number,
  handlers: { onAnswer: OnAnswer; onLost: () => void },
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let closed = false
    let partial: Buffer | undefined
    const take = (bytes: Buffer, length: number): void => {
      const bodyStart = bytes.indexOf(END_OF_HEAD) + END_OF_HEAD.length
      const isHeadComplete = bodyStart >= END_OF_HEAD.length && bodyStart <= length
      const lengthAt = isHeadComplete ? findLength(bytes, bodyStart) : 0
      const bodyEnd = isHeadComplete ? bodyStart + readNumber(bytes, lengthAt) : Infinity
      if (bodyEnd > length) {
        partial = Buffer.from(bytes.subarray(0, length))
        return
      }
      partial = undefined
      handlers.onAnswer(readNumber(bytes, STATUS_AT), bytes, bodyStart, bodyEnd)
    }
    const onRead = (length: number, bytes: Uint8Array): boolean => {
      const chunk = bytes as Buffer
      if (partial === undefined) take(chunk, length)
      else {
        const whole = Buffer.concat([partial, chunk.subarray(0, length)])
        take(whole, whole.length)
      }
      return true
    }
    const socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: Buffer.alloc(READ_BYTES), callback: onRead },
    })
    socket.once('connect', () =>
      resolve({
        send: (request) => void socket.write(request, 'latin1'),
        close() {
          closed = true
          socket.destroy()
        },
      }),
    )
    socket.once('error', reject)
    socket.once('close', () => {
      if (!closed) handlers.onLost()
    })
  })
}

function findLength(bytes: Buffer, headBytes: number): number {
  const at = bytes.indexOf(CONTENT_LENGTH)
  if (at >= 0) return at + CONTENT_LENGTH.length
  // Spelled otherwise, as in the answers of a server that is stopping.
  const other = bytes.toString('latin1', 0, headBytes).toLowerCase().indexOf(CONTENT_LENGTH.toString())
  if (other < 0) throw new Error('an answer has no length')
  return other + CONTENT_LENGTH.length
}

/** The decimal number that starts at `at`. */
export function readNumber(bytes: Buffer, at: number): number {
  let value = 0
  for (let i = at; ; i++) {
    const digit = bytes[i]! - DIGIT_0
    if (!(digit >= 0 && digit <= 9)) return value
    value = value * 10 + digit
  }
}
