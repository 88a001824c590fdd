import { fastify } from 'fastify'
import { Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { Http } from './http.ts'
import { measureHttp } from './measure-http.ts'

test('answers are counted by route, method and status, just as the histogram of the library would', async () => {
  const [metrics, expected] = [new Registry(), new Registry()]
  const histogram = new Histogram({
    name: 'http_request_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [expected],
  })
  const http = fastify() as unknown as Http
  measureHttp(http, metrics)
  http.addHook('onResponse', ({ method, routeOptions }, { statusCode: status, elapsedTime }, done) => {
    histogram.observe({ method, route: routeOptions.url ?? 'none', status }, elapsedTime / 1000)
    done()
  })
  http.get<{ Params: { status: string } }>('/things/:status', ({ params }, reply) =>
    reply.code(Number(params.status)).send('x'),
  )
  const asked = ['GET /things/200', 'GET /things/200?again', 'GET /things/404', 'HEAD /things/200']
  for (const one of [...asked, 'GET /nothing', 'POST /nothing/else']) {
    const [method, url] = one.split(' ') as ['GET' | 'HEAD' | 'POST', string]
    await http.inject({ method, url })
  }
  await http.close()
  const linesOf = async (registry: Registry): Promise<string[]> =>
    (await registry.metrics()).split('\n').toSorted()
  const lines = await linesOf(metrics)
  expect(lines).toEqual(await linesOf(expected))
  expect(lines).toContain('http_request_seconds_count{method="GET",route="/things/:status",status="200"} 2')
  expect(lines).toContain('http_request_seconds_bucket{le="+Inf",method="POST",route="none",status="404"} 1')
})
