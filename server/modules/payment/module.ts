import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Module, Worker } from '../../platform/worker.ts'
import type { ItemApi } from '../item/contract.ts'
import type { OrderMoney } from '../order/contract.ts'
import type { StockApi } from '../stock/contract.ts'
import { createBeginConfirm } from './begin-confirm.ts'
import { createFindPayment } from './confirm-payment.ts'
import { PROVIDERS, type PaymentApi, type ProviderName } from './contract.ts'
import { exportPayments } from './export.ts'
import { forgetOldWebhooks, handleWebhooks } from './handle-webhooks.ts'
import { createInitiate } from './initiate.ts'
import { measurePayments } from './measure-payments.ts'
import { checkNiceAuth, createNiceProvider } from './nice.ts'
import type { Provider } from './provider.ts'
import { reconcile } from './reconcile.ts'
import { refundDue } from './refund.ts'
import { requestRefund } from './request-refund.ts'
import { paymentRoutes } from './routes.ts'
import { createSettle } from './settle.ts'
import { createAuthorize } from './simulator.ts'
import { createTossProvider } from './toss.ts'
import { verify } from './verify.ts'

interface ProviderAccess {
  url: string
  clientKey: string
  secretKey: string
  /** Of the simulator; real windows are opened by the provider's own script. */
  windowUrl: string | undefined
  scriptUrl: string | undefined
}

export interface PaymentDeps {
  config: {
    toss: ProviderAccess | undefined
    nice: ProviderAccess | undefined
    /** Where one program stands for both providers. */
    simulatorUrl: string | undefined
    leaseMs: number
    sessionMs: number
    extendHoldSeconds: number
    /** How long a provider that does not answer is left alone. */
    breakerOpenMs: number
  }
  database: Database
  orders: OrderMoney
  items: Pick<ItemApi, 'readItems'>
  stock: Pick<StockApi, 'announceUnits'>
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
}

const RECONCILE_EVERY_MS = 250
const REFUND_EVERY_MS = 250
const WEBHOOKS_EVERY_MS = 250
const VERIFY_EVERY_MS = 5_000
const FORGET_EVERY_MS = 60_000

export function createPaymentModule(deps: PaymentDeps): Module<PaymentApi> {
  const { config, database, orders, stock, clock, ids, log } = deps
  const { leaseMs } = config
  const providers = openProviders(deps)
  const initiate = createInitiate({ database, orders, ids, extendSeconds: config.extendHoldSeconds })
  const begin = createBeginConfirm({ database, orders, leaseMs })
  const settle = createSettle({ database, orders, stock, clock, sessionMs: config.sessionMs })
  const { nice, simulatorUrl } = config
  const parts = {
    database,
    providers,
    orders,
    items: deps.items,
    stock,
    find: createFindPayment(database),
    initiate,
    begin,
    settle,
    ids,
    clock,
    log,
    leaseMs,
  }
  measurePayments(deps.metrics, { db: database.db, providers })
  const connections: Worker = {
    name: 'connections to payment providers',
    start: async () => undefined,
    stop: async () => {
      await Promise.all([...providers.values()].map((provider) => provider.close()))
    },
  }
  return {
    api: { requestRefund, exportOf: (userId) => exportPayments(database.db, userId) },
    attendants: [connections],
    workers: [
      repeat('settle unknown payments', RECONCILE_EVERY_MS, log, () => reconcile(parts)),
      repeat('send refunds', REFUND_EVERY_MS, log, () => refundDue(parts)),
      repeat('handle webhooks', WEBHOOKS_EVERY_MS, log, () => handleWebhooks(parts)),
      repeat('compare with providers', VERIFY_EVERY_MS, log, () => verify(parts)),
      repeat('forget webhooks', FORGET_EVERY_MS, log, () => forgetOldWebhooks(parts)),
    ],
    routes: (http) =>
      paymentRoutes(http, {
        ...parts,
        authorize: simulatorUrl === undefined ? undefined : createAuthorize(simulatorUrl, providers),
        isSignedByNice: nice === undefined ? undefined : (form) => checkNiceAuth(form, nice),
      }),
  }
}

function openProviders({ config, clock, log }: PaymentDeps): ReadonlyMap<ProviderName, Provider> {
  const { toss, nice } = config
  const shared = { clock, log, breaker: { openMs: config.breakerOpenMs } }
  const open: Record<ProviderName, Provider | undefined> = {
    TOSS: toss && createTossProvider({ ...toss, ...shared }),
    NICE: nice && createNiceProvider({ ...nice, ...shared }),
  }
  return new Map(PROVIDERS.flatMap((name) => (open[name] === undefined ? [] : [[name, open[name]]])))
}
