// Step 5 of the purchase line: requests that arrive together share one transaction. No timer: while one commit is in
// flight the next batch collects.
import type { Clock, Timers } from '../../platform/clock.ts'
import { sqlState } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Claim, StockChange } from '../stock/contract.ts'
import type { PlaceOutcome } from './contract.ts'
import type { Log } from '../../platform/log.ts'
import { ownerOf } from './reconcile.ts'
import type { Backend, NumberedClaim } from './sql.ts'
import type { Session, WriterConnection } from './writer-connection.ts'

export interface Writer {
  /**
   * Rejects with SERVICE_UNAVAILABLE where the truth is not known or the claim was not written. `comesWithOthers`: one answer of the
   * gate granted several, and they are all here once it has been dealt with.
   */
  place(claim: Claim, sequence: number, comesWithOthers?: boolean): Promise<PlaceOutcome>
  start(): Promise<void>
  /** Writes what is queued, then closes. */
  stop(): Promise<void>
  depth(): number
  /** Names the backend that writes at the moment. */
  owner(): string
}

export interface WriterEvents {
  /** The truth of these claims is known: with the numbers it came with, if it came from PostgreSQL. */
  onSettled(claims: readonly Claim[], changes: readonly StockChange[]): void
  /** The connection was lost between question and answer: what the backend did with these claims is not known. */
  onUnknown(claims: readonly Claim[], backend: Backend): void
  onBatch?(rows: number, milliseconds: number): void
}

interface Pending extends NumberedClaim {
  queuedMs: number
  resolve(outcome: PlaceOutcome): void
  reject(error: Error): void
}

const TRIES_MAX = 5
/** A stock row that someone else held past lock_timeout is not waited for again so soon: the items of others go on. */
const BLOCKED_MS = 1_000

export function createWriter(options: {
  openConnection(onReady: () => void): WriterConnection
  log: Log
  clock: Clock
  timers: Timers
  batchRowsMax: number
  queueRowsMax: number
  claimLeaseMs: number
  events: WriterEvents
}): Writer {
  const { clock, timers, events, log } = options
  let queue: Pending[] = []
  let inFlight = 0
  let scheduled = false
  const blockedUntil = new Map<number, number>()
  const connection = options.openConnection(() => pump())

  const refuse = (rows: readonly Pending[], cause?: unknown): void => {
    for (const row of rows) row.reject(new AppError('SERVICE_UNAVAILABLE', { cause, retryAfterSeconds: 1 }))
  }
  const refuseUnwritten = (rows: readonly Pending[], cause?: unknown): void => {
    if (rows.length === 0) return
    events.onSettled(
      rows.map((row) => row.claim),
      [],
    )
    refuse(rows, cause)
  }

  /** A claim that waited for longer than half its lease is dropped, not written: its gate may soon give it up. */
  const takeBatch = (): Pending[] => {
    const rows = queue.splice(0, options.batchRowsMax)
    const now = clock.now()
    const late = (row: Pending): boolean =>
      now - row.queuedMs > options.claimLeaseMs / 2 || (blockedUntil.get(row.claim.itemId) ?? 0) > now
    if (rows.some(late)) refuseUnwritten(rows.filter(late))
    return rows.some(late) ? rows.filter((row) => !late(row)) : rows
  }

  const pump = (): void => {
    while (inFlight === 0 && queue.length > 0) {
      const session = connection.current()
      if (session === undefined) return refuseUnwritten(queue.splice(0))
      const batch = takeBatch()
      if (batch.length > 0) void writeBatch(session, batch)
    }
  }

  const writeBatch = async (session: Session, batch: Pending[]): Promise<void> => {
    inFlight++
    const settle = await write(session, batch, 1)
    inFlight--
    // The next batch leaves first: its commit runs while the answers of this one are made. Where nobody waits yet, whoever is on the way
    // is let in first.
    pump()
    if (inFlight > 0) return settle()
    timers.soon(() => {
      pump()
      settle()
    })
  }

  /** Resolves with what is to be told the callers; never rejects. */
  const write = async (session: Session, batch: Pending[], tries: number): Promise<() => void> => {
    const startedMs = performance.now()
    try {
      const { outcomes, changes } = await session.place(batch)
      events.onSettled(
        batch.map((row) => row.claim),
        changes,
      )
      return () => {
        events.onBatch?.(batch.length, performance.now() - startedMs)
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve(outcomes[i]!)
      }
    } catch (error) {
      return onError(session, batch, tries, error)
    }
  }

  const onError = async (
    session: Session,
    batch: Pending[],
    tries: number,
    error: unknown,
  ): Promise<() => void> => {
    const state = sqlState(error) ?? ''
    log.warn({ code: state, rows: batch.length, tries }, 'a batch of orders failed')
    if (connection.isLost(session, error)) {
      events.onUnknown(
        batch.map((row) => row.claim),
        session.backend,
      )
      return () => refuse(batch, error)
    }
    // From here on PostgreSQL itself said that the statement was rolled back.
    if (/^40(P01|001)$/.test(state) && tries < TRIES_MAX) return write(session, batch, tries + 1)
    const parts = splitFor(state, batch)
    if (parts.length > 1) {
      const settled: (() => void)[] = []
      for (const part of parts) settled.push(await write(session, part, tries))
      return () => settled.forEach((settle) => settle())
    }
    if (state === '55P03') blockedUntil.set(batch[0]!.claim.itemId, clock.now() + BLOCKED_MS)
    return () => refuseUnwritten(batch, error)
  }

  return {
    place(claim, sequence, comesWithOthers = false) {
      if (queue.length >= options.queueRowsMax) {
        events.onSettled([claim], [])
        return Promise.reject(new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 }))
      }
      return new Promise((resolve, reject) => {
        queue.push({ claim, sequence, queuedMs: clock.now(), resolve, reject })
        if (scheduled || inFlight > 0) return
        scheduled = true
        // Those who arrive in the same turn of the event loop travel together.
        const wait = comesWithOthers ? timers.next : timers.soon
        wait(() => {
          scheduled = false
          pump()
        })
      })
    },
    start: () => connection.start(),
    async stop() {
      const deadline = clock.now() + STOP_MS_MAX
      while ((inFlight > 0 || queue.length > 0) && clock.now() < deadline)
        await new Promise<void>((next) => timers.after(10, next))
      refuseUnwritten(queue.splice(0))
      await connection.stop()
    },
    depth: () => queue.length,
    owner: () => ownerOf(connection.current()?.backend),
  }
}

const STOP_MS_MAX = 6_000

/** Bad data (class 22, 23): halves, down to the one bad row. A row locked for long (55P03) or a slow statement: item by item. */
function splitFor(state: string, batch: Pending[]): Pending[][] {
  if (batch.length === 1) return [batch]
  if (/^2[23]/.test(state)) {
    const half = batch.length >> 1
    return [batch.slice(0, half), batch.slice(half)]
  }
  if (state !== '55P03' && state !== '57014') return [batch]
  return [...Map.groupBy(batch, (row) => row.claim.itemId).values()]
}
