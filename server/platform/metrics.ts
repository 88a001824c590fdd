import { collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = Registry

/** One registry a composed application, so that several can live in one test process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
