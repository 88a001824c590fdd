// What must hold of every history, whatever happened in it: the rules of docs and ARCHITECTURE.md, on what was committed
// and what was answered.
import { findWrongAnswers } from './answers.ts'
import { isSameClaim, nameOf, type Attempt } from './clients.ts'
import { itemIdOf } from './plans.ts'
import { findDifference, findWrongNumber } from './reference.ts'
import type { Stage } from './stage.ts'
import type { Commit } from './tables.ts'

export function findProblems(stage: Stage): string[] {
  const { commits } = stage.database.tables
  const perItem = [...stage.plan.sales.keys()]
    .map(itemIdOf)
    .flatMap((itemId) => [
      findDifference(itemId, commits),
      findWrongNumber(itemId, commits),
      findEqualNumbers(itemId, commits),
      findInversion(itemId, stage),
      findEarlyRefund(itemId, stage),
      findBrokenGrant(itemId, stage),
    ])
  const problems = [
    ...perItem,
    ...findWrongAnswers(stage),
    ...stage.thrown.map((error) => `thrown: ${(error as Error).stack ?? String(error)}`),
  ]
  return problems.filter((problem) => problem !== undefined)
}

function findEqualNumbers(itemId: number, commits: readonly Commit[]): string | undefined {
  const numbers = commits.flatMap(({ placed }) => placed.filter((order) => order.itemId === itemId))
  const seen = new Set(numbers.map(({ saleSequence }) => saleSequence))
  return seen.size === numbers.length ? undefined : `two orders of item ${itemId} have the same number`
}

/**
 * For two claims sent one after the other's answer the sequence does not invert, at whatever processes they came in; where
 * two processes count for themselves, at the same one.
 */
function findInversion(itemId: number, stage: Stage): string | undefined {
  const isByProcess = hasOwnGates(stage)
  const firstSent = new Map<string, number>()
  const placed: { attempt: Attempt; sentMs: number; sequence: number }[] = []
  for (const attempt of stage.clients.attempts) {
    const { claim, sentMs, answer } = attempt
    if (claim.itemId !== itemId) continue
    const id = `${claim.buyerId} ${claim.key}`
    // A claim that is sent again keeps the number, and the place, that it had.
    if (!firstSent.has(id)) firstSent.set(id, sentMs)
    if (answer?.outcome !== 'placed' && (answer?.outcome !== 'replay' || isByProcess)) continue
    placed.push({ attempt, sentMs: firstSent.get(id)!, sequence: answer.order.saleSequence })
  }
  const isBefore = (one: Attempt, { sentMs, attempt }: (typeof placed)[number]): boolean =>
    one.answeredMs! < sentMs && (!isByProcess || one.process === attempt.process)
  for (const later of placed) {
    const earlier = placed.find((one) => one.sequence > later.sequence && isBefore(one.attempt, later))
    if (earlier === undefined) continue
    const names = [later, earlier].map(({ attempt }) => nameOf(attempt.claim))
    return `${names[0]} came after ${names[1]} was answered, and has the lower number`
  }
  return undefined
}

/** Each process its own; also while one takes the place of another. */
function hasOwnGates({ plan, troubles }: Stage): boolean {
  const isReplaced = troubles.some(({ kind }) => /crash|replace/.test(kind))
  return plan.mode === 'several' || (plan.mode === 'one' && isReplaced)
}

/**
 * What a gate grants stays taken until the truth of the claim is known. Not so where the store or a process was lost;
 * nor where a claim was asked of two processes that share a gate, of which either may give it up.
 */
function findEarlyRefund(itemId: number, stage: Stage): string | undefined {
  if (isGateLost(stage)) return undefined
  for (const { decisions } of stage.database.tables.commits)
    for (const { claim, outcome, unitsGranted, wasTaken } of decisions)
      if (claim.itemId === itemId && outcome === 'placed' && unitsGranted > 0 && !wasTaken)
        return `${nameOf(claim)} was committed when its gate had given it up`
  return undefined
}

/**
 * Then nobody whose units the gate has taken is told that there are none; unless somebody was sold units that no gate had
 * taken before, or the seller took some away. Where two processes count for themselves, one sells what the other's gate
 * has taken.
 */
function findBrokenGrant(itemId: number, stage: Stage): string | undefined {
  if (isGateLost(stage) || hasOwnGates(stage)) return undefined
  let total = 0
  for (const { decisions, stock } of stage.database.tables.commits) {
    const row = stock.find((one) => one.itemId === itemId)
    if (row !== undefined && row.total < total) return undefined
    total = row?.total ?? total
    for (const { claim, outcome, unitsGranted } of decisions.filter((one) => one.claim.itemId === itemId)) {
      const isCovered = unitsGranted >= claim.quantity
      if (outcome === 'placed' && !isCovered) return undefined
      if (outcome === 'sold_out' && isCovered) return `${nameOf(claim)} was granted and then told sold_out`
    }
  }
  return undefined
}

function isGateLost({ plan, troubles, clients }: Stage): boolean {
  return (
    plan.mode === 'shared' &&
    (troubles.some(({ kind }) => /crash|stall|redis/.test(kind)) ||
      clients.attempts.some((one) => isElsewhere(one, clients.attempts)))
  )
}

function isElsewhere({ claim, process }: Attempt, attempts: readonly Attempt[]): boolean {
  return attempts.some((other) => other.process !== process && isSameClaim(other.claim, claim))
}
