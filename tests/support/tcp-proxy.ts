// A TCP proxy in the test's process that loses, keeps back, delays or cuts off what passes through it.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from './programs.ts'

/** All but `port` and `close` may be called at any time; what they do is done when they resolve. */
export interface TcpProxy {
  port: number
  readonly mode: ProxyMode
  /** How many connections `cutAnswers` has cut. */
  readonly cuts: number
  /** Forwards, also what was kept back. */
  pass(): Promise<void>
  /** New connections are refused, those there are destroyed. */
  drop(): Promise<void>
  /** Connections open and stay open, nothing comes through in either direction, not even that the other side is gone. */
  hang(): Promise<void>
  /** What the server sends arrives `ms` later, in order. */
  delay(ms: number): Promise<void>
  /**
   * Requests reach the server; the connection is destroyed when the server begins to answer one that `matches`, before any
   * of the answer is forwarded. `request` is what the client has sent since the last answer.
   */
  cutAnswers(matches?: (request: Buffer) => boolean): Promise<void>
  close(): Promise<void>
}

type ProxyMode = 'pass' | 'drop' | 'hang' | 'delay' | 'cutAnswers'

interface State {
  mode: ProxyMode
  delayMs: number
  matches: (request: Buffer) => boolean
  cuts: number
}

interface Link {
  /** Acts upon a change of the mode. */
  follow(): void
  destroy(): void
}

const HOST = '127.0.0.1'
/** Of a request, what is kept to be matched together with its next chunk. */
const OVERLAP_BYTES_MAX = 16_384

/** Like PostgreSQL's, a `host` that is a path is the folder of its Unix socket. */
export async function startProxy(target: {
  host: string
  port: number
  listenPort?: number
}): Promise<TcpProxy> {
  const address = target.host.startsWith('/') ? { path: `${target.host}/.s.PGSQL.${target.port}` } : target
  const port = target.listenPort ?? (await freePort())
  const state: State = { mode: 'pass', delayMs: 0, matches: () => true, cuts: 0 }
  const links = new Set<Link>()
  let server: Server | undefined
  const open = async (): Promise<void> => {
    const opened = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const upstream = connect({ ...address, allowHalfOpen: true, noDelay: true })
      const link = join(client, upstream, state)
      links.add(link)
      upstream.once('close', () => links.delete(link))
    })
    server = opened
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject)
      opened.listen(port, HOST, resolve)
    })
  }
  const shut = (): void => {
    server?.close()
    server = undefined
    for (const link of links) link.destroy()
  }
  const enter = async (mode: ProxyMode, changes: Partial<State> = {}): Promise<void> => {
    Object.assign(state, { mode, delayMs: 0, ...changes })
    if (mode === 'drop') return shut()
    for (const link of links) link.follow()
    if (server === undefined) await open()
  }
  await open()
  return {
    port,
    get mode() {
      return state.mode
    },
    get cuts() {
      return state.cuts
    },
    pass: () => enter('pass'),
    drop: () => enter('drop'),
    hang: () => enter('hang'),
    delay: (ms) => enter('delay', { delayMs: ms }),
    cutAnswers: (matches = () => true) => enter('cutAnswers', { matches }),
    close: () => enter('drop'),
  }
}

function join(client: Socket, upstream: Socket, state: State): Link {
  const requests = createLane(state)
  const answers = createLane(state)
  let request = Buffer.alloc(0)
  let toCut = false
  let isCut = false
  const cut = (): void => {
    isCut = true
    state.cuts++
    client.destroy()
    // Not destroyed: a reset could overtake requests that the server has not read yet. What it still sends is dropped.
    upstream.end()
  }
  const follow = (): void => {
    for (const socket of [client, upstream]) {
      if (state.mode === 'hang') socket.pause()
      else socket.resume()
    }
    requests.flush()
    answers.flush()
  }
  follow()
  client.on('data', (chunk: Buffer) => {
    request = Buffer.concat([request.subarray(-OVERLAP_BYTES_MAX), chunk])
    if (state.mode === 'cutAnswers' && state.matches(request)) toCut = true
    requests.push(() => upstream.write(chunk), 0)
  })
  upstream.on('data', (chunk: Buffer) => {
    if (isCut) return
    if (state.mode === 'cutAnswers' && toCut) return cut()
    request = Buffer.alloc(0)
    toCut = false
    answers.push(() => client.write(chunk), state.delayMs)
  })
  client.on('end', () => requests.push(() => upstream.end(), 0))
  upstream.on('end', () => answers.push(() => client.end(), state.delayMs))
  client.on('close', () => isCut || requests.push(() => upstream.destroy(), 0))
  upstream.on('close', () => answers.push(() => client.destroy(), state.delayMs))
  for (const socket of [client, upstream]) socket.on('error', () => undefined)
  const destroy = (): void => {
    client.destroy()
    upstream.destroy()
  }
  return { follow, destroy }
}

/** One direction: what enters it leaves in order, each when it is due, and nothing while the proxy hangs. */
function createLane(state: State) {
  const waiting: { isDue: boolean; leave: () => void }[] = []
  const flush = (): void => {
    while (state.mode !== 'hang' && waiting[0]?.isDue === true) waiting.shift()?.leave()
  }
  return {
    flush,
    push(leave: () => void, delayMs: number): void {
      const entry = { isDue: delayMs === 0, leave }
      waiting.push(entry)
      if (delayMs === 0) return flush()
      setTimeout(() => {
        entry.isDue = true
        flush()
      }, delayMs)
    },
  }
}
