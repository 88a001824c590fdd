// Tokens and requests of many buyers, without a browser and without signing anyone up: the sale knows a buyer by its token alone.
import { Agent, request as httpRequest } from 'node:http'
import { createDenyList, createTokens, type UserRole } from '../../server/platform/auth.ts'
import { systemClock } from '../../server/platform/clock.ts'
import { TEST_SECRETS } from './server-process.ts'

const tokens = createTokens({
  secret: TEST_SECRETS.TOKEN_SECRET,
  clock: systemClock,
  denied: createDenyList(systemClock),
})

export function tokenOf(userId: number, role: UserRole = 'CERTIFIED_USER', ttlSeconds = 3_600): string {
  return tokens.sign({ userId, role, sessionId: `test-${userId}` }, ttlSeconds)
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  // Bodies are checked field by field by the tests that read them.
  // eslint-disable-next-line typescript/no-explicit-any
  body: any
  /** Undefined where an answer came: why none did. */
  lost?: string
}

export interface Client {
  /** Resolves for every status; a lost connection is status 0. */
  send(
    method: string,
    path: string,
    options?: { token?: string; key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>
  close(): void
}

const ANSWER_TIMEOUT_MS = 30_000

export function createClient(url: string, connectionsMax = 256): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax })
  const { hostname, port } = new URL(url)
  return {
    send(method, path, { token, key, body, headers = {} } = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const all: Record<string, string | number> = { ...headers }
      if (text !== undefined)
        Object.assign(all, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      if (token !== undefined) all['authorization'] = `Bearer ${token}`
      if (key !== undefined) all['idempotency-key'] = key
      return new Promise((resolve) => {
        const request = httpRequest(
          { agent, hostname, port, method, path, headers: all, timeout: ANSWER_TIMEOUT_MS },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () => {
              const received = Buffer.concat(chunks).toString()
              const json = (response.headers['content-type'] ?? '').includes('json')
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: json && received !== '' ? JSON.parse(received) : received,
              })
            })
            response.on('error', (error) =>
              resolve({ status: 0, headers: {}, body: undefined, lost: error.message }),
            )
          },
        )
        request.on('timeout', () => request.destroy(new Error('no answer in time')))
        request.on('error', (error) =>
          resolve({ status: 0, headers: {}, body: undefined, lost: error.message }),
        )
        request.end(text)
      })
    },
    close: () => agent.destroy(),
  }
}

const LIMITED = '/order-service/api/v1/orders/limited'

export function buy(
  client: Client,
  buyerId: number,
  claim: { itemId: number; quantity?: number; price?: number; key?: string },
): Promise<Answer> {
  const { key = `key-${buyerId}-${Math.random().toString(36).slice(2)}`, ...body } = claim
  return client.send('POST', LIMITED, { token: tokenOf(buyerId), key, body })
}

/** How many answers had each status and code, for messages that say more than "expected 10". */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body, lost } of answers) {
    const name = status === 201 ? '201' : `${status} ${String(body?.code ?? lost ?? '')}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** A small seeded generator (mulberry32), so that a run with random timing can be had again. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The seed of this run, printed; set SEED to have a run again. */
export function runSeed(): number {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`SEED=${seed}`)
  return seed
}
