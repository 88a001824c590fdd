// What an operator sees of payments in /metrics.
import { Gauge } from 'prom-client'
import type { Db } from '../../platform/db.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { ProviderName } from './contract.ts'
import type { Provider } from './provider.ts'
import { countOpenRefunds } from './sql-refund.ts'
import { countUnsettled } from './sql.ts'

export function measurePayments(
  metrics: Metrics,
  { db, providers }: { db: Db; providers: ReadonlyMap<ProviderName, Provider> },
): void {
  const registers = [metrics]
  const aggregator = 'max'
  const known = {
    unknown: new Gauge({
      name: 'payments_being_checked',
      help: 'Attempts of which it is not known whether they were charged',
      registers,
      aggregator,
    }),
    oldest: new Gauge({
      name: 'payments_being_checked_oldest_seconds',
      help: 'Since when the oldest of them is',
      registers,
      aggregator,
    }),
    refunds: new Gauge({ name: 'refunds_open', help: 'Refunds that are not done', registers, aggregator }),
  }
  new Gauge({
    name: 'refunds_stuck',
    help: 'Refunds that their provider has refused again and again: somebody has to look',
    registers,
    aggregator,
    // One read for all of them.
    async collect() {
      const [unsettled, refunds] = await Promise.all([countUnsettled(db), countOpenRefunds(db)]).catch(
        () => [],
      )
      if (unsettled === undefined || refunds === undefined) return
      known.unknown.set(unsettled.unknown)
      known.oldest.set(unsettled.oldestSeconds)
      known.refunds.set(refunds.open)
      this.set(refunds.stuck)
    },
  })
  new Gauge({
    name: 'payment_provider_usable',
    help: '0 while the breaker of a provider is open',
    labelNames: ['provider'],
    registers,
    aggregator: 'min',
    collect() {
      for (const [provider, { isUsable }] of providers) this.set({ provider }, Number(isUsable()))
    },
  })
}
