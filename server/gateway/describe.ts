// The contract of the whole service, whatever part of it this process serves: made once, when somebody asks.
import fastifySwagger from '@fastify/swagger'
import { createHttp, type Http } from '../platform/http.ts'
import type { Log } from '../platform/log.ts'

/** `addRoutes` registers every route on a server that is never opened. The OpenAPI 3.1 document comes back. */
export function describe(addRoutes: (http: Http) => Promise<void>, log: Log): () => Promise<object> {
  let document: Promise<object> | undefined
  const make = async (): Promise<object> => {
    const http = createHttp({ log, bodyBytesMax: 1 })
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
    await addRoutes(http)
    await http.ready()
    const made = http.swagger()
    await http.close()
    return made
  }
  return () => (document ??= make())
}
