// The pool of database connections, where the network fails without a word.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { isUnavailable, openDatabase } from '../../server/platform/db.ts'
import { newDatabase } from '../support/postgres.ts'

const cleanUp: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})

/** Lets everything through until `freeze`: from then on the connections that are there are silent, new ones are not. */
async function startLink(socketPath: string): Promise<{ port: number; freeze(): void }> {
  const pairs: [Socket, Socket][] = []
  const server: Server = createServer((client) => {
    const upstream = connect(socketPath)
    pairs.push([client, upstream])
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  cleanUp.push(() => {
    for (const socket of pairs.flat()) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      for (const socket of pairs.flat()) socket.unpipe().pause()
    },
  }
}

it(
  'a connection that does not answer any more is ended, and nobody else waits on it',
  { timeout: 40_000 },
  async () => {
    const made = await newDatabase('database')
    cleanUp.push(made.drop)
    const target = new URL(made.url)
    const link = await startLink(`${target.searchParams.get('host')}/.s.PGSQL.5432`)
    target.searchParams.delete('host')
    target.host = `127.0.0.1:${link.port}`
    const database = openDatabase({ url: target.href, poolMax: 2, log: pino({ level: 'silent' }) })
    cleanUp.push(() => database.close())
    const ask = () => sql<{ one: number }>`SELECT 1 AS one`.execute(database.db)

    expect((await ask()).rows).toEqual([{ one: 1 }])
    link.freeze()
    const failed = await ask().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(isUnavailable(failed)).toBe(true)
    const startedMs = performance.now()
    expect((await ask()).rows).toEqual([{ one: 1 }])
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  },
)
