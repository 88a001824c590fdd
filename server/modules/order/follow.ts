// Buyers are told that their order is placed, and that its time is nearly over. The sale itself sends nothing: this follows behind it, a
// slice at a time, and falls behind while it is faster.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { NoticeApi, NoticeKind } from '../notice/contract.ts'
import {
  forgetNotices,
  lockFollow,
  noteEndingHolds,
  noteNewOrders,
  updateFollow,
  type NoticedOrder,
} from './sql-notice.ts'

export interface FollowDeps {
  database: Database
  clock: Clock
  notices: NoticeApi
}

const FOLLOW = 'placed'
const ROWS_MAX = 1_000
const SLICE_SECONDS = 1
/** The writer's statements end within five. */
const LATE_SECONDS = 6
const AGAIN_MS = 200

/** One slice. Milliseconds to the next where we are behind. */
export async function tellPlaced({ database, clock, notices }: FollowDeps): Promise<number | undefined> {
  return database.transaction(async (tx) => {
    const from = await lockFollow(tx, FOLLOW)
    if (from === undefined) return undefined
    const bounds = { from, seconds: SLICE_SECONDS, lateSeconds: LATE_SECONDS, rowsMax: ROWS_MAX }
    const orders = await noteNewOrders(tx, bounds)
    await notices.send(tx, orders.map(toNotice('placed')))
    const isFull = orders.length === ROWS_MAX
    const end = from.getTime() + SLICE_SECONDS * 1_000
    const last = orders.at(-1)?.createdAt ?? from
    await updateFollow(tx, FOLLOW, isFull ? laterOf(from, last) : new Date(end))
    return isFull || end < clock.now() - SLICE_SECONDS * 1_000 ? AGAIN_MS : undefined
  })
}

const laterOf = (a: Date, b: Date): Date => (a.getTime() > b.getTime() ? a : b)

const ENDING_SECONDS = 60
const HOLD_SECONDS_MIN = 120
const ENDING_ROWS_MAX = 500

export async function tellEnding({ database, notices }: FollowDeps): Promise<number | undefined> {
  return database.transaction(async (tx) => {
    const bounds = { seconds: ENDING_SECONDS, holdSecondsMin: HOLD_SECONDS_MIN, rowsMax: ENDING_ROWS_MAX }
    const orders = await noteEndingHolds(tx, bounds)
    await notices.send(tx, orders.map(toNotice('hold_ending')))
    return orders.length === ENDING_ROWS_MAX ? AGAIN_MS : undefined
  })
}

const toNotice =
  (kind: NoticeKind) =>
  ({ orderId, buyerId, payBy }: NoticedOrder) => ({
    userId: buyerId,
    orderId,
    kind,
    cause: kind,
    goodUntilMs: payBy.getTime(),
    facts: { payByMs: payBy.getTime() },
  })

const FORGET_ROWS_MAX = 5_000

export async function forgetOldNotices({ database }: FollowDeps): Promise<number | undefined> {
  return (await forgetNotices(database.db, FORGET_ROWS_MAX)) === FORGET_ROWS_MAX ? AGAIN_MS : undefined
}
