import { Histogram } from 'prom-client'
import type { Http } from './http.ts'
import type { Metrics } from './metrics.ts'

/** Every answer by route and status; addresses that are no route count together. */
export function measureHttp(http: Http, metrics: Metrics): void {
  const seconds = new Histogram({
    name: 'http_request_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics],
  })
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
}
