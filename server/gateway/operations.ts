// What operators and integrators ask of any process: health, metrics, the contract.
import { sql } from 'kysely'
import type { Database } from '../platform/db.ts'
import { sendProblem, type Http } from '../platform/http.ts'
import { referenceRoutes } from './reference.ts'
import { FOR_EVERYBODY } from './rules.ts'

const READY_TIMEOUT_MS = 2_000

export async function operationRoutes(
  http: Http,
  options: {
    database: Database
    isDraining(): boolean
    readMetrics(): Promise<{ text: string; type: string }>
    document(): Promise<object>
  },
): Promise<void> {
  const open = { config: { rule: FOR_EVERYBODY }, schema: { hide: true } }
  http.get('/livez', open, () => ({ status: 'alive' }))
  http.get('/readyz', open, async (request, reply) => {
    const ready = !options.isDraining() && (await isDatabaseReady(options.database))
    if (!ready) return sendProblem(request, reply, 'SERVICE_UNAVAILABLE')
    return { status: 'ready' }
  })
  http.get('/metrics', open, async (_request, reply) => {
    const { text, type } = await options.readMetrics()
    reply.header('content-type', type)
    return text
  })
  http.get('/openapi.json', open, () => options.document())
  referenceRoutes(http)
}

async function isDatabaseReady({ db }: Database): Promise<boolean> {
  const asked = sql<{ isWritable: boolean }>`
    SELECT current_setting('transaction_read_only') = 'off' AS "isWritable"`
    .execute(db)
    .then(
      ({ rows }) => rows[0]?.isWritable === true,
      () => false,
    )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
