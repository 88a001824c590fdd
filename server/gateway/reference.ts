// The API reference page. Its script alone is 5 MB, so it is loaded when somebody first looks, not by every process that sells.
import { fastify, type FastifyInstance } from 'fastify'
import type { Http } from '../platform/http.ts'
import { FOR_EVERYBODY } from './rules.ts'

export function referenceRoutes(http: Http): void {
  let pages: Promise<FastifyInstance> | undefined
  const open = { config: { rule: FOR_EVERYBODY }, schema: { hide: true } }
  for (const url of ['/reference', '/reference/*']) {
    http.get(url, open, async (request, reply) => {
      pages ??= loadPages()
      const page = await pages
      reply.hijack()
      page.routing(request.raw, reply.raw)
    })
  }
}

async function loadPages(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const pages = fastify()
  await pages.register(scalar, { routePrefix: '/reference', configuration: { url: '/openapi.json' } })
  await pages.ready()
  return pages
}
