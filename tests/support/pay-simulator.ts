// The simulator of both providers in this process, and a caller of each of its sides.
import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSimulator } from '../../simulator/simulator.ts'
import type { SimulatorSettings } from '../../simulator/settings.ts'

/** What a test looks into is what it is about. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = Record<string, any>

export interface Answered {
  status: number
  body: Json
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
export const TOSS_AUTH = basic('test_sk_simulator:')
const NICE_AUTH = basic('S2_simulator:simulator-secret')
export const NICE_SECRET = 'simulator-secret'

export async function ask(
  url: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'manual',
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : { text },
  }
}

export type PaySimulator = Awaited<ReturnType<typeof startPaySimulator>>

let orders = 0
export const newOrderId = (): string => `order-${(orders += 1)}-x`

export async function startPaySimulator(settings: Partial<SimulatorSettings> = {}) {
  const { url, stop } = await startSimulator({ port: 0, seed: 1, slowTriggerMs: 60, ...settings })
  const toss = (
    path: string,
    method: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> =>
    ask(`${url}/toss${path}`, { method, body, headers: { authorization: TOSS_AUTH, ...headers } })
  const nice = (
    path: string,
    method: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> =>
    ask(`${url}/nice${path}`, { method, body, headers: { authorization: NICE_AUTH, ...headers } })
  const control = (path: string, method = 'GET', body?: unknown): Promise<Answered> =>
    ask(`${url}/control${path}`, { method, body })

  async function openToss(wanted: Record<string, unknown> = {}): Promise<Json> {
    const { body } = await ask(`${url}/toss/window/authorize`, {
      method: 'POST',
      body: {
        clientKey: 'test_ck_simulator',
        orderId: newOrderId(),
        orderName: 'A coat',
        amount: 15_000,
        ...wanted,
      },
    })
    return body
  }

  async function openNice(wanted: Record<string, unknown> = {}): Promise<Record<string, string>> {
    const { body } = await ask(`${url}/nice/window/authorize`, {
      method: 'POST',
      body: {
        clientId: 'S2_simulator',
        orderId: newOrderId(),
        goodsName: 'A coat',
        amount: 15_000,
        ...wanted,
      },
    })
    return body
  }

  return {
    url,
    stop,
    toss,
    nice,
    control,
    openToss,
    openNice,
    confirm: (opened: Record<string, unknown>, headers?: Record<string, string>): Promise<Answered> =>
      toss('/v1/payments/confirm', 'POST', opened, headers),
    cancelToss: (key: unknown, body: object, headers?: Record<string, string>): Promise<Answered> =>
      toss(
        `/v1/payments/${String(key)}/cancel`,
        'POST',
        { cancelReason: 'changed my mind', ...body },
        headers,
      ),
    /** Signed as the original wants it. */
    approve(form: Record<string, string>, amount = Number(form['amount'])): Promise<Answered> {
      const ediDate = new Date().toISOString()
      const signData = sha256(`${form['tid']}${amount}${ediDate}${NICE_SECRET}`)
      return nice(`/v1/payments/${form['tid']}`, 'POST', { amount, ediDate, signData })
    },
    cancelNice(tid: string | undefined, body: object): Promise<Answered> {
      const ediDate = new Date().toISOString()
      const signData = sha256(`${tid}${ediDate}${NICE_SECRET}`)
      return nice(`/v1/payments/${tid}/cancel`, 'POST', {
        reason: 'changed',
        orderId: newOrderId(),
        ediDate,
        signData,
        ...body,
      })
    },
    netcancel(orderId: string | undefined): Promise<Answered> {
      const ediDate = new Date().toISOString()
      return nice('/v1/payments/netcancel', 'POST', {
        orderId,
        ediDate,
        signData: sha256(`${orderId}${ediDate}${NICE_SECRET}`),
      })
    },
    chaos: (modes: unknown): Promise<Answered> => control('/chaos', 'PUT', modes),
    advance: (advanceMs: number): Promise<Answered> => control('/clock', 'PUT', { advanceMs }),
    /** What the provider's own book says about an order. */
    async booked(orderId: unknown): Promise<Json[]> {
      const { body } = await control(`/book?orderId=${String(orderId)}`)
      return body['payments']
    },
  }
}

interface Heard {
  headers: IncomingHttpHeaders
  body: Json
  text: string
}

/** A shop that hears webhooks; `answer` says how it answers them. */
export async function startEar() {
  const heard: Heard[] = []
  const ear = { answer: (): { status: number; text: string } => ({ status: 200, text: 'OK' }) }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      heard.push({ headers: request.headers, body: JSON.parse(text), text })
      const { status, text: answer } = ear.answer()
      response.writeHead(status, { 'content-type': 'text/html' }).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    heard,
    ear,
    async until(count: number): Promise<void> {
      for (let tries = 0; heard.length < count && tries < 200; tries += 1)
        await new Promise((done) => setTimeout(done, 10))
    },
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
