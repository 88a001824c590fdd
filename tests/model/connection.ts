// Plays the writer's connection (server/modules/order/writer-connection.ts) and what can befall it: an answer that is
// lost on the way, a statement that goes on although its client has gone, a line that is silent.
import type { NumberedClaim, Placed } from '../../server/modules/order/sql.ts'
import type { Session, WriterConnection } from '../../server/modules/order/writer-connection.ts'
import { sqlError, type Database, type Session as Backend } from './database.ts'
import { placeLimitedOrders } from './place.ts'
import type { Decision } from './tables.ts'
import type { Party, World } from './world.ts'

/** Where a statement of the sale is. */
export type Phase = 'arrived' | 'decided' | 'committed'

export interface Connection extends WriterConnection {
  /** The line breaks. `isNoticed`: PostgreSQL hears of it, too. */
  cut(isNoticed: boolean): void
  /** From now on nothing comes through in either direction, and nobody is told. */
  mute(): void
  /** A line that was silent while nobody asked anything: nobody ever knows. */
  heal(): void
}

export interface ConnectionDeps {
  world: World
  database: Database
  party: Party
  /** By the gate of this process. */
  unitsGranted(claim: NumberedClaim['claim']): number
  isTaken(claim: NumberedClaim['claim']): boolean
  /** Told of every statement of this process; what breaks breaks here. */
  onPhase(phase: Phase): void
  /** The SQLSTATE with which the next statement fails. */
  takeFailure(): string | undefined
}

/** A key that no batch can be written with: stands for a row of bad data. */
export const BAD_KEY = 'bad'

const LOCK_MS_MAX = 2_000
const STATEMENT_MS_MAX = 5_000
const ANSWER_MS_MAX = 8_000
const RETRY_MS = 250
const ROLLED_BACK = /^(22|23|25|40|42|54|55|P0)|^57014$/

interface Line {
  session: Session
  backend: Backend
  isOpen: boolean
  isMute: boolean
  isBusy: boolean
  /** The statement in flight fails. */
  fail(error: Error): void
}

export function createConnection(deps: ConnectionDeps, onReady: () => void): Connection {
  const { world, database, party } = deps
  let line: Line | undefined
  let isStopped = false

  /** As the client sees it. */
  const forget = (lost: Line): void => {
    lost.isOpen = false
    if (line !== lost) return
    line = undefined
    if (!isStopped) world.timer(party, RETRY_MS, connect)
  }
  const lose = (lost: Line): void => {
    if (!lost.isOpen) return
    forget(lost)
    lost.fail(new Error('Connection terminated unexpectedly'))
  }
  const connect = (): void => {
    world.after(database.party, 2 * world.travelMs(), () => {
      if (!database.isUp()) {
        world.timer(party, RETRY_MS, () => isStopped || connect())
        return
      }
      const backend = database.openSession(() =>
        world.after(party, world.travelMs(), () => opened.isMute || lose(opened)),
      )
      const { pid, startedAt } = backend
      const session: Session = { backend: { pid, startedAt }, place: (batch) => place(opened, batch) }
      const opened: Line = {
        session,
        backend,
        isOpen: true,
        isMute: false,
        isBusy: false,
        fail: () => undefined,
      }
      world.after(party, world.travelMs(), () => {
        if (backend.isGone) return connect()
        if (isStopped) return database.leave(backend, true)
        line = opened
        onReady()
      })
    })
  }

  const place = (to: Line, batch: readonly NumberedClaim[]): Promise<Placed> =>
    new Promise((resolve, reject) => {
      if (!to.isOpen) throw new Error('Client was closed and is not queryable')
      const giveUp = world.timer(party, ANSWER_MS_MAX, () => reject(new Error('Query read timeout')))
      const end = (act: () => void): void => {
        giveUp()
        to.isBusy = false
        to.fail = () => undefined
        act()
      }
      to.isBusy = true
      to.fail = (error) => end(() => reject(error))
      const isLost = to.isMute && world.random.chance(0.5)
      world.after(database.party, world.travelMs(), () => {
        if (to.backend.isGone || isLost) return
        execute(to.backend, batch, (placed, error) => {
          if (error === undefined) deps.onPhase('committed')
          world.after(party, world.travelMs(), () => {
            if (!to.isOpen || to.isMute) return
            end(() => (error === undefined ? resolve(placed!) : reject(error)))
          })
        })
        deps.onPhase('arrived')
      })
    })

  const execute = (
    backend: Backend,
    batch: readonly NumberedClaim[],
    onEnd: (placed: Placed | undefined, error: Error | undefined) => void,
  ): void => {
    const failure = deps.takeFailure()
    const decisions: Decision[] = []
    const stop = world.after(database.party, STATEMENT_MS_MAX, () => transaction.end(sqlError('57014')))
    const transaction = database.begin<Placed>({
      itemIds: batch.map(({ claim }) => claim.itemId),
      lockMsMax: LOCK_MS_MAX,
      decide() {
        if (failure !== undefined) return failure
        if (batch.some(({ claim }) => claim.key === BAD_KEY)) return '22003'
        const { draft, placed } = placeLimitedOrders(database.tables, {
          batch,
          nowMs: database.nowMs(),
          unitsGranted: deps.unitsGranted,
        })
        decisions.push(...draft.decisions!)
        world.after(database.party, 0, () => deps.onPhase('decided'))
        return { draft, answer: placed }
      },
      onEnd(placed, error) {
        stop()
        backend.transaction = undefined
        for (const decision of decisions) decision.wasTaken = deps.isTaken(decision.claim)
        if (error !== undefined) world.note(() => `  a batch of ${party.name} fails: ${error.message}`)
        onEnd(placed, error)
      },
    })
    backend.transaction = transaction
  }

  return {
    current: () => line?.session,
    isLost(asked, error) {
      const isLost = !ROLLED_BACK.test((error as { code?: string }).code ?? '')
      if (!isLost || line?.session !== asked) return isLost
      database.leave(line.backend, !line.isMute)
      forget(line)
      return true
    },
    start() {
      connect()
      return Promise.resolve()
    },
    stop() {
      isStopped = true
      if (line !== undefined) database.leave(line.backend, true)
      if (line !== undefined) forget(line)
      return Promise.resolve()
    },
    cut(isNoticed) {
      const lost = line
      if (lost === undefined) return
      lost.isMute = true
      database.leave(lost.backend, isNoticed)
      world.after(party, world.travelMs(), () => lose(lost))
    },
    mute() {
      if (line !== undefined) line.isMute = true
    },
    heal() {
      if (line === undefined || line.isBusy) return
      line.isMute = false
      if (line.backend.isGone) lose(line)
    },
  }
}
