// What must hold of every answer: whoever was answered an order has it, and whoever was refused was refused for a reason.
import { isSameClaim, nameOf, type Attempt } from './clients.ts'
import { BAD_KEY } from './connection.ts'
import { QUEUE_ROWS_FEW, QUICK_DISK_MS } from './plans.ts'
import type { Stage } from './stage.ts'
import type { Commit, OrderRow, StockRow } from './tables.ts'
import { TRAVEL_MS_MAX } from './world.ts'

/** Past the writer's last bound: half a lease in the queue, behind a batch whose answer is waited for 8 s. */
const ANSWER_MS_MAX = 12_500
/**
 * How old what memory refuses on may be. News arrive within milliseconds, but may pass by a process that is just reading
 * the row; it reads again within a second. News that were lost, or that nobody tells (a placed order): by two seconds.
 */
const NEWS_MS_MAX = 1_000 + 2 * TRAVEL_MS_MAX
const UNTOLD_MS_MAX = 2_000
/** By then a writer that starts has its connection. */
const CONNECTED_MS = 5 * TRAVEL_MS_MAX
const NEWS_LOST_BY = /crash|stall|restart|unheard|redis/

export function findWrongAnswers(stage: Stage): (string | undefined)[] {
  const { attempts } = stage.clients
  const answered = attempts.filter(({ answer }) => answer !== undefined)
  return [
    ...answered.map((attempt) => findWrongOrder(attempt, stage)),
    findSecondAnswer(answered, stage),
    ...answered.map((attempt) => findLie(attempt, stage)),
    ...answered.map((attempt) => findNeedlessRefusal(attempt, stage)),
    ...attempts.map((attempt) => findSilence(attempt, stage)),
  ]
}

/** Whoever has a 201 has that order. */
function findWrongOrder({ claim, answer }: Attempt, { database }: Stage): string | undefined {
  if (answer === undefined || !('order' in answer)) return undefined
  const order = database.tables.orders.get(answer.order.orderId)
  if (order === undefined) return `${nameOf(claim)} was answered an order that does not exist`
  const isTheirs = order.buyerId === claim.buyerId && order.key === claim.key && order.itemId === claim.itemId
  const fields: (keyof OrderRow & keyof typeof answer.order)[] = [
    'saleSequence',
    'unitPriceKrw',
    'createdMs',
    'holdSeconds',
  ]
  const isEqual =
    isTheirs &&
    order.quantity === claim.quantity &&
    fields.every((field) => order[field] === answer.order[field])
  return isEqual ? undefined : `${nameOf(claim)} was answered another order than its own`
}

/** A key that has placed an order gets that order, and nothing else, from then on; it is placed once. */
function findSecondAnswer(answered: readonly Attempt[], stage: Stage): string | undefined {
  const first = new Map<string, { ms: number; quantity: number; orderId: number; isPlaced: boolean }>()
  for (const { claim, answer, answeredMs } of answered) {
    if (answer === undefined || !('order' in answer)) continue
    const id = `${claim.itemId} ${claim.buyerId} ${claim.key}`
    const { orderId } = answer.order
    const known = first.get(id)
    const isPlaced = answer.outcome === 'placed'
    if (known !== undefined && known.orderId !== orderId) return `${nameOf(claim)} has two orders`
    if (known?.isPlaced === true && isPlaced) return `${nameOf(claim)} was placed twice`
    const ms = Math.min(answeredMs!, known?.ms ?? Infinity)
    first.set(id, { ms, quantity: claim.quantity, orderId, isPlaced: isPlaced || known?.isPlaced === true })
  }
  for (const attempt of answered) {
    const { claim, answer, sentMs } = attempt
    const known = first.get(`${claim.itemId} ${claim.buyerId} ${claim.key}`)
    if (known === undefined || sentMs <= known.ms || known.quantity !== claim.quantity) continue
    // Of what another process has placed, memory may not have heard yet.
    if (
      stage.plan.mode !== 'one' &&
      committedMs(stage, known.orderId) > knownSinceMs(attempt, stage, UNTOLD_MS_MAX)
    )
      continue
    if (!('order' in answer!) && answer!.outcome !== 'unavailable')
      return `${nameOf(claim)} had its order and was then told ${answer!.outcome}`
  }
  return undefined
}

function committedMs({ database }: Stage, orderId: number): number {
  return database.tables.commits.find(({ placed }) => placed.some((order) => order.orderId === orderId))!.atMs
}

/** A refusal was decided by PostgreSQL while the request ran; or memory may know that it was so, not long before. */
function findLie(attempt: Attempt, stage: Stage): string | undefined {
  const { claim, answer, answeredMs } = attempt
  const { outcome } = answer!
  if (outcome === 'placed' || outcome === 'replay' || outcome === 'unavailable') return undefined
  const { commits } = stage.database.tables
  const startedMs = joinedMs(attempt, stage)
  const isDecided = commits.some(
    ({ atMs, decisions }) =>
      atMs >= startedMs &&
      atMs <= answeredMs! &&
      decisions.some((one) => one.outcome === outcome && isSameClaim(one.claim, claim)),
  )
  return isDecided || mayRemember(attempt, stage)
    ? undefined
    : `${nameOf(claim)} was told ${outcome} without a reason`
}

/** Equal requests in parallel are one to their process: the first one's answer is for all. */
function joinedMs({ claim, process, sentMs }: Attempt, { clients }: Stage): number {
  const running = clients.attempts.filter(
    (one) =>
      one.process === process &&
      one.sentMs <= sentMs &&
      (one.repliedMs ?? Infinity) >= sentMs &&
      isSameClaim(one.claim, claim) &&
      one.claim.quantity === claim.quantity,
  )
  return Math.min(sentMs, ...running.map((one) => one.sentMs))
}

function mayRemember(attempt: Attempt, stage: Stage): boolean {
  const { claim, answeredMs } = attempt
  const { outcome } = attempt.answer!
  const mayLose = stage.troubles.some(({ kind }) => NEWS_LOST_BY.test(kind))
  const fromMs = knownSinceMs(attempt, stage, mayLose ? UNTOLD_MS_MAX : NEWS_MS_MAX)
  const databaseMs = (virtualMs: number): number => stage.database.nowMs() - stage.world.nowMs() + virtualMs
  return statesBetween(stage.database.tables.commits, claim.itemId, fromMs, answeredMs!).some((row) => {
    if (outcome === 'sold_out') return row.available === 0
    if (outcome === 'paused') return row.saleState === 'PAUSED'
    if (outcome === 'closed') return row.saleState === 'CLOSED' || databaseMs(answeredMs!) >= row.closeMs
    return outcome === 'not_open' && databaseMs(fromMs) < row.openMs
  })
}

/** What a process knows may be from then when the request is sent: it can not have heard of anything since. */
function knownSinceMs(
  { process, sentMs, answeredMs }: Attempt,
  { troubles }: Stage,
  staleMs: number,
): number {
  let fromMs = sentMs - staleMs
  for (const { kind, process: whose, fromMs: beganMs, untilMs } of troubles) {
    const isDeaf = (kind === 'stall' && whose === process) || kind === 'restart'
    if (isDeaf && untilMs > fromMs && beganMs < answeredMs!) fromMs -= untilMs - beganMs
  }
  return fromMs
}

function statesBetween(
  commits: readonly Commit[],
  itemId: number,
  fromMs: number,
  untilMs: number,
): StockRow[] {
  const states: StockRow[] = []
  for (const { atMs, stock } of commits) {
    const row = stock.find((one) => one.itemId === itemId)
    if (row === undefined || atMs > untilMs) continue
    if (atMs <= fromMs) states.length = 0
    states.push(row)
  }
  return states
}

/** Where nothing breaks nobody is asked to come again, also not the neighbour of a row of bad data. */
function findNeedlessRefusal(
  { claim, answer, sentMs }: Attempt,
  { plan, troubles }: Stage,
): string | undefined {
  const isQuiet = troubles.length === 0 && plan.diskMs === QUICK_DISK_MS && plan.queueRowsMax > QUEUE_ROWS_FEW
  if (answer!.outcome !== 'unavailable' || !isQuiet || sentMs < CONNECTED_MS) return undefined
  return claim.key === BAD_KEY ? undefined : `${nameOf(claim)} was told to come again without a reason`
}

/** A process that lives answers, whatever its answer is. */
function findSilence(
  { claim, process, sentMs, repliedMs }: Attempt,
  { troubles, world }: Stage,
): string | undefined {
  if (process.party.isGone) return undefined
  const heldUpMs = troubles
    .filter((one) => one.kind === 'hold' || (one.kind === 'stall' && one.process === process))
    .reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0)
  const tookMs = (repliedMs ?? world.nowMs()) - sentMs - heldUpMs
  return tookMs > ANSWER_MS_MAX ? `${nameOf(claim)} had no answer for ${Math.floor(tookMs)} ms` : undefined
}
