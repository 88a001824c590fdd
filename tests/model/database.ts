// Plays PostgreSQL: row locks that are waited for, decisions on what is committed once they are held, commits that come
// later, backends that go on although nobody listens to them any more, and the end of all of it at a restart.
import type { Backend } from '../../server/modules/order/sql.ts'
import { createTables, type Draft, type Tables } from './tables.ts'
import { createClock, createParty, type Party, type World } from './world.ts'

export interface Work<T> {
  itemIds: readonly number[]
  lockMsMax: number
  /** Decides on what is committed when all rows are locked; a string is the SQLSTATE of a statement that fails. */
  decide(): { draft: Draft; answer: T } | string
  /** After the commit, or with why there was none. */
  onEnd(answer: T | undefined, error: Error | undefined): void
  /** How long it holds its locks. */
  commitMs?: number
}

interface Transaction {
  /** Rolls back, unless it was committed. */
  end(error: Error): void
}

export interface Session extends Backend {
  transaction: Transaction | undefined
  isGone: boolean
  /** Tells the client, where it can still be told. */
  onGone(): void
}

export interface Database {
  party: Party
  tables: Tables
  /** Ids of orders that a transaction has locked. */
  lockedOrders: Set<number>
  /** Its own clock. */
  nowMs(): number
  isUp(): boolean
  begin<T>(work: Work<T>): Transaction
  openSession(onGone: () => void): Session
  /** The client has left. `isNoticed`: the line was closed, so that the backend sees it within a second. */
  leave(session: Session, isNoticed: boolean): void
  /** What pg_stat_activity says; `end` asks a backend that is still there to end. */
  isGone(backend: Backend, how: 'ask' | 'end'): boolean
  /** Everybody's backend ends, and nobody gets another one for `downMs`. */
  restart(downMs: number): void
  /** How many times it was restarted: answers of an earlier life do not arrive. */
  lives(): number
}

const NOTICE_MS_MAX = 1_000
const END_MS_MAX = 20
/** Few, so that they come again: a backend is told apart by its start. */
const PIDS = 4

export function sqlError(code: string): Error {
  return Object.assign(new Error(code), { code })
}

export function createDatabase(
  world: World,
  options: { aheadMs: number; diskMs: () => number; decidesBeforeWaiting: boolean },
): Database {
  const party = createParty('PostgreSQL')
  const clock = createClock(world, options.aheadMs)
  const tables = createTables()
  const holders = new Map<number, object>()
  const waiting = new Map<number, { owner: object; go: () => void }[]>()
  const running = new Set<Transaction>()
  const sessions = new Set<Session>()
  let isUp = true
  let lives = 0
  let pids = 0

  /** Whoever waits for a row may be the next: PostgreSQL promises no order. */
  const unlock = (owner: object): void => {
    for (const [itemId, holder] of holders) {
      if (holder !== owner) continue
      holders.delete(itemId)
      const queue = waiting.get(itemId) ?? []
      if (queue.length === 0) continue
      const [next] = queue.splice(Math.floor(world.random.next() * queue.length), 1)
      holders.set(itemId, next!.owner)
      world.after(party, 0, next!.go)
    }
  }
  const leaveQueues = (owner: object): void => {
    for (const [itemId, queue] of waiting)
      waiting.set(
        itemId,
        queue.filter((one) => one.owner !== owner),
      )
  }

  const begin = <T>(work: Work<T>): Transaction => {
    const owner = {}
    const itemIds = [...new Set(work.itemIds)].sort((a, b) => a - b)
    const early = options.decidesBeforeWaiting ? work.decide() : undefined
    let isOver = false
    let stopWaiting = (): void => undefined
    const close = (answer: T | undefined, error: Error | undefined): void => {
      isOver = true
      stopWaiting()
      running.delete(transaction)
      leaveQueues(owner)
      unlock(owner)
      work.onEnd(answer, error)
    }
    const transaction: Transaction = {
      end(error) {
        if (!isOver) close(undefined, error)
      },
    }
    const lock = (i: number): void => {
      if (isOver) return
      const itemId = itemIds[i]
      if (itemId === undefined) return decide()
      const isFree = !holders.has(itemId)
      // Nobody waits for a row that is not there.
      if (isFree && tables.stock.has(itemId)) holders.set(itemId, owner)
      if (isFree) return lock(i + 1)
      stopWaiting = world.after(party, work.lockMsMax, () => transaction.end(sqlError('55P03')))
      const go = (): void => {
        stopWaiting()
        lock(i + 1)
      }
      waiting.set(itemId, [...(waiting.get(itemId) ?? []), { owner, go }])
    }
    const decide = (): void => {
      const databaseMs = clock.now()
      const decided = early ?? work.decide()
      world.after(party, work.commitMs ?? world.random.between(0.3, options.diskMs()), () => {
        if (isOver) return
        if (typeof decided === 'string') return transaction.end(sqlError(decided))
        const broken = tables.write(decided.draft, { atMs: world.nowMs(), databaseMs })
        if (broken !== undefined) return transaction.end(sqlError(broken))
        world.note(() => `  ${textOf(decided.draft)}`)
        close(decided.answer, undefined)
      })
    }
    running.add(transaction)
    lock(0)
    return transaction
  }

  const endSession = (session: Session, error: Error): void => {
    if (session.isGone) return
    session.isGone = true
    sessions.delete(session)
    session.transaction?.end(error)
    session.onGone()
  }
  return {
    party,
    tables,
    lockedOrders: new Set(),
    nowMs: () => clock.now(),
    isUp: () => isUp,
    lives: () => lives,
    begin,
    openSession(onGone) {
      const session: Session = {
        pid: 100 + (pids++ % PIDS),
        startedAt: clock.now() * 1_000 + pids,
        transaction: undefined,
        isGone: false,
        onGone,
      }
      sessions.add(session)
      return session
    },
    leave(session, isNoticed) {
      session.onGone = () => undefined
      if (!isNoticed) return
      world.after(party, world.random.between(0, NOTICE_MS_MAX), () => endSession(session, sqlError('57P01')))
    },
    isGone({ pid, startedAt }, how) {
      const session = [...sessions].find((one) => one.pid === pid && one.startedAt === startedAt)
      if (session === undefined) return true
      const end = (): void => endSession(session, sqlError('57P01'))
      if (how === 'end') world.after(party, world.random.between(0, END_MS_MAX), end)
      return false
    },
    restart(downMs) {
      isUp = false
      lives++
      for (const session of sessions) endSession(session, sqlError('57P01'))
      for (const transaction of running) transaction.end(sqlError('57P01'))
      world.after(party, downMs, () => {
        isUp = true
        world.note(() => 'PostgreSQL is back')
      })
    },
  }
}

function textOf({ reason, stock }: Draft): string {
  const rows = stock.map((row) => `item ${row.itemId} has ${row.available} of ${row.total} (${row.version})`)
  return [reason, ...rows].join(' ')
}
