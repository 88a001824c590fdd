// How long answers take, by route and status. Counted here and put into Prometheus' words when somebody asks: its library makes an
// object of labels for each answer and hashes it, which every purchase and every read would pay for.
import type { Histogram } from 'prom-client'
import type { Http } from './http.ts'
import type { Metrics } from './metrics.ts'

const NAME = 'http_request_seconds'
const HELP = 'From the first byte of a request to the last of its answer'
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

interface Series {
  labels: { method: string; route: string; status: number }
  /** One for each bucket and one for what took longer than all. */
  counts: number[]
  sum: number
}

/** Every answer; addresses that are no route count together. */
export function measureHttp(http: Http, metrics: Metrics): void {
  /** By route. As many as there are routes, methods and statuses. */
  const known = new Map<string, Series[]>()
  const seriesOf = (method: string, route: string, status: number): Series => {
    const ofRoute = known.get(route) ?? []
    const one = ofRoute.find(({ labels }) => labels.status === status && labels.method === method)
    if (one !== undefined) return one
    const first = {
      labels: { method, route, status },
      counts: [...BUCKETS, Infinity].map(() => 0),
      sum: 0,
    }
    known.set(route, [...ofRoute, first])
    return first
  }
  http.addHook('onResponse', (request, reply, done) => {
    const series = seriesOf(request.method, request.routeOptions.url ?? 'none', reply.statusCode)
    const seconds = reply.elapsedTime / 1000
    series.counts[bucketOf(seconds)]! += 1
    series.sum += seconds
    done()
  })
  const about = {
    name: NAME,
    help: HELP,
    type: 'histogram',
    aggregator: 'sum',
  }
  const get = async () => ({
    ...about,
    values: [...known.values()].flat().flatMap(valuesOf),
  })
  // The part of a metric that a registry uses.
  metrics.registerMetric({
    ...about,
    get,
    reset: () => known.clear(),
  } as unknown as Histogram)
}

function bucketOf(seconds: number): number {
  let bucket = 0
  while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++
  return bucket
}

interface Value {
  metricName: string
  labels: Record<string, string | number>
  value: number
}

/** Buckets count what is in the smaller ones, too. */
function valuesOf({ labels, counts, sum }: Series): Value[] {
  let count = 0
  const buckets = counts.map((more, at) => ({
    metricName: `${NAME}_bucket`,
    labels: { le: BUCKETS[at] ?? '+Inf', ...labels },
    value: (count += more),
  }))
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: sum },
    { metricName: `${NAME}_count`, labels, value: count },
  ]
}
