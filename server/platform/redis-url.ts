// The forms of REDIS_URL: one server, a master that Sentinels name, a cluster.

export type RedisTarget = { user: string | undefined; password: string | undefined; isTls: boolean } & (
  | { kind: 'single'; host: string; port: number; database: number }
  | { kind: 'sentinel'; nodes: RedisNode[]; master: string }
  | { kind: 'cluster'; nodes: RedisNode[] }
)

interface RedisNode {
  host: string
  port: number
}

const FORM =
  /^(rediss?|sentinel|cluster):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([\w.-]+(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)(?:\/([\w.-]*))?$/
const PORTS = { redis: 6379, rediss: 6379, sentinel: 26_379, cluster: 6379 } as const

/**
 * `redis://[user[:password]@]host[:port][/database]`, `rediss://…` over TLS, `sentinel://[user:password@]host[:port],…/master`,
 * `cluster://[user:password@]host[:port],…`. Undefined where it is none of these.
 */
export function parseRedisUrl(url: string): RedisTarget | undefined {
  const [, scheme, user, password, hosts = '', path = ''] = FORM.exec(url) ?? []
  if (scheme === undefined) return undefined
  const nodes = hosts.split(',').map((host) => {
    const [name = '', port] = host.split(':')
    return { host: name, port: Number(port ?? PORTS[scheme as keyof typeof PORTS]) }
  })
  const [first] = nodes
  if (first === undefined || nodes.some(({ port }) => port < 1 || port > 65_535)) return undefined
  const access = { user: decode(user), password: decode(password), isTls: scheme === 'rediss' }
  if (scheme === 'cluster') return path === '' ? { ...access, kind: 'cluster', nodes } : undefined
  if (scheme === 'sentinel')
    return path === '' ? undefined : { ...access, kind: 'sentinel', nodes, master: path }
  if (nodes.length > 1 || !/^\d{0,2}$/.test(path)) return undefined
  return { ...access, kind: 'single', ...first, database: Number(path) }
}

function decode(part: string | undefined): string | undefined {
  return part === undefined || part === '' ? undefined : decodeURIComponent(part)
}
