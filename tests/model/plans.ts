// What a history is made of: the terms of the sale, what buyers and the seller do, what breaks and when, and the seed of
// everything else. Few buyers, keys and units, so that they meet; small values first, so that a failure shrinks to few.
import fc from 'fast-check'
import { BAD_KEY, type Phase } from './connection.ts'

/** One process; several, each with a gate of its own; several that share one in Redis. */
export const MODES = ['one', 'several', 'shared'] as const
export type Mode = (typeof MODES)[number]

interface SaleTerms {
  units: number
  limitPerBuyer: number
  holdSeconds: number
  openInMs: number
  closeInMs: number
}

export interface Request {
  atMs: number
  /** Sent only after the answer of the request before it. */
  isAfter: boolean
  /** Sent twice at once, to two processes where there are two. */
  isTwice: boolean
  item: number
  buyer: number
  key: string
  quantity: number
  priceKrw: number | undefined
  process: number
}

export type Change = { atMs: number; item: number; process: number } & (
  | { kind: 'restock'; delta: number }
  | { kind: 'pause'; ms: number }
  | { kind: 'close' }
  | { kind: 'cancel'; buyer: number }
)

/** Befalls one process: at once, or where its next statement has come to. */
export type ProcessFault = { atMs: number; process: number; phase: 'now' | Phase } & (
  | { kind: 'cut'; isNoticed: boolean }
  | { kind: 'mute' }
  | { kind: 'crash'; ms: number; isNoticed: boolean }
  | { kind: 'stall'; ms: number }
  | { kind: 'replace' }
)

/** Befalls what is around the processes. */
export type OuterFault = { atMs: number } & (
  | { kind: 'restart'; ms: number }
  | { kind: 'fail'; process: number; code: '40P01' | '40001' | '57014' | '55P03' }
  | { kind: 'hold'; item: number; ms: number }
  | { kind: 'unheard'; process: number; ms: number }
  | { kind: 'redisAway'; process: number; ms: number }
  | { kind: 'redisSlow'; ms: number }
  | { kind: 'redisUnheard'; process: number; ms: number }
  | { kind: 'redisFlush' }
)

type Fault = ProcessFault | OuterFault

export interface Plan {
  mode: Mode
  seed: number
  /** Of each process's clock. */
  aheadMs: readonly number[]
  batchRowsMax: number
  queueRowsMax: number
  /** How long a commit may take: a disk that is quick, or one that is not. */
  diskMs: number
  sales: readonly SaleTerms[]
  requests: readonly Request[]
  changes: readonly Change[]
  faults: readonly Fault[]
  /** How long nobody comes when the sale is over: past a minute, gates forget the item. */
  idleMs: number
}

/** Requests, changes and faults begin within this. */
const SALE_MS = 3_000
/** Later nothing breaks any more: whatever waits for its moment is called off, and the disk is quick. */
export const FAULTS_MS = 5_000
export const QUICK_DISK_MS = 4
export const QUEUE_ROWS_FEW = 2
export const PRICE_KRW = 1_000
/** No sale is there. */
const UNKNOWN_ITEM = 9
/** Stands for all processes. */
export const EVERYBODY = -1

export const itemIdOf = (item: number): number => item + 1

const atMs = fc.integer({ min: 0, max: SALE_MS })

function sale(): fc.Arbitrary<SaleTerms> {
  return fc.record({
    units: fc.integer({ min: 1, max: 5 }),
    limitPerBuyer: fc.integer({ min: 1, max: 3 }),
    holdSeconds: fc.constantFrom(300, 1, 2),
    openInMs: fc.oneof(fc.constant(-1_000), fc.integer({ min: 0, max: 600 })),
    closeInMs: fc.oneof(
      { weight: 5, arbitrary: fc.constant(1e9) },
      { weight: 1, arbitrary: fc.integer({ min: 1_000, max: SALE_MS }) },
    ),
  })
}

function request(item: fc.Arbitrary<number>, process: fc.Arbitrary<number>): fc.Arbitrary<Request> {
  const keyOf = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('a', 'b') },
    { weight: 1, arbitrary: fc.constant(BAD_KEY) },
  )
  return fc.record({
    atMs: fc.oneof(fc.constantFrom(0, 1, 2, 500), atMs),
    isAfter: fc.boolean(),
    isTwice: rarely(fc.constant(true), false),
    item,
    buyer: fc.integer({ min: 1, max: 4 }),
    key: keyOf,
    quantity: fc.integer({ min: 1, max: 3 }),
    priceKrw: rarely(fc.constantFrom(PRICE_KRW, PRICE_KRW - 1), undefined),
    process,
  })
}

function change(item: fc.Arbitrary<number>, process: fc.Arbitrary<number>): fc.Arbitrary<Change> {
  const base = { atMs, item, process }
  const kind = <T extends string>(name: T): { kind: fc.Arbitrary<T> } => ({ kind: fc.constant(name) })
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ ...base, ...kind('cancel'), buyer: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record({ ...base, ...kind('restock'), delta: fc.constantFrom(1, 2, -1) }) },
    { weight: 2, arbitrary: fc.record({ ...base, ...kind('pause'), ms: fc.integer({ min: 1, max: 800 }) }) },
    { weight: 1, arbitrary: fc.record({ ...base, ...kind('close') }) },
  )
}

function fault(mode: Mode, item: fc.Arbitrary<number>, process: fc.Arbitrary<number>): fc.Arbitrary<Fault> {
  const phase = fc.constantFrom<('now' | Phase)[]>('arrived', 'decided', 'committed', 'now')
  const ms = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
  const isNoticed = fc.boolean()
  const of = (
    weight: number,
    kind: Fault['kind'],
    rest: Record<string, fc.Arbitrary<unknown>>,
  ): fc.WeightedArbitrary<Fault> => ({
    weight,
    arbitrary: fc.record({ atMs, kind: fc.constant(kind), ...rest }) as fc.Arbitrary<Fault>,
  })
  const someone = fc.oneof(fc.constant(EVERYBODY), process)
  const all = [
    of(4, 'cut', { process, phase, isNoticed }),
    of(1, 'mute', { process, phase }),
    of(3, 'crash', { process, phase, ms: ms(2_000), isNoticed }),
    of(2, 'stall', { process, phase, ms: fc.constantFrom(15_000, 400, 4_000) }),
    of(1, 'replace', { process, phase }),
    of(2, 'restart', { ms: ms(2_000) }),
    of(2, 'fail', { process, code: fc.constantFrom('40P01', '40001', '57014', '55P03') }),
    of(2, 'hold', { item, ms: ms(4_500) }),
  ]
  const others = [of(2, 'unheard', { process, ms: ms(3_000) })]
  const redis = [
    of(3, 'redisAway', { process: someone, ms: ms(2_000) }),
    of(2, 'redisSlow', { ms: ms(400) }),
    of(2, 'redisUnheard', { process: someone, ms: ms(3_000) }),
    of(2, 'redisFlush', {}),
  ]
  return fc.oneof(...all, ...(mode === 'one' ? [] : others), ...(mode === 'shared' ? redis : []))
}

function rarely<T>(arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary })
}

export function plans(mode: Mode): fc.Arbitrary<Plan> {
  const item = fc.constantFrom(0, 0, 0, 0, 0, 1)
  const asked = fc.oneof({ weight: 40, arbitrary: item }, { weight: 1, arbitrary: fc.constant(UNKNOWN_ITEM) })
  const processes = mode === 'one' ? 1 : 3
  const process = fc.nat({ max: processes - 1 })
  const aheadMs = rarely(fc.constantFrom(5_000, -5_000), 0)
  return fc.record({
    mode: fc.constant(mode),
    seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 })),
    aheadMs: fc.array(aheadMs, { minLength: mode === 'one' ? 1 : 2, maxLength: processes }),
    batchRowsMax: fc.constantFrom(500, 1, 2),
    queueRowsMax: fc.constantFrom(20_000, 20_000, 20_000, QUEUE_ROWS_FEW),
    diskMs: fc.constantFrom(QUICK_DISK_MS, QUICK_DISK_MS, QUICK_DISK_MS, 700),
    sales: fc.tuple(sale(), sale()),
    requests: fc.array(request(asked, process), { minLength: 1, maxLength: 16 }),
    changes: fc.array(change(item, process), { maxLength: 3 }),
    faults: fc.array(fault(mode, item, process), { maxLength: 3 }),
    idleMs: fc.oneof(
      { weight: 60, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constant(70_000) },
    ),
  })
}
