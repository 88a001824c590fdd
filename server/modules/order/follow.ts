// Buyers are told that their order is placed, and that its time is nearly over. The sale itself sends nothing: this follows behind it, a
// slice at a time, and falls behind while it is faster.
import type { Database } from '../../platform/db.ts'
import type { NoticeApi } from '../notice/contract.ts'
import {
  forgetNotices,
  lockFollow,
  noteOrders,
  updateFollow,
  type Follow,
  type NoticedOrder,
} from './sql-notice.ts'

export interface FollowDeps {
  database: Database
  notices: NoticeApi
}

const ROWS_MAX = 1_000
/** Each process of role `worker` turns at most so many orders into mails. */
const PER_SECOND_MAX = 1_000
/** Short, because what lies in it is sorted whole. */
const SLICE_SECONDS = 5
const AGAIN_MS = 200
/** Who was away for longer begins here: nobody is told of an order that is over. */
const NEWS_SECONDS = -60 * 60

/** An order says when it was decided and is seen once it is committed. By then whatever was decided before it is. */
const LATE_SECONDS = 15
const AT_ONCE: Follow = {
  name: 'placed',
  untilSeconds: 0,
  newsSeconds: NEWS_SECONDS,
  sliceSeconds: SLICE_SECONDS,
}
const LATE: Follow = { ...AT_ONCE, name: 'placed late', untilSeconds: -LATE_SECONDS }
const ENDING: Follow = {
  name: 'hold_ending',
  untilSeconds: 60,
  newsSeconds: 0,
  sliceSeconds: SLICE_SECONDS,
}

/** Each order is looked at twice: at once, and later for those that were committed late. */
export const tellPlaced = (deps: FollowDeps): Promise<number | undefined> =>
  tell(deps, 'placed', [AT_ONCE, LATE])
export const tellEnding = (deps: FollowDeps): Promise<number | undefined> =>
  tell(deps, 'hold_ending', [ENDING])

type Kind = 'placed' | 'hold_ending'

/** One slice of each. Milliseconds to the next where there is more. */
async function tell(deps: FollowDeps, kind: Kind, follows: readonly Follow[]): Promise<number | undefined> {
  let told = 0
  let isBehind = false
  for (const follow of follows) {
    const slice = await tellSlice(deps, kind, follow)
    told += slice.told
    isBehind ||= slice.isBehind
  }
  return isBehind ? Math.max(AGAIN_MS, (told * 1_000) / PER_SECOND_MAX) : undefined
}

function tellSlice(
  { database, notices }: FollowDeps,
  kind: Kind,
  follow: Follow,
): Promise<{ told: number; isBehind: boolean }> {
  return database.transaction(async (tx) => {
    const slice = await lockFollow(tx, follow)
    if (slice === undefined) return { told: 0, isBehind: false }
    const { orders, readMicros } = await noteOrders(tx, kind, { ...slice, rowsMax: ROWS_MAX })
    await notices.send(tx, orders.map(toNotice(kind)))
    // Back again, where the clock was set back: who was told is noted.
    await updateFollow(tx, follow.name, readMicros ?? slice.untilMicros)
    return { told: orders.length, isBehind: readMicros !== undefined || !slice.isLast }
  })
}

const toNotice =
  (kind: Kind) =>
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
