// A TCP proxy that stops one connection at a chosen message, so that a process can be ended at exactly that moment.
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** `request`: it is not forwarded. `work`: it is, and its answer is held. `answer`: its answer is there, and held. */
export type Hold = 'request' | 'work' | 'answer'

export interface Stop {
  /** Resolves when a connection stands there. */
  reached: Promise<void>
  /** What was held goes on, also where the client is gone by now. */
  release(): void
  /** What was held never arrives. */
  cut(): void
}

export interface StopProxy {
  port: number
  /** The first connection that sends these one after the other stops at the last of them. Once. */
  stopAt(messages: readonly RegExp[], hold: Hold): Stop
  close(): Promise<void>
}

interface Trap {
  messages: readonly RegExp[]
  hold: Hold
  link: Link | undefined
  reach(): void
}

interface Link {
  release(): void
  cut(): void
}

const HOST = '127.0.0.1'

/** Like PostgreSQL's, a `host` that is a path is the folder of its Unix socket. */
export async function startStopProxy(target: { host: string; port: number }): Promise<StopProxy> {
  const address = target.host.startsWith('/') ? { path: `${target.host}/.s.PGSQL.${target.port}` } : target
  const traps = new Set<Trap>()
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...address, noDelay: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
    }
    join(client, upstream, traps)
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stopAt(messages, hold) {
      let reach = (): void => undefined
      const reached = new Promise<void>((resolve) => (reach = resolve))
      const trap: Trap = { messages, hold, link: undefined, reach }
      traps.add(trap)
      const end = (): void => void traps.delete(trap)
      return {
        reached,
        release: () => (end(), trap.link?.release()),
        cut: () => (end(), trap.link?.cut()),
      }
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function join(client: Socket, upstream: Socket, traps: Set<Trap>): void {
  const progress = new Map<Trap, number>()
  let stopped: Trap | undefined
  let held: (() => void)[] = []
  const link: Link = {
    release() {
      stopped = undefined
      for (const go of held.splice(0)) go()
      if (client.destroyed) upstream.end()
    },
    cut() {
      stopped = undefined
      held = []
      client.destroy()
      upstream.destroy()
    },
  }
  const stepOf = (text: string): Trap | undefined =>
    [...traps].find((trap) => {
      const step = progress.get(trap) ?? 0
      if (trap.link !== undefined || trap.messages[step]?.test(text) !== true) return false
      progress.set(trap, step + 1)
      return step + 1 === trap.messages.length
    })
  client.on('data', (chunk: Buffer) => {
    const trap = stopped === undefined ? stepOf(chunk.toString('latin1')) : undefined
    if (trap !== undefined) {
      stopped = trap
      trap.link = link
      if (trap.hold !== 'answer') trap.reach()
    }
    if (stopped?.hold === 'request') held.push(() => upstream.write(chunk))
    else upstream.write(chunk)
  })
  upstream.on('data', (chunk: Buffer) => {
    if (stopped === undefined) {
      client.write(chunk)
      return
    }
    held.push(() => client.write(chunk))
    if (stopped.hold === 'answer') stopped.reach()
  })
  client.on('close', () => stopped ?? upstream.destroy())
  upstream.on('close', () => stopped ?? client.end())
}
