// Buyers are told that their order is placed, and that its time is nearly over. The sale itself sends nothing: this follows behind it, a
// slice at a time, and falls behind while it is faster.
import type { Busy } from '../../platform/busy.ts'
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
  busy: Pick<Busy, 'isBusy'>
  /** Of each follow: how much time its next slice spans. Empty at first. */
  sliceSeconds: Map<Follow['name'], number>
}

const ROWS_MAX = 200
/** Each process of role `worker` turns at most so many orders into mails: more than it can send would only lie in the queue while people buy. */
const PER_SECOND_MAX = 200
/** Most are looked at a second time, and cost less then. */
const READ_PER_SECOND_MAX = 1_000
/** While the process is busy, as mails leave a tenth as fast then: finding the newest orders costs as much as placing hundreds. */
const BUSY_FACTOR = 10
/** Short, because what lies in it is sorted whole, and shorter while so many order that only a part of it is read. */
const SLICE_SECONDS = { least: 0.02, most: 5 }
const AGAIN_MS = 200
/** Who was away for longer begins here: nobody is told of an order that is over. */
const NEWS_SECONDS = -60 * 60

/** An order says when it was decided and is seen once it is committed. By then whatever was decided before it is. */
const LATE_SECONDS = 15
const AT_ONCE: Followed = { name: 'placed', untilSeconds: 0, newsSeconds: NEWS_SECONDS }
const LATE: Followed = { ...AT_ONCE, name: 'placed late', untilSeconds: -LATE_SECONDS }
const ENDING: Followed = { name: 'hold_ending', untilSeconds: 60, newsSeconds: 0 }

/** Each order is looked at twice: at once, and later for those that were committed late. */
export const tellPlaced = (deps: FollowDeps): Promise<number | undefined> =>
  tell(deps, 'placed', [AT_ONCE, LATE])
export const tellEnding = (deps: FollowDeps): Promise<number | undefined> =>
  tell(deps, 'hold_ending', [ENDING])

/** A follow without how long its slice is: that follows from the one before. */
type Followed = Omit<Follow, 'sliceSeconds'>

type Kind = 'placed' | 'hold_ending'

/** One slice of each. Milliseconds to the next where there is more. */
async function tell(deps: FollowDeps, kind: Kind, follows: readonly Followed[]): Promise<number | undefined> {
  let restMs = 0
  let isBehind = false
  for (const follow of follows) {
    const slice = await tellSlice(deps, kind, follow)
    restMs += Math.max(slice.told / PER_SECOND_MAX, slice.read / READ_PER_SECOND_MAX) * 1_000
    isBehind ||= slice.isBehind
  }
  if (!isBehind) return undefined
  return Math.max(AGAIN_MS, deps.busy.isBusy() ? restMs * BUSY_FACTOR : restMs)
}

function tellSlice(
  { database, notices, sliceSeconds }: FollowDeps,
  kind: Kind,
  follow: Followed,
): Promise<{ told: number; read: number; isBehind: boolean }> {
  return database.transaction(async (tx) => {
    const seconds = sliceSeconds.get(follow.name) ?? SLICE_SECONDS.most
    const slice = await lockFollow(tx, { ...follow, sliceSeconds: seconds })
    if (slice === undefined) return { told: 0, read: 0, isBehind: false }
    const { orders, read, readMicros } = await noteOrders(tx, kind, { ...slice, rowsMax: ROWS_MAX })
    const nextSeconds =
      readMicros === undefined ? seconds * 2 : ((readMicros - slice.fromMicros) / 1_000_000) * 1.5
    sliceSeconds.set(follow.name, clamp(nextSeconds))
    await notices.send(tx, orders.map(toNotice(kind)))
    // Back again, where the clock was set back: who was told is noted.
    await updateFollow(tx, follow.name, readMicros ?? slice.untilMicros)
    return { told: orders.length, read, isBehind: readMicros !== undefined || !slice.isLast }
  })
}

const clamp = (seconds: number): number =>
  Math.min(SLICE_SECONDS.most, Math.max(SLICE_SECONDS.least, seconds))

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
