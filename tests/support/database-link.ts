// Between a server and its PostgreSQL: a link that can be cut, or fall silent as one does whose other end lost its power.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface DatabaseLink {
  /** The database's url through this link. */
  url: string
  /** Lets everything through, for new connections. */
  open(): void
  /** Connections stay, and nothing comes through any more. New ones are accepted, and get no answer. */
  fallSilent(): void
  /** Ends all connections and accepts no new ones. */
  cut(): void
  close(): Promise<void>
}

export async function linkTo(url: string): Promise<DatabaseLink> {
  const target = new URL(url)
  const path = `${target.searchParams.get('host')}/.s.PGSQL.5432`
  const sockets = new Set<Socket>()
  let state: 'open' | 'silent' | 'cut' = 'open'
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    keep(client)
    if (state === 'cut') client.destroy()
    if (state !== 'open') return
    const upstream = connect(path)
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  target.searchParams.delete('host')
  target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: target.href,
    open: () => void (state = 'open'),
    fallSilent() {
      state = 'silent'
      for (const socket of sockets) socket.unpipe().pause()
    },
    cut() {
      state = 'cut'
      endAll()
    },
    async close() {
      endAll()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
