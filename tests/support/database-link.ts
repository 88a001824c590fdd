// Between a server and its PostgreSQL: a proxy of the test's, and the database's url through it.
import { startProxy, type TcpProxy } from './tcp-proxy.ts'

export async function linkTo(url: string): Promise<{ url: string; proxy: TcpProxy }> {
  const target = new URL(url)
  const host = target.searchParams.get('host') ?? target.hostname
  const proxy = await startProxy({ host, port: Number(target.port) })
  target.searchParams.delete('host')
  target.host = `127.0.0.1:${proxy.port}`
  return { url: target.href, proxy }
}
