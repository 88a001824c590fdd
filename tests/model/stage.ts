// Where a history takes place: one PostgreSQL, a Redis perhaps, the processes that sell, and what befell them.
import { createMemoryStore } from '../../server/modules/stock/gate-memory.ts'
import { createRedisStore } from '../../server/modules/stock/gate-redis.ts'
import type { Backend } from '../../server/modules/order/sql.ts'
import { createClients, type Clients } from './clients.ts'
import type { Phase } from './connection.ts'
import { createDatabase, type Database } from './database.ts'
import { FAULTS_MS, QUICK_DISK_MS, type Plan } from './plans.ts'
import { startProcess, type News, type Process } from './process.ts'
import { createPlayedRedis, type PlayedRedis } from './redis.ts'
import { watchStore, type WatchedStore } from './watched-store.ts'
import { createLine, createParty, createWorld, type Party, type World } from './world.ts'

/** Faults that are put into the played parts or around the real ones, to see that the properties find them. */
export interface Planted {
  decidesBeforeWaiting?: boolean
  wrapStore?(store: WatchedStore, database: Database): WatchedStore
  isGone?(database: Database, backend: Backend, how: 'ask' | 'end'): boolean
}

/** What broke, from when to when. */
export interface Trouble {
  kind: string
  /** The process that it befell; undefined: all. */
  process: Process | undefined
  fromMs: number
  untilMs: number
}

export interface Seller extends Process {
  index: number
  store(): WatchedStore
  /** Takes no more requests, answers those it has, and ends, as in a deployment. */
  retire(): void
}

export interface Stage {
  plan: Plan
  world: World
  database: Database
  redis: PlayedRedis | undefined
  clients: Clients
  /** Those that run now. */
  sellers(): readonly Seller[]
  start(index: number): void
  troubles: Trouble[]
  /** Set by the faults: told where each statement of a process has come to. */
  onPhase(seller: Seller, phase: Phase): void
  takeFailure(index: number): string | undefined
  /** NOTIFY does not reach the process before then. */
  unheardUntilMs: number[]
  /** What the code under test threw and nobody expected. */
  thrown: unknown[]
}

const DATABASE_AHEAD_MS = 40_000
const DRAIN_EVERY_MS = 10

export function createStage(plan: Plan, options: { planted: Planted; isTraced: boolean }): Stage {
  const { planted } = options
  const world = createWorld({ seed: plan.seed, isTraced: options.isTraced })
  const database = createDatabase(world, {
    aheadMs: DATABASE_AHEAD_MS,
    diskMs: () => (world.nowMs() < FAULTS_MS ? plan.diskMs : QUICK_DISK_MS),
    decidesBeforeWaiting: planted.decidesBeforeWaiting === true,
  })
  const wrap = (store: WatchedStore): WatchedStore => planted.wrapStore?.(store, database) ?? store
  const redis = plan.mode === 'shared' ? createPlayedRedis(world, wrap) : undefined
  const all: (Seller | undefined)[] = []
  /** Whoever retires goes on beside the one that takes its place. */
  const retired: Party[] = []
  const listeners = new Map<Seller, (run: () => void) => void>()
  let starts = 0

  const tell = (news: News): void =>
    void world.after(database.party, world.travelMs(), () => {
      if (!database.isUp()) return
      for (const [seller, line] of listeners)
        if ((stage.unheardUntilMs[seller.index] ?? 0) <= world.nowMs()) line(() => seller.hear(news))
    })
  const isSelling = (seller: Seller | undefined): seller is Seller =>
    seller?.party.isGone === false && !retired.includes(seller.party)
  const clients = createClients({ world, processes: () => stage.sellers() })
  const stage: Stage = {
    plan,
    world,
    database,
    redis,
    clients,
    troubles: [],
    unheardUntilMs: [],
    thrown: [],
    onPhase: () => undefined,
    takeFailure: () => undefined,
    sellers: () => all.filter(isSelling),
    start(index) {
      const party = createParty(`P${index}.${++starts}`)
      const memory = redis === undefined ? wrap(watchStore(createMemoryStore(), world)) : undefined
      const link = redis?.link(party)
      const store = (): WatchedStore => memory ?? redis!.store()
      const process = startProcess({
        world,
        database,
        party,
        aheadMs: plan.aheadMs[index] ?? 0,
        store: memory ?? createRedisStore({ redis: link!, prefix: 'model' }),
        unitsGranted: (claim) => store().unitsGranted(claim),
        isTaken: (claim) => store().isTaken(claim),
        onPhase: (phase) => isSelling(seller) && stage.onPhase(seller, phase),
        takeFailure: () => stage.takeFailure(index),
        sweepEveryMs: plan.mode === 'one' ? 250 : 500,
        batchRowsMax: plan.batchRowsMax,
        queueRowsMax: plan.queueRowsMax,
        tell,
        isGone: (backend, how) => planted.isGone?.(database, backend, how) ?? database.isGone(backend, how),
        onFault: (error) => stage.thrown.push(error),
      })
      const retire = (): void => {
        if (!retired.includes(party)) world.note(() => `${party.name} retires`)
        retired.push(party)
        if (clients.isAsking(party)) world.timer(party, DRAIN_EVERY_MS, retire)
        else
          void process.stop().then(() => {
            party.isGone = true
          })
      }
      const seller: Seller = { ...process, index, store, retire }
      all[index] = seller
      listeners.set(seller, createLine(world, party))
      void link?.start()
      world.note(() => `${party.name} starts`)
    },
  }
  for (let index = 0; index < plan.aheadMs.length; index++) stage.start(index)
  return stage
}
