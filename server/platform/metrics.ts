import cluster from 'node:cluster'
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = Registry

/** One registry a composed application, so that several can live in one test process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  // The first process of several asks the others for theirs; making one of these is what answers it.
  if (cluster.isWorker) {
    new AggregatorRegistry()
    AggregatorRegistry.setRegistries([registry])
  }
  return registry
}

/** Of all processes that share our port, summed up where that makes sense. */
export async function readMetrics(metrics: Metrics): Promise<{ text: string; type: string }> {
  const text = cluster.isWorker ? await askFirst() : await metrics.metrics()
  return { text, type: metrics.contentType }
}

interface MetricsMessage {
  about: 'metrics'
  id: number
  text?: string
}

const ANSWER_MS_MAX = 7_000
let asked = 0

function askFirst(): Promise<string> {
  const id = asked++
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      process.off('message', hear)
    }
    const hear = (message: MetricsMessage): void => {
      if (message.about !== 'metrics' || message.id !== id) return
      end()
      if (message.text === undefined)
        reject(new Error('the metrics of the other processes could not be read'))
      else resolve(message.text)
    }
    const timer = setTimeout(() => {
      end()
      reject(new Error('the first process does not answer'))
    }, ANSWER_MS_MAX)
    process.on('message', hear)
    process.send?.({ about: 'metrics', id } satisfies MetricsMessage)
  })
}

/** In the first process: answers the others that are asked for metrics. */
export function answerMetrics(): void {
  const registry = new AggregatorRegistry()
  cluster.on('message', (worker, message: MetricsMessage) => {
    if (message.about !== 'metrics') return
    registry
      .clusterMetrics()
      .catch(() => undefined)
      .then((text) => worker.isConnected() && worker.send({ ...message, text }))
      .catch(() => undefined)
  })
}
