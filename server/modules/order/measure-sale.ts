// What an operator sees of the sale in /metrics.
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../../platform/metrics.ts'
import type { GateCensus } from '../stock/contract.ts'
import type { PlaceOutcome } from './contract.ts'
import type { Purchase } from './purchase.ts'
import type { SaleTally } from './sale-tally.ts'

export function measureSale(
  metrics: Metrics,
  read: { queued(): number; unknown(): number; census(): GateCensus },
  tally: Pick<SaleTally, 'count'>,
): { batch(rows: number, milliseconds: number): void; purchase(purchase: Purchase): Purchase } {
  const registers = [metrics]
  const outcomes = new Map<PlaceOutcome['outcome'], number>()
  const batchRows = new Histogram({
    name: 'order_writer_batch_rows',
    help: 'Requests that shared one commit',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'order_writer_batch_seconds',
    help: 'From handing a batch to PostgreSQL to its answer',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  // Counted in a plain map and copied when read: thousands of purchases a second pass here.
  new Counter({
    name: 'limited_order_outcomes_total',
    help: 'Answers to limited orders that were not refused from memory',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, count] of outcomes) this.inc({ outcome }, count)
    },
  })
  for (const [name, help, value, aggregator = 'sum'] of [
    ['order_writer_queue_rows', 'Requests waiting for the writer', read.queued],
    ['order_claims_unknown', 'Claims whose truth is not known yet', read.unknown],
    ['sale_gate_items', 'Items whose gate is in use', () => read.census().items, 'max'],
    [
      'sale_gate_claims_in_flight',
      'Claims granted by the gate and not settled yet',
      () => read.census().claimsInFlight,
    ],
    [
      'sale_gate_units_left',
      'Available units less units of claims in flight, over all loaded items',
      () => read.census().unitsLeft,
      'max',
    ],
    [
      'sale_gate_away',
      '1 while the gate in Redis does not answer and PostgreSQL decides alone',
      () => Number(read.census().isAway),
      'max',
    ],
  ] as const) {
    new Gauge({
      name,
      help,
      registers,
      // Of several processes on one port.
      aggregator,
      collect() {
        this.set(value())
      },
    })
  }
  return {
    batch(rows, milliseconds) {
      batchRows.observe(rows)
      batchSeconds.observe(milliseconds / 1000)
    },
    purchase: (purchase) => async (claim) => {
      const startedMs = performance.now()
      let known: PlaceOutcome['outcome'] | undefined
      try {
        const outcome = await purchase(claim)
        known = outcome.outcome
        outcomes.set(known, (outcomes.get(known) ?? 0) + 1)
        return outcome
      } finally {
        tally.count(claim.itemId, known, performance.now() - startedMs)
      }
    },
  }
}
