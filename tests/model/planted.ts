// Faults that people do make in such a service, put around or into the played parts: the properties must find each.
import type { StockChange } from '../../server/modules/stock/contract.ts'
import type { Database } from './database.ts'
import type { Planted } from './stage.ts'

export const PLANTED = {
  /** One statement with the snapshot from before it waited for the row: limits, replays and units are those of the past. */
  'a decision on the snapshot from before the wait': { decidesBeforeWaiting: true },
  /** Units that come back are added to the gate's number: news that are heard twice, or late, count again. */
  'a refund by increment': {
    wrapStore(store, database) {
      const learn = (change: StockChange): void => {
        const units = unitsBack(database, change)
        const numbers = store.numbers(change.itemId)
        if (units <= 0 || numbers === undefined) return store.learn(change)
        const { version, available } = numbers
        store.learn({ itemId: change.itemId, version: version + 1, available: available + units })
      }
      return {
        ...store,
        learn,
        settle(itemId, ids, change) {
          if (ids.length === 0 && change !== undefined) learn(change)
          store.settle(itemId, ids, ids.length === 0 ? undefined : change)
        },
      }
    },
  },
  /** A lost connection is taken for the end of its backend: what it still commits, nobody counts. */
  'a refund before the backend is gone': { isGone: () => true },
} satisfies Record<string, Planted>

/** What a message would say that carries an amount instead of a version. */
function unitsBack({ tables }: Database, { itemId, version, available }: StockChange): number {
  const before = tables.commits
    .flatMap(({ stock }) => stock)
    .findLast((row) => row.itemId === itemId && row.version < version)
  return available - (before?.available ?? available)
}
