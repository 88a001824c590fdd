// A server that passes for an old Redis: it knows no HELLO, says its version in INFO, and keeps nothing.
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface FakeRedis {
  /** `redis://127.0.0.1:port` */
  url: string
  port: number
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const ACCEPTED = new Set(['AUTH', 'CLIENT', 'QUIT', 'READONLY', 'RESET', 'SELECT'])

export async function startFakeRedis({ version = '5.0.14' } = {}): Promise<FakeRedis> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      for (let read = readRequest(pending); read !== undefined; read = readRequest(pending)) {
        pending = pending.subarray(read.length)
        const name = read.words[0]?.toUpperCase()
        if (name !== undefined) socket.write(answer(name, read.words, version))
        if (name === 'QUIT') socket.end()
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `redis://${HOST}:${port}`,
    port,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function answer(name: string, words: readonly string[], version: string): string {
  if (name === 'PING') return '+PONG\r\n'
  if (ACCEPTED.has(name)) return '+OK\r\n'
  if (name !== 'INFO') return `-ERR unknown command \`${words[0]}\`\r\n`
  const info = `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Persistence\r\nloading:0\r\n`
  return `$${Buffer.byteLength(info)}\r\n${info}\r\n`
}

/** The request at the start of `bytes`, once all of it is there: an array of strings, or words on a line. */
function readRequest(bytes: Buffer): { words: string[]; length: number } | undefined {
  const lineAt = (from: number): { text: string; next: number } | undefined => {
    const end = bytes.indexOf('\r\n', from)
    return end === -1 ? undefined : { text: bytes.toString('latin1', from, end), next: end + 2 }
  }
  const head = lineAt(0)
  if (head === undefined) return undefined
  if (!head.text.startsWith('*'))
    return { words: head.text.split(' ').filter((word) => word !== ''), length: head.next }
  const words: string[] = []
  let at = head.next
  while (words.length < Number(head.text.slice(1))) {
    const size = lineAt(at)
    if (size === undefined) return undefined
    const end = size.next + Number(size.text.slice(1))
    if (bytes.length < end + 2) return undefined
    words.push(bytes.toString('utf8', size.next, end))
    at = end + 2
  }
  return { words, length: at }
}
