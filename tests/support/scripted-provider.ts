// A payment provider of a test's own making: it answers what the test says, is silent, or hangs up.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Log } from '../../server/platform/log.ts'

interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

/** `hang`: no answer. `cut`: the connection ends instead of an answer. `drip`: headers, and then nothing for ever. */
export type Scripted = { status: number; body: object | string } | 'hang' | 'cut' | 'drip'

export interface ScriptedProvider {
  url: string
  seen: Seen[]
  /** What comes next answers like this. A list is used up, its last entry stays. */
  answer(...script: (Scripted | ((request: Seen) => Scripted))[]): void
  stop(): Promise<void>
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const seen: Seen[] = []
  let script: (Scripted | ((request: Seen) => Scripted))[] = [{ status: 200, body: {} }]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const one: Seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      }
      seen.push(one)
      const next = script.length > 1 ? script.shift()! : script[0]!
      const answer = typeof next === 'function' ? next(one) : next
      if (answer === 'hang') return
      if (answer === 'cut') return request.socket.destroy()
      if (answer === 'drip') return void response.writeHead(200, { 'content-length': '100' }).write('{')
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer(...next) {
      seen.length = 0
      script = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** What was logged, to be searched for what must never be. */
export function createHeardLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  return { log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }), lines }
}
