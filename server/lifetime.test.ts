import { describe, expect, it } from 'vitest'
import { createLifetime, Stopping } from './lifetime.ts'

function watch(msMax = 500): { seen: string[]; life: ReturnType<typeof createLifetime> } {
  const seen: string[] = []
  const life = createLifetime({
    exit: (code) => seen.push(`exit ${code}`),
    say: (line) => seen.push(line),
    msMax,
  })
  return { seen, life }
}

describe('lifetime', () => {
  it('stops the newest part first, then exits', async () => {
    const { seen, life } = watch()
    await life.add({ name: 'a', stop: () => void seen.push('a'), msMax: 100 })
    await life.add({ name: 'b', stop: () => void seen.push('b'), msMax: 100 })
    await life.stop(0)
    expect(seen).toEqual(['b', 'a', 'exit 0'])
  })

  it('stops once, however often it is asked', async () => {
    const { seen, life } = watch()
    await life.add({ name: 'a', stop: () => void seen.push('a'), msMax: 100 })
    await Promise.all([life.stop(0), life.stop(1)])
    expect(seen).toEqual(['a', 'exit 0'])
  })

  it('goes on past a part that hangs or fails', async () => {
    const { seen, life } = watch()
    await life.add({ name: 'first', stop: () => void seen.push('first'), msMax: 100 })
    await life.add({ name: 'hangs', stop: () => new Promise(() => undefined), msMax: 20 })
    await life.add({ name: 'fails', stop: () => Promise.reject(new Error('no')), msMax: 100 })
    await life.stop(0)
    expect(seen).toEqual([
      'fails did not stop well: no',
      'hangs did not stop within 20 ms',
      'first',
      'exit 0',
    ])
  })

  it('kills what is left when the time of all is over', async () => {
    const { seen, life } = watch(30)
    await life.add({
      name: 'database',
      stop: () => undefined,
      msMax: 100,
      kill: () => void seen.push('killed'),
    })
    await life.add({ name: 'hangs', stop: () => new Promise(() => undefined), msMax: 60 })
    await life.stop(0)
    expect(seen.slice(0, 3)).toEqual(['not everything stopped in time', 'killed', 'exit 1'])
  })

  it('stops at once what is added after the end has begun', async () => {
    const { seen, life } = watch()
    await life.stop(0)
    await expect(
      life.add({ name: 'late', stop: () => void seen.push('late'), msMax: 100 }),
    ).rejects.toBeInstanceOf(Stopping)
    expect(seen).toEqual(['exit 0', 'late'])
  })
})
