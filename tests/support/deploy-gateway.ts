// The gateway of deploy/ as a process: its template, rendered as the image's entry point does, run by this machine's nginx.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runProgram, until } from './programs.ts'

const TEMPLATE = join(import.meta.dirname, '../../deploy/gateway/nginx.conf.template')

export interface Gateway {
  port: number
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  /** Bytes as they are; resolves with all that came back until the connection was closed. */
  sendRaw(bytes: string): Promise<string>
  accessLog(): string
  stop(): Promise<void>
}

export interface SendOptions {
  headers?: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
  json(): unknown
}

export interface Upstream {
  server: string
  seen: { method: string; url: string; headers: IncomingMessage['headers']; bytes: number; socket: number }[]
  stop(): Promise<void>
}

/** The names in the template, each put in; fails where a value is missing or too many. */
function renderGateway(values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const text = readFileSync(TEMPLATE, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_match, name: string) => {
    used.add(name)
    const value = values[name]
    if (value === undefined) throw new Error(`the template needs ${name}`)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template does not know ${unused.join(', ')}`)
  return text
}

/** `servers`: by role, `server …;` directives. What is not given has nobody behind it. */
export async function startGateway(
  servers: Partial<Record<'user' | 'item' | 'order' | 'payment' | 'events', string>>,
  values: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const dir = mkdtempSync(join(tmpdir(), 'hurryup-gateway-'))
  chmodSync(dir, 0o755)
  const port = await freePort()
  const nobody = `server 127.0.0.1:${await freePort()};`
  const conf = join(dir, 'nginx.conf')
  const text = renderGateway({
    GATEWAY_PORT: `127.0.0.1:${port}`,
    GATEWAY_RUN_DIR: dir,
    GATEWAY_ACCESS_LOG: join(dir, 'access.log'),
    GATEWAY_SCHEME: 'https',
    GATEWAY_REAL_IP: '',
    GATEWAY_RESOLVER: '',
    GATEWAY_USER_SERVERS: servers.user ?? nobody,
    GATEWAY_ITEM_SERVERS: servers.item ?? nobody,
    GATEWAY_ORDER_SERVERS: servers.order ?? nobody,
    GATEWAY_PAYMENT_SERVERS: servers.payment ?? nobody,
    GATEWAY_EVENTS_SERVERS: servers.events ?? nobody,
    ...values,
  })
  writeFileSync(conf, text)
  // One process: nothing is left where this one is killed.
  const args = ['-e', 'stderr', '-c', conf, '-g', 'daemon off; master_process off;']
  const program = runProgram('nginx', args, { cwd: dir, logPath: join(dir, 'nginx.log') })
  const gateway: Gateway = {
    port,
    send: (method, path, options = {}) => send(port, method, path, options),
    sendRaw: (bytes) => sendRaw(port, bytes),
    accessLog: () => readFileSync(join(dir, 'access.log'), 'utf8'),
    async stop() {
      await program.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await until('nginx answers', async () => {
    if (program.isGone()) return true
    return (await gateway.send('GET', '/gateway-livez')).status === 200
  })
  if (program.isGone()) throw new Error(`nginx ended; it said:\n${program.output()}`)
  return gateway
}

/** `path` goes out as it is, not put in order as a URL would be. */
function send(port: number, method: string, path: string, options: SendOptions): Promise<Answer> {
  const { body } = options
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { ...length, ...options.headers }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const all = Buffer.concat(parts)
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: all,
          json: () => JSON.parse(all.toString()) as unknown,
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (part) => (received += part.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

/** Answers by `answer` once the request's body is there, and keeps what it was asked. */
export async function startUpstream(answer: RequestListener): Promise<Upstream> {
  const seen: Upstream['seen'] = []
  const sockets = new Map<object, number>()
  const http = createServer((incoming, reply) => {
    const { method = '', url = '', headers, socket } = incoming
    if (!sockets.has(socket)) sockets.set(socket, sockets.size)
    const entry = { method, url, headers, bytes: 0, socket: sockets.get(socket) ?? 0 }
    seen.push(entry)
    incoming.on('data', (part: Buffer) => (entry.bytes += part.length))
    incoming.on('end', () => answer(incoming, reply))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    server: `server 127.0.0.1:${(http.address() as AddressInfo).port}`,
    seen,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
