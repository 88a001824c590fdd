// The figures to reach, as data, and how a measured value stands to them.

interface Recorded {
  scenario: number
  what: string
  unit: string
}

interface Target extends Recorded {
  better: 'more' | 'less'
  reach: number
  stretch?: number
}

const TARGETS = {
  orders: {
    scenario: 2,
    what: 'committed limited orders/s, whole service, 100 connections',
    unit: 'F',
    better: 'more',
    reach: 0.55,
    stretch: 0.7,
  },
  ordersP99: {
    scenario: 2,
    what: 'p99 of accepted, 100 connections',
    unit: 'ms',
    better: 'less',
    reach: 20,
    stretch: 12,
  },
  overOneByOne: {
    scenario: 3,
    what: 'orders/s over one transaction per order on the hot row (Node)',
    unit: 'x',
    better: 'more',
    reach: 5,
    stretch: 10,
  },
  writer100: {
    scenario: 4,
    what: 'writer alone, 100 callers, over the hot row as one statement',
    unit: 'x',
    better: 'more',
    reach: 8,
    stretch: 12,
  },
  writer500: {
    scenario: 4,
    what: 'writer alone, 500 callers, over the hot row as one statement',
    unit: 'x',
    better: 'more',
    reach: 10,
    stretch: 14,
  },
  soldOutAgain: {
    scenario: 5,
    what: 'sold-out answers/s, buyers who come again',
    unit: 'F',
    better: 'more',
    reach: 0.95,
    stretch: 1,
  },
  soldOutFirst: {
    scenario: 5,
    what: 'sold-out answers/s, each buyer for the first time',
    unit: 'F',
    better: 'more',
    reach: 0.7,
    stretch: 0.95,
  },
  openAccepted: {
    scenario: 6,
    what: 'open model at 70 % of the maximum: p99 of accepted',
    unit: 'ms',
    better: 'less',
    reach: 50,
    stretch: 25,
  },
  openRefused: {
    scenario: 6,
    what: 'open model at 70 % of the maximum: p99 of refused',
    unit: 'ms',
    better: 'less',
    reach: 20,
    stretch: 10,
  },
  memory: {
    scenario: 7,
    what: 'memory of the server process under load (RSS, highest)',
    unit: 'MB',
    better: 'less',
    reach: 250,
    stretch: 180,
  },
  withEarlier: {
    scenario: 8,
    what: 'orders/s with earlier orders in the table, over an empty one',
    unit: 'x',
    better: 'more',
    reach: 0.95,
    stretch: 1,
  },
  holdsBack: {
    scenario: 9,
    what: 'holds that end at once: all back for sale within',
    unit: 's',
    better: 'less',
    reach: 3,
    stretch: 1.5,
  },
  besideHolds: {
    scenario: 9,
    what: 'holds that end at once: placing beside it keeps',
    unit: 'x',
    better: 'more',
    reach: 0.7,
    stretch: 0.85,
  },
  redisOrders: {
    scenario: 10,
    what: 'committed limited orders/s, whole service, Redis gate, 100 connections',
    unit: 'F',
    better: 'more',
    reach: 0.4,
    stretch: 0.55,
  },
  redisAway: {
    scenario: 11,
    what: 'Redis away (killed): orders go on within',
    unit: 'ms',
    better: 'less',
    reach: 200,
  },
  redisBack: {
    scenario: 11,
    what: 'Redis back after a kill: counts again within',
    unit: 's',
    better: 'less',
    reach: 2,
  },
  redisFlushed: {
    scenario: 11,
    what: 'Redis flushed: counts again within',
    unit: 's',
    better: 'less',
    reach: 2,
  },
  postgresBack: {
    scenario: 12,
    what: 'PostgreSQL away (stopped immediate, started again): sold again within',
    unit: 's',
    better: 'less',
    reach: 2,
  },
  claims: {
    scenario: 14,
    what: 'a million waiting claims: memory of Redis',
    unit: 'MB',
    better: 'less',
    reach: 300,
  },
  soakP99: {
    scenario: 15,
    what: 'soak at 70 % of the maximum: drift of p99, first to last minute',
    unit: '%',
    better: 'less',
    reach: 20,
    stretch: 5,
  },
  soakMemory: {
    scenario: 15,
    what: 'soak at 70 % of the maximum: drift of memory, first to last minute',
    unit: '%',
    better: 'less',
    reach: 20,
    stretch: 5,
  },
  itemReads: {
    scenario: 16,
    what: 'item reads/s with a warm cache, over a bare GET with the same headers',
    unit: 'x',
    better: 'more',
    reach: 0.6,
  },
  stockReads: {
    scenario: 16,
    what: 'stock reads/s with a warm cache, over a bare GET with the same headers',
    unit: 'x',
    better: 'more',
    reach: 0.6,
  },
  pages: {
    scenario: 17,
    what: 'page of 50 among 100,000 items, 50 connections: p99',
    unit: 'ms',
    better: 'less',
    reach: 25,
  },
  search: {
    scenario: 17,
    what: 'Korean search among 100,000 items, 50 connections: p99',
    unit: 'ms',
    better: 'less',
    reach: 60,
  },
  signUp: {
    scenario: 18,
    what: 'sign-up while the mail server hangs: p99 less one hash',
    unit: 'ms',
    better: 'less',
    reach: 60,
  },
  besideLogins: {
    scenario: 18,
    what: 'item reads beside 20 logins in parallel: p99',
    unit: 'ms',
    better: 'less',
    reach: 30,
  },
  manyLines: {
    scenario: 19,
    what: 'an order of 1,000 lines: p99 of 50',
    unit: 'ms',
    better: 'less',
    reach: 100,
  },
  paidOrders: {
    scenario: 20,
    what: 'paid orders/s: claim, payment, confirm at the simulator',
    unit: '/s',
    better: 'more',
    reach: 1_000,
    stretch: 1_500,
  },
  paidP99: {
    scenario: 20,
    what: 'open model at 700/s (70 % of the bar): p99 from the claim to COMPLETED',
    unit: 'ms',
    better: 'less',
    reach: 250,
  },
  paidBacklog: {
    scenario: 20,
    what: 'oldest event of a paid order that is not handled, highest',
    unit: 's',
    better: 'less',
    reach: 1,
  },
  eventsLast: {
    scenario: 21,
    what: '5,000 streams of a sale: the last to hear of a change',
    unit: 'ms',
    better: 'less',
    reach: 500,
  },
  eventsOrders: {
    scenario: 21,
    what: '… orders beside them: p99 of accepted',
    unit: 'ms',
    better: 'less',
    reach: 50,
  },
  eventsMemory: {
    scenario: 21,
    what: '… memory of the server process (RSS, highest)',
    unit: 'MB',
    better: 'less',
    reach: 400,
  },
} as const satisfies Record<string, Target>

/** Recorded without a bar. */
const RECORDED = {
  processes1: { scenario: 13, what: 'orders/s, 1 process, Redis gate, 100 connections', unit: '/s' },
  processes2: { scenario: 13, what: 'orders/s, 2 processes, Redis gate, 100 connections', unit: '/s' },
  processes3: { scenario: 13, what: 'orders/s, 3 processes, Redis gate, 100 connections', unit: '/s' },
} as const satisfies Record<string, Recorded>

interface Measured {
  id: string
  value: number
  /** The absolute numbers behind it. */
  detail: string
}

export type TargetFigure = Target & Measured & { standing: 'stretch' | 'reached' | 'short' }
export type RecordedFigure = Recorded & Measured & { standing: 'recorded' }
export type Figure = TargetFigure | RecordedFigure

export function toFigure(id: keyof typeof TARGETS, value: number, detail: string): TargetFigure {
  const target: Target = TARGETS[id]
  const meets = (bound?: number): boolean =>
    bound !== undefined && (target.better === 'more' ? value >= bound : value <= bound)
  const standing = meets(target.stretch) ? 'stretch' : meets(target.reach) ? 'reached' : 'short'
  return { ...target, id, value, detail, standing }
}

export function toRecorded(id: keyof typeof RECORDED, value: number, detail: string): RecordedFigure {
  return { ...RECORDED[id], id, value, detail, standing: 'recorded' }
}

/** `>= 0.55, stretch 0.7`. */
export function barOf(figure: Figure): string {
  if (figure.standing === 'recorded') return ''
  const stretch = figure.stretch === undefined ? '' : `, stretch ${figure.stretch}`
  return `${figure.better === 'more' ? '>=' : '<='} ${figure.reach}${stretch}`
}

/** Three significant digits, thousands as whole numbers. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)))
}
