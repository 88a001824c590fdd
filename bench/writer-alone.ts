// The writer of the service without HTTP and without a gate: callers that each place their next order when they have one.
import { systemClock, systemTimers } from '../server/platform/clock.ts'
import { createLog } from '../server/platform/log.ts'
import { createWriter } from '../server/modules/order/writer.ts'
import { createWriterConnection } from '../server/modules/order/writer-connection.ts'
import { createHistogram, type HistogramData } from './histogram.ts'
import type { Rig } from './rig.ts'

export interface WriterRun {
  perSecond: number
  placed: number
  latency: HistogramData
}

export async function runWriter(
  rig: Rig,
  options: { itemId: number; callers: number; seconds: number; keyPrefix: string },
): Promise<WriterRun> {
  const log = createLog('warn')
  const writer = createWriter({
    openConnection: (onReady) => createWriterConnection({ url: rig.database.url, log, onReady }),
    log,
    clock: systemClock,
    timers: systemTimers,
    batchRowsMax: 500,
    queueRowsMax: 20_000,
    claimLeaseMs: 15_000,
    events: { onSettled: () => undefined, onUnknown: () => undefined },
  })
  await writer.start()
  const latency = createHistogram()
  let placed = 0
  let key = 0
  const startMs = performance.now()
  const endMs = startMs + options.seconds * 1000
  const call = async (): Promise<void> => {
    for (let now = performance.now(); now < endMs;) {
      const number = key++
      const buyerId = rig.buyers.first + (number % rig.buyers.count)
      const claim = { itemId: options.itemId, buyerId, key: `${options.keyPrefix}${number}`, quantity: 1 }
      const { outcome } = await writer.place({ ...claim, priceKrw: undefined }, 0)
      if (outcome !== 'placed') throw new Error(`the writer answered ${outcome}`)
      placed++
      const then = now
      now = performance.now()
      latency.add(now - then)
    }
  }
  try {
    await Promise.all(Array.from({ length: options.callers }, call))
    return { perSecond: (placed / (performance.now() - startMs)) * 1000, placed, latency: latency.data() }
  } finally {
    await writer.stop()
  }
}
