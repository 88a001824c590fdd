// Those who arrive together share one transaction: while as many as there may be are in flight, the next batch collects. No timer.

export interface GroupCommit<In, Out> {
  (item: In): Promise<Out>
}

export class GroupFull extends Error {
  readonly code = '53400'
}

/**
 * `run` answers for each item, in order, or throws for all of them, having done nothing; it may be called again with an item whose
 * first run has committed without our knowing, so it must be idempotent. A batch that fails is tried again by halves, so that one
 * bad item does not fail its neighbours. Past `queueMax` waiting items a call rejects with GroupFull (class 53: unavailable).
 */
export function createGroupCommit<In, Out>(options: {
  run(batch: readonly In[]): Promise<readonly Out[]>
  batchMax: number
  queueMax: number
  /** Transactions in flight at once. */
  lanes?: number
}): GroupCommit<In, Out> {
  const { run, batchMax, queueMax, lanes = 1 } = options
  interface Waiting {
    item: In
    resolve(out: Out): void
    reject(error: unknown): void
  }
  let queue: Waiting[] = []
  let running = 0

  const runBatch = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const outs = await run(batch.map(({ item }) => item))
      if (outs.length !== batch.length) throw new Error('a batch did not answer for every item')
      batch.forEach(({ resolve }, i) => resolve(outs[i]!))
    } catch (error) {
      if (batch.length === 1) {
        batch[0]!.reject(error)
        return
      }
      const half = batch.length >> 1
      await runBatch(batch.slice(0, half))
      await runBatch(batch.slice(half))
    }
  }
  const drain = async (): Promise<void> => {
    running += 1
    while (queue.length > 0) {
      const batch = queue.slice(0, batchMax)
      queue = queue.slice(batchMax)
      await runBatch(batch)
    }
    running -= 1
  }
  return (item) =>
    new Promise<Out>((resolve, reject) => {
      if (queue.length >= queueMax) {
        reject(new GroupFull('too many are waiting'))
        return
      }
      queue.push({ item, resolve, reject })
      if (running < lanes) void drain()
    })
}
