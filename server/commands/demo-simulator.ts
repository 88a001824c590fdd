// The simulator of the payment providers beside a demo: nothing is really paid, and all of it can be tried.
import { join } from 'node:path'
import type { Lifetime } from '../lifetime.ts'

const STOP_MS_MAX = 1_000
const PAYMENTS = '/payment-service/api/v1/payments'

/** Its address. Its book is kept in `dir`, so that what was paid can be refunded after a restart. */
export async function openSimulator(dir: string, life: Lifetime, host: string): Promise<string> {
  // Loaded here alone: an installation that serves has no simulator.
  const { startSimulator } = await import('../../simulator/simulator.ts')
  const simulator = await startSimulator({ host, port: 0, bookFile: join(dir, 'simulator.jsonl') })
  await life.add({ name: 'the payment simulator', stop: () => simulator.stop(), msMax: STOP_MS_MAX })
  return simulator.url
}

/** Tells it where webhooks go: known only once the server listens. */
export async function sendWebhooksTo(simulatorUrl: string, serverUrl: string): Promise<void> {
  const answer = await fetch(`${simulatorUrl}/control/webhooks`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      toss: `${serverUrl}${PAYMENTS}/toss/webhook`,
      nice: `${serverUrl}${PAYMENTS}/nice/webhook`,
    }),
  })
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`)
}
