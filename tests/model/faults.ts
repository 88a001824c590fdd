// Breaks what a plan says, when it says so: at a time, or where the next statement of a process has come to.
import { EVERYBODY, itemIdOf, type OuterFault, type ProcessFault } from './plans.ts'
import type { Seller, Stage, Trouble } from './stage.ts'
import type { Party } from './world.ts'

/** LISTEN is back this long after PostgreSQL is: retries and heartbeats. */
const LISTEN_MS_MAX = 2_200
/** How long the writer waits for an answer of a line that is silent. */
const SILENT_MS = 8_000
const FOREVER_MS = 1e9

export function planFaults(stage: Stage): { callOff(): void } {
  let armed: ProcessFault[] = []
  let failures: { index: number; code: string }[] = []

  stage.onPhase = (seller, phase) => {
    const next = armed.find((one) => one.phase === phase && indexOf(stage, one.process) === seller.index)
    if (next === undefined) return
    armed = armed.filter((one) => one !== next)
    breakProcess(stage, seller, next)
  }
  stage.takeFailure = (index) => {
    const next = failures.find((one) => one.index === index)
    failures = failures.filter((one) => one !== next)
    return next?.code
  }
  for (const fault of stage.plan.faults)
    stage.world.after(stage.database.party, fault.atMs, () => {
      if (fault.kind === 'fail') failures.push(fail(stage, fault))
      else if (!('phase' in fault)) breakAround(stage, fault)
      else if (fault.phase !== 'now') armed.push(fault)
      else breakNow(stage, fault)
    })
  return {
    callOff() {
      armed = []
      failures = []
      for (const { connection } of stage.sellers()) connection.heal()
    },
  }
}

/** A statement that lost a deadlock is written again at once: nobody notices. */
function fail(
  stage: Stage,
  { process, code }: OuterFault & { kind: 'fail' },
): { index: number; code: string } {
  if (!code.startsWith('40')) happen(stage, 'fail', 0)
  return { index: indexOf(stage, process), code }
}

function indexOf({ plan }: Stage, process: number): number {
  return process % plan.aheadMs.length
}

function breakNow(stage: Stage, fault: ProcessFault): void {
  const seller = stage.sellers().find(({ index }) => index === indexOf(stage, fault.process))
  if (seller !== undefined) breakProcess(stage, seller, fault)
}

function happen({ world, troubles }: Stage, kind: string, ms: number, process?: Seller): Trouble {
  const fromMs = world.nowMs()
  world.note(() => `${kind} ${process?.party.name ?? ''} ${ms > 0 ? `for ${Math.ceil(ms)} ms` : ''}`)
  const trouble = { kind, process, fromMs, untilMs: fromMs + ms }
  troubles.push(trouble)
  return trouble
}

function breakProcess(stage: Stage, seller: Seller, fault: ProcessFault): void {
  const { world, database, clients } = stage
  const { party, connection } = seller
  switch (fault.kind) {
    case 'cut':
      happen(stage, 'cut', 0, seller)
      connection.cut(fault.isNoticed)
      break
    case 'mute':
      happen(stage, 'mute', SILENT_MS, seller)
      connection.mute()
      break
    case 'crash':
      happen(stage, 'crash', fault.ms, seller)
      party.isGone = true
      connection.cut(fault.isNoticed)
      clients.lose(seller)
      world.after(database.party, fault.ms, () => stage.start(seller.index))
      break
    case 'stall':
      if (party.stalledUntilMs > world.nowMs()) break
      happen(stage, 'stall', fault.ms, seller)
      party.stalledUntilMs = world.nowMs() + fault.ms
      party.isTimersFirst = world.random.chance(0.5)
      break
    case 'replace':
      happen(stage, 'replace', 0, seller)
      seller.retire()
      stage.start(seller.index)
      break
  }
}

function breakAround(stage: Stage, fault: Exclude<OuterFault, { kind: 'fail' }>): void {
  const { world, redis, unheardUntilMs } = stage
  const isMeant =
    (index: number) =>
    (party: Party): boolean =>
      index === EVERYBODY || party.name.startsWith(`P${indexOf(stage, index)}.`)
  switch (fault.kind) {
    case 'restart':
      restart(stage, fault.ms)
      break
    case 'hold':
      hold(stage, itemIdOf(fault.item), fault.ms)
      break
    case 'unheard':
      happen(stage, 'unheard', fault.ms)
      unheardUntilMs[indexOf(stage, fault.process)] = world.nowMs() + fault.ms
      break
    case 'redisAway':
      happen(stage, 'redisAway', fault.ms)
      redis?.beAway(fault.ms, isMeant(fault.process))
      break
    case 'redisSlow':
      happen(stage, 'redisSlow', fault.ms)
      redis?.beSlow(fault.ms)
      break
    case 'redisUnheard':
      happen(stage, 'redisUnheard', fault.ms)
      redis?.beUnheard(fault.ms, isMeant(fault.process))
      break
    case 'redisFlush':
      happen(stage, 'redisFlush', 0)
      redis?.flush()
      break
  }
}

function restart(stage: Stage, ms: number): void {
  const { world, database, unheardUntilMs } = stage
  if (!database.isUp()) return
  happen(stage, 'restart', ms)
  database.restart(ms)
  for (const seller of stage.sellers()) {
    const backMs = ms + world.random.between(100, LISTEN_MS_MAX)
    unheardUntilMs[seller.index] = world.nowMs() + backMs
    world.after(seller.party, backMs, seller.listenAgain)
  }
}

/** Somebody has the row locked and does nothing. */
function hold(stage: Stage, itemId: number, ms: number): void {
  const { world, database, troubles } = stage
  // One after the other would be longer than any of them.
  if (troubles.some(({ kind, untilMs }) => kind === 'hold' && untilMs > world.nowMs())) return
  const trouble = happen(stage, 'hold', ms)
  database.begin({
    itemIds: [itemId],
    lockMsMax: FOREVER_MS,
    commitMs: ms,
    decide() {
      // It may have waited for the lock itself.
      trouble.untilMs = world.nowMs() + ms
      return { draft: { reason: 'RULES', stock: [] }, answer: undefined }
    },
    onEnd: () => undefined,
  })
}
