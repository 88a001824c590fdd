// One POST of JSON: the status and the beginning of what came back, or why there was none.
import { Agent, request as httpRequest } from 'node:http'
import { Agent as SecureAgent, request as httpsRequest } from 'node:https'

const ANSWER_MS_MAX = 10_000
const ANSWER_BYTES_MAX = 16_384

interface Posted {
  status: number
  text: string
}

export interface Poster {
  post(url: string, body: string, headers: Record<string, string>): Promise<Posted>
  close(): void
}

export function createPoster(): Poster {
  const agents = {
    plain: new Agent({ keepAlive: true, maxSockets: 16 }),
    secure: new SecureAgent({ keepAlive: true, maxSockets: 16 }),
  }
  return {
    post(url, body, headers) {
      const isSecure = url.startsWith('https:')
      const options = {
        method: 'POST',
        agent: isSecure ? agents.secure : agents.plain,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      }
      return new Promise((resolve, reject) => {
        const request = (isSecure ? httpsRequest : httpRequest)(url, options, (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            if (text.length < ANSWER_BYTES_MAX) text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
          response.on('error', reject)
        })
        request.on('error', reject)
        request.end(body)
      })
    },
    close() {
      agents.plain.destroy()
      agents.secure.destroy()
    },
  }
}
