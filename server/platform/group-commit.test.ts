import { describe, expect, it, vi } from 'vitest'
import { createGroupCommit, GroupFull } from './group-commit.ts'

const later = (): { promise: Promise<void>; done(): void } => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, done: resolve }
}

describe('a group commit', () => {
  it('runs the first alone, and those who came meanwhile together', async () => {
    const first = later()
    const batches: number[][] = []
    const commit = createGroupCommit<number, number>({
      batchMax: 10,
      queueMax: 10,
      async run(batch) {
        batches.push([...batch])
        if (batches.length === 1) await first.promise
        return batch.map((item) => item * 2)
      },
    })
    const answers = [1, 2, 3].map((item) => commit(item))
    first.done()
    expect(await Promise.all(answers)).toEqual([2, 4, 6])
    expect(batches).toEqual([[1], [2, 3]])
  })

  it('fails one bad item alone, and keeps batches within their bound', async () => {
    const first = later()
    const sizes: number[] = []
    const commit = createGroupCommit<number, number>({
      batchMax: 4,
      queueMax: 100,
      async run(batch) {
        sizes.push(batch.length)
        if (sizes.length === 1) await first.promise
        if (batch.includes(13)) throw new Error('unlucky')
        return batch
      },
    })
    const answers = [0, 11, 12, 13, 14, 15].map((item) => commit(item))
    first.done()
    const settled = await Promise.allSettled(answers)
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true])
    expect(Math.max(...sizes)).toBe(4)
  })

  it('refuses what is past the bound of its queue', async () => {
    const first = later()
    const commit = createGroupCommit<number, number>({
      batchMax: 1,
      queueMax: 2,
      async run(batch) {
        await first.promise
        return batch
      },
    })
    const answers = [1, 2, 3].map((item) => commit(item))
    await expect(commit(4)).rejects.toBeInstanceOf(GroupFull)
    first.done()
    expect(await Promise.all(answers)).toEqual([1, 2, 3])
  })

  it('rejects where a run does not answer for every item', async () => {
    const commit = createGroupCommit<number, number>({
      batchMax: 1,
      queueMax: 2,
      run: () => Promise.resolve([]),
    })
    await expect(commit(1)).rejects.toThrow('every item')
  })

  it('begins another batch beside one that is held up, and none beside one that is not', async () => {
    const first = later()
    const batches: number[][] = []
    const commit = createGroupCommit<number, number>({
      batchMax: 10,
      queueMax: 10,
      lanes: 2,
      patienceMs: 20,
      async run(batch) {
        batches.push([...batch])
        if (batches.length === 1) await first.promise
        return batch
      },
    })
    const held = commit(1)
    const answers = Promise.all([commit(2), commit(3)])
    await Promise.resolve()
    expect(batches).toEqual([[1]])
    expect(await answers).toEqual([2, 3])
    expect(batches).toEqual([[1], [2, 3]])
    first.done()
    expect(await held).toBe(1)
  })

  it('has no more in flight than its lanes, however long they are held up', async () => {
    const held = later()
    const batches: number[][] = []
    const commit = createGroupCommit<number, number>({
      batchMax: 10,
      queueMax: 10,
      lanes: 2,
      patienceMs: 5,
      async run(batch) {
        batches.push([...batch])
        await held.promise
        return batch
      },
    })
    const answers = [1, 2, 3].map((item) => commit(item))
    await vi.waitFor(() => expect(batches).toHaveLength(2))
    const last = commit(4)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(batches).toEqual([[1], [2, 3]])
    held.done()
    expect(await Promise.all([...answers, last])).toEqual([1, 2, 3, 4])
  })
})
