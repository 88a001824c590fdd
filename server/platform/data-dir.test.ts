import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { DataDirInUse, demoSecrets, findInstance, lockDataDir, writeInstance } from './data-dir.ts'
import { startTimeOf } from './processes.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hurryup-data-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('lockDataDir', () => {
  it('refuses a second holder, and names the first', async () => {
    const release = await lockDataDir(dir)
    await expect(lockDataDir(dir)).rejects.toThrow(`in use by process ${process.pid}`)
    release()
    const releaseAgain = await lockDataDir(dir)
    releaseAgain()
    expect(readdirSync(dir)).toEqual([])
  })

  it.each([
    ['of a dead process', { pid: 999_999_999, startTime: 'then' }],
    ['whose number another process has by now', { pid: process.pid, startTime: 'then' }],
    ['without a start time', { pid: process.pid, startTime: '' }],
  ])('takes over a lock %s', async (_what, owner) => {
    writeFileSync(join(dir, 'server.lock'), JSON.stringify(owner))
    const release = await lockDataDir(dir)
    expect(readFileSync(join(dir, 'server.lock'), 'utf8')).toContain(startTimeOf(process.pid))
    release()
  })

  it('lets one of many have a stale lock', async () => {
    writeFileSync(join(dir, 'server.lock'), JSON.stringify({ pid: 999_999_999, startTime: 'then' }))
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => lockDataDir(dir)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DataDirInUse)
  })
})

describe('demoSecrets', () => {
  it('are made once, for our eyes only, and complete the configuration', () => {
    const secrets = demoSecrets(dir)
    expect(demoSecrets(dir)).toEqual(secrets)
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
    const config = readConfig('demo', { DATABASE_URL: 'postgres://', ...secrets })
    expect(config.secrets.piiKeys).toHaveLength(1)
  })
})

describe('findInstance', () => {
  it('finds the running one, and nothing after its end', async () => {
    expect(await findInstance(dir)).toBeUndefined()
    const release = await lockDataDir(dir)
    const instance = { pid: process.pid, databaseUrl: 'postgres://x', address: 'http://127.0.0.1:1' }
    writeInstance(dir, instance)
    expect(await findInstance(dir)).toEqual(instance)
    release()
    expect(await findInstance(dir)).toBeUndefined()
  })
})
