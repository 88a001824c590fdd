// What operators and integrators ask of any process: health, metrics, the contract.
import fastifySwagger from '@fastify/swagger'
import { sql } from 'kysely'
import type { Database } from '../platform/db.ts'
import { sendProblem, type Http } from '../platform/http.ts'
import type { Metrics } from '../platform/metrics.ts'
import { referenceRoutes } from './reference.ts'

const READY_TIMEOUT_MS = 2_000

export async function operationRoutes(
  http: Http,
  { database, metrics }: { database: Database; metrics: Metrics },
): Promise<void> {
  await http.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Hurry Up Order',
        version: '1',
        description: 'First-come-first-served sales of limited items, and the shop around them.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'accessToken' },
        },
      },
    },
    hideUntagged: true,
  })
  const open = { config: { access: 'public' as const }, schema: { hide: true } }
  http.get('/livez', open, () => ({ status: 'alive' }))
  http.get('/readyz', open, async (request, reply) => {
    const ready = await isDatabaseReady(database)
    if (!ready) return sendProblem(request, reply, 'SERVICE_UNAVAILABLE')
    return { status: 'ready' }
  })
  http.get('/metrics', open, async (_request, reply) => {
    reply.header('content-type', metrics.contentType)
    return metrics.metrics()
  })
  http.get('/openapi.json', open, () => http.swagger())
  referenceRoutes(http)
}

async function isDatabaseReady({ db }: Database): Promise<boolean> {
  const asked = sql`SELECT 1`.execute(db).then(
    () => true,
    () => false,
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
