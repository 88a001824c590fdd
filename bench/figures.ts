// The figures to reach, as data, and how a measured value stands to them.

export interface Target {
  scenario: number
  what: string
  unit: string
  better: 'more' | 'less'
  reach: number
  stretch: number
}

export const TARGETS = {
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
} as const satisfies Record<string, Target>

export type FigureId = keyof typeof TARGETS

export interface Figure extends Target {
  id: FigureId
  value: number
  /** The absolute numbers behind it. */
  detail: string
  standing: 'stretch' | 'reached' | 'short'
}

export function toFigure(id: FigureId, value: number, detail: string): Figure {
  const target: Target = TARGETS[id]
  const meets = (bound: number): boolean => (target.better === 'more' ? value >= bound : value <= bound)
  const standing = meets(target.stretch) ? 'stretch' : meets(target.reach) ? 'reached' : 'short'
  return { ...target, id, value, detail, standing }
}

/** Three significant digits, thousands as whole numbers. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)))
}
