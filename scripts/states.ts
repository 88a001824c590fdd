// `npm run states`: draws the states of orders, lines, payments, refunds and shipments into docs/states.md, from the tables that the code
// goes by.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { LINE_MOVES, ORDER_STATES } from '../server/modules/order/state.ts'
import { PAYMENT_STATES, REFUND_STATES } from '../server/modules/payment/state.ts'
import { SHIPMENT_STATES } from '../server/modules/shipment/state.ts'

export const STATES_PAGE = new URL('../docs/states.md', import.meta.url)

type Moves = Readonly<Record<string, readonly string[]>>

const next = (states: Readonly<Record<string, { next: readonly string[] }>>): Moves =>
  Object.fromEntries(Object.entries(states).map(([from, state]) => [from, state.next]))

const CHARTS: readonly { title: string; first: string; about: string; moves: Moves }[] = [
  {
    title: 'An order',
    first: 'CREATED',
    about:
      'Unpaid, it holds its units. Once it is paid its state follows from its lines: `PARTIALLY_*` where they are not all at one stage, by the furthest. `EXPIRED` and `PAYMENT_FAILED` lead to `PAID` where the money came too late for the hold and there were units to be had.',
    moves: next(ORDER_STATES),
  },
  {
    title: 'A line of a paid order',
    first: 'PAID',
    about:
      'Before it is paid, and once the order has ended unpaid, a line is called as its order (`ORDERED` for `CREATED`).',
    moves: LINE_MOVES,
  },
  {
    title: 'A payment',
    first: 'INITIATED',
    about:
      '`CONFIRMING` and `UNKNOWN`: nobody knows yet whether it was charged, and its order is neither expired nor cancelled meanwhile. A `FAILED` payment that turns out to have been charged is `COMPLETED` where its order can still be served, else refunded.',
    moves: next(PAYMENT_STATES),
  },
  {
    title: 'A refund',
    first: 'REQUESTED',
    about: '`STUCK`: refused again and again. It is tried on, and somebody has to look.',
    moves: next(REFUND_STATES),
  },
  {
    title: 'A shipment',
    first: 'ACCEPTANCE',
    about:
      'To the buyer from `ACCEPTANCE`, back to the seller from `RETURN_REQUESTED`. `SHIPPED` is the original’s word for delivered.',
    moves: next(SHIPMENT_STATES),
  },
]

/** The whole page, as prettier leaves it. */
export async function drawStates(): Promise<string> {
  const parts = CHARTS.map(({ title, first, about, moves }) =>
    [
      `## ${title}`,
      about,
      '```mermaid',
      'stateDiagram-v2',
      `  [*] --> ${first}`,
      ...arrows(moves),
      '```',
    ].join('\n\n'),
  )
  const text = [
    '# States',
    'Drawn from the tables in `server/modules/*/state.ts` by `npm run states`; a test fails when this page is behind them. Every move of the code passes these tables.',
    ...parts,
  ].join('\n\n')
  const path = STATES_PAGE.pathname
  const tidy = text.replaceAll(
    /```mermaid\n\n([\s\S]*?)\n\n```/g,
    (_, body: string) => '```mermaid\n' + body.replaceAll('\n\n', '\n') + '\n```',
  )
  return format(tidy, { ...(await resolveConfig(path)), filepath: path })
}

function arrows(moves: Moves): string[] {
  return Object.entries(moves).flatMap(([from, to]) =>
    to.length === 0 ? [`  ${from} --> [*]`] : to.map((one) => `  ${from} --> ${one}`),
  )
}

if (process.argv[1] === import.meta.filename) {
  const page = await drawStates()
  writeFileSync(STATES_PAGE, page)
  console.log(`docs/states.md: ${readFileSync(STATES_PAGE, 'utf8').split('\n').length} lines`)
}
