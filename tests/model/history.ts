// One history: the sale of a plan from its opening to the time when everything has settled, and the verdict on it.
import type { Claim } from '../../server/modules/stock/contract.ts'
import { planFaults } from './faults.ts'
import { FAULTS_MS, itemIdOf, PRICE_KRW, type Change, type Plan, type Request } from './plans.ts'
import { findProblems } from './properties.ts'
import { findUnsettled } from './settled.ts'
import { createStage, type Planted, type Stage } from './stage.ts'

export interface Verdict {
  /** What had to hold and did not. */
  problems: string[]
  trace: readonly string[]
  events: number
  digest: number
}

const HISTORY_MS_MAX = 150_000
/** For each unit. */
const DEMAND_MS_MAX = 400
const ONLOOKER = 999
/** Buyers who come when all is over. */
const FIRST_LATE_BUYER = 1_000

export async function runHistory(
  plan: Plan,
  { planted = {}, isTraced = false }: { planted?: Planted; isTraced?: boolean } = {},
): Promise<Verdict> {
  const stage = createStage(plan, { planted, isTraced })
  const { world } = stage
  openSales(stage)
  const faults = planFaults(stage)
  for (const change of plan.changes)
    world.after(stage.database.party, change.atMs, () => changeSale(stage, change))
  const isDone = sendRequests(stage)
  await world.runUntil(FAULTS_MS)
  faults.callOff()
  await world.runUntil(HISTORY_MS_MAX, isDone)
  lookOn(stage)
  await world.runUntil(settledMs(stage))
  const problems = [...(isDone() ? [] : ['buyers still wait']), ...findUnsettled(stage)]
  problems.push(...(await sellTheRest(stage)), ...findProblems(stage))
  return { problems, trace: world.trace, events: world.events(), digest: world.digest() }
}

function openSales({ plan, database, world }: Stage): void {
  for (const [item, terms] of plan.sales.entries()) {
    const now = database.nowMs()
    const row = {
      itemId: itemIdOf(item),
      total: terms.units,
      available: terms.units,
      version: 1,
      commitNo: 0,
      epoch: 1,
      isGateActive: false,
      gateLoadedMs: -Infinity,
      isLimited: true,
      saleState: 'RUNNING' as const,
      openMs: now + terms.openInMs,
      closeMs: now + terms.closeInMs,
      limitPerBuyer: terms.limitPerBuyer,
      holdSeconds: terms.holdSeconds,
      unitPriceKrw: PRICE_KRW,
    }
    database.tables.write({ reason: 'OPENED', stock: [row] }, { atMs: world.nowMs(), databaseMs: now })
  }
}

/** The returned function says whether everybody has gone home. */
function sendRequests({ plan, world, clients, database }: Stage): () => boolean {
  let waiting = plan.requests.length
  const send = (i: number, request: Request): void => {
    let copies = request.isTwice ? 2 : 1
    const onEnd = (): void => {
      if (--copies > 0) return
      waiting--
      const next = plan.requests[i + 1]
      if (next?.isAfter === true) send(i + 1, next)
    }
    const claim = claimOf(request)
    for (let copy = copies; copy > 0; copy--) clients.buy(claim, request.process + copy, onEnd)
  }
  for (const [i, request] of plan.requests.entries())
    if (i === 0 || !request.isAfter) world.after(database.party, request.atMs, () => send(i, request))
  return () => waiting === 0
}

function claimOf({ item, buyer, key, quantity, priceKrw }: Request): Claim {
  return { itemId: itemIdOf(item), buyerId: buyer, key, quantity, priceKrw }
}

function changeSale({ world, sellers }: Stage, change: Change): void {
  const all = sellers()
  const seller = all[change.process % Math.max(1, all.length)]
  if (seller === undefined) return
  const itemId = itemIdOf(change.item)
  world.note(() => `${seller.party.name} is asked to ${JSON.stringify(change)}`)
  const set = seller.changeSale
  if (change.kind === 'cancel') seller.cancel(itemId, change.buyer)
  else if (change.kind === 'restock') set(itemId, change.delta)
  else if (change.kind === 'close') set(itemId, 'CLOSED')
  else {
    set(itemId, 'PAUSED')
    world.after(seller.party, change.ms, () => set(itemId, 'RUNNING'))
  }
}

/** Somebody still asks, everywhere: for more than there is, so that it changes nothing. */
function lookOn({ plan, clients, sellers }: Stage): void {
  for (const item of plan.sales.keys())
    for (const at of sellers().keys())
      clients.buy(
        { itemId: itemIdOf(item), buyerId: ONLOOKER, key: `${at}`, quantity: 1_000, priceKrw: undefined },
        at,
        () => undefined,
      )
}

/** When everything must be as if nothing had happened: the bounds of ARCHITECTURE.md, by what broke. */
function settledMs({ world, troubles, plan }: Stage): number {
  const lastMs = Math.max(world.nowMs(), FAULTS_MS, ...troubles.map(({ untilMs }) => untilMs))
  const has = (pattern: RegExp): boolean => troubles.some(({ kind }) => pattern.test(kind))
  const silentMs = has(/mute/) ? 8_000 : 0
  // What a shared gate holds for nobody is looked for after 3 s, and once a second; its writer is ended after 9 s.
  const sharedMs = has(/crash|stall|cut|mute|redis/) ? 12_500 : 5_500
  return lastMs + plan.idleMs + silentMs + (plan.mode === 'shared' ? sharedMs : 3_000)
}

/** Liveness: buyers who come now, one after the other, get every unit that is left, each at once. */
async function sellTheRest({ plan, world, database, clients, sellers }: Stage): Promise<string[]> {
  const first = clients.attempts.length
  const sell = (itemId: number, units: number): void => {
    if (units === 0) return
    const claim = { itemId, buyerId: FIRST_LATE_BUYER + units, key: 'late', quantity: 1, priceKrw: undefined }
    clients.buy(claim, Math.floor(world.random.next() * sellers().length), () => sell(itemId, units - 1))
  }
  let units = 0
  for (const item of plan.sales.keys()) {
    const row = database.tables.stock.get(itemIdOf(item))!
    if (row.saleState !== 'RUNNING' || database.nowMs() >= row.closeMs) continue
    units += row.available
    sell(row.itemId, row.available)
  }
  await world.runUntil(world.nowMs() + units * DEMAND_MS_MAX)
  const late = clients.attempts.slice(first).filter(({ claim }) => claim.buyerId >= FIRST_LATE_BUYER)
  const refused = late.filter(({ answer }) => answer?.outcome !== 'placed')
  return [
    ...refused.map(({ answer }) => `a unit is left, and a late buyer has ${answer?.outcome ?? 'no answer'}`),
    ...(late.length < units ? [`${units - late.length} units are left, and nobody is asked for them`] : []),
  ]
}
