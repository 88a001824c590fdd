// The folder in which a demo keeps everything: who uses it now, its secrets, and where its database is.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTimeOf } from './processes.ts'

export class DataDirInUse extends Error {
  readonly pid: number
  constructor(dir: string, pid: number) {
    super(
      `${resolve(dir)} is in use by process ${pid}: stop that one first, or set DATA_DIR to another folder`,
    )
    this.pid = pid
  }
}

interface Owner {
  pid: number
  startTime: string
}

const LOCK = 'server.lock'
const TRIES_MAX = 200
const RETRY_MS = 50
/** Files written in one go by a process that died in the middle of it. */
const ABANDONED_MS = 5_000

/** Takes the folder for this process, also from a process that died with it. Returns how to give it back. */
export async function lockDataDir(dir: string): Promise<() => void> {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, LOCK)
  const own = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) } satisfies Owner)
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    if (createFile(path, own)) return () => removeIfSame(path, own)
    const text = readText(path)
    const owner = parseOwner(text)
    if (owner !== undefined && isAlive(owner)) throw new DataDirInUse(dir, owner.pid)
    if (owner !== undefined || isAbandoned(path)) removeStale(path, text)
    await sleep(RETRY_MS)
  }
  throw new Error(`${path} could not be taken over: remove it if no server uses the folder`)
}

/** Under a lock of its own, and only while it still says what was found stale: two at once must not both take over. */
function removeStale(path: string, staleText: string): void {
  const claim = `${path}.takeover`
  if (!createFile(claim, '')) {
    if (isAbandoned(claim)) rmSync(claim, { force: true })
    return
  }
  removeIfSame(path, staleText)
  rmSync(claim, { force: true })
}

function removeIfSame(path: string, text: string): void {
  if (readText(path) === text) rmSync(path, { force: true })
}

function createFile(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner
  } catch {
    return undefined
  }
}

const isAlive = ({ pid, startTime }: Owner): boolean => startTime !== '' && startTimeOf(pid) === startTime

function isAbandoned(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export interface DemoSecrets {
  TOKEN_SECRET: string
  PII_KEYS: string
}

/** Made once and kept: without them the personal data in the folder's database can not be read again. */
export function demoSecrets(dir: string): DemoSecrets {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, 'secrets.json')
  if (!existsSync(path)) {
    const secrets: DemoSecrets = {
      TOKEN_SECRET: randomBytes(32).toString('base64url'),
      PII_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    }
    writePrivate(path, secrets)
  }
  return JSON.parse(readFileSync(path, 'utf8')) as DemoSecrets
}

export const hasDemoSecrets = (dir: string): boolean => existsSync(join(dir, 'secrets.json'))

/** What other commands given the same folder may know of the one that runs on it. */
export interface Instance {
  pid: number
  databaseUrl: string
  /** `http://host:port`; missing until it listens. */
  address?: string
}

const INSTANCE = 'instance.json'
const INSTANCE_WAIT_MS_MAX = 30_000

export function writeInstance(dir: string, instance: Instance): void {
  writePrivate(join(dir, INSTANCE), instance)
}

export function removeInstance(dir: string): void {
  rmSync(join(dir, INSTANCE), { force: true })
}

/** The start that runs on this folder now, waiting for one that is about to; undefined where there is none. */
export async function findInstance(dir: string): Promise<Instance | undefined> {
  const deadline = Date.now() + INSTANCE_WAIT_MS_MAX
  for (;;) {
    const owner = parseOwner(readText(join(dir, LOCK)))
    if (owner === undefined || !isAlive(owner)) return undefined
    const text = readText(join(dir, INSTANCE))
    const instance = text === '' ? undefined : (JSON.parse(text) as Instance)
    if (instance?.pid === owner.pid) return instance
    if (Date.now() > deadline) throw new DataDirInUse(dir, owner.pid)
    await sleep(RETRY_MS)
  }
}

/** Whole or not at all, and for our eyes only. */
function writePrivate(path: string, value: unknown): void {
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(unfinished, path)
}
