// The bytes that the load sends: always a new key, the tokens of an item in turn.
import { readFileSync } from 'node:fs'
import { ORDERS_PATH, type LoadJob, type PlainRequest } from './load-protocol.ts'

export interface NextRequest {
  text: string
  keyNumber: number
  /** Which of the job's targets it is for. */
  target: number
}

/** `measuredMs`: since the measured part began; before it, negative. Undefined: every token was used. */
export function createRequests(job: LoadJob): (measuredMs: number) => NextRequest | undefined {
  if (job.requests !== undefined) return inTurn(job.requests.map((request) => textOf(request, job.port)))
  const tokensOf = createTokensReader()
  const targets = job.targets.map(({ itemId, tokensFile }) => {
    const body = `{"itemId":${itemId},"quantity":1}`
    return {
      tokens: tokensOf(tokensFile),
      used: 0,
      tail: `\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    }
  })
  const head = `POST ${ORDERS_PATH} HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\ncontent-type: application/json\r\nauthorization: Bearer `
  const middle = `\r\nidempotency-key: ${job.keyPrefix}`
  const sliceMs = job.sliceSeconds === undefined ? undefined : job.sliceSeconds * 1000
  const last = targets.length - 1
  let count = 0
  return (measuredMs) => {
    const index =
      sliceMs === undefined
        ? count % targets.length
        : Math.min(last, Math.max(0, Math.floor(measuredMs / sliceMs)))
    const target = targets[index]!
    if (target.used === target.tokens.length) {
      if (job.eachTokenOnce) return undefined
      target.used = 0
    }
    const keyNumber = count++
    const text = head + target.tokens[target.used++]! + middle + keyNumber + target.tail
    return { text, keyNumber, target: index }
  }
}

function inTurn(texts: readonly string[]): () => NextRequest {
  let count = 0
  return () => ({ text: texts[count % texts.length]!, keyNumber: count++, target: 0 })
}

function textOf({ method, path, token, body }: PlainRequest, port: number): string {
  const bytes = Buffer.from(body ?? '')
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${bytes.length}`]),
  ]
  // The connection writes Latin-1: one character a byte.
  return `${lines.join('\r\n')}\r\n\r\n${bytes.toString('latin1')}`
}

/** Many targets share a file. */
function createTokensReader(): (file: string) => string[] {
  const known = new Map<string, string[]>()
  return (file) => {
    const tokens = known.get(file) ?? readFileSync(file, 'latin1').trimEnd().split('\n')
    known.set(file, tokens)
    return tokens
  }
}
