// Password hashing that a crowd at the login can not turn into a stand-still: few at a time, a bounded queue.
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { AppError } from './errors.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes as long for an account that does not exist (`undefined`), and is then false. */
  verify(storedHash: string | undefined, password: string): Promise<boolean>
}

export interface PasswordLimits {
  inFlightMax: number
  queueMax: number
  waitMsMax: number
}

/** Two at a time leave threads to everything else that shares the thread pool. */
const LIMITS: PasswordLimits = { inFlightMax: 2, queueMax: 50, waitMsMax: 5_000 }
/** argon2id is the library's default algorithm; its `Algorithm` is a const enum, which type stripping can not import. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function createPasswords(limits: PasswordLimits = LIMITS): Passwords {
  const lane = createLane(limits)
  const nobody = unmatchableHash()
  return {
    hash: (password) => lane(() => hash(password.normalize('NFC'), COST)),
    async verify(storedHash, password) {
      const matches = await lane(() => verify(storedHash ?? nobody, password.normalize('NFC')))
      return storedHash !== undefined && matches
    },
  }
}

/** A well-formed hash of the same cost that no password is known to give. */
function unmatchableHash(): string {
  const [salt, output] = [16, 32].map((bytes) => randomBytes(bytes).toString('base64').replaceAll('=', ''))
  return `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${salt}$${output}`
}

type Lane = <T>(work: () => Promise<T>) => Promise<T>

const busy = (): AppError => new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 })

/** Runs `inFlightMax` at a time. Past the queue's bound, or after waiting too long: 503 with Retry-After. */
function createLane({ inFlightMax, queueMax, waitMsMax }: PasswordLimits): Lane {
  let inFlight = 0
  const waiting: (() => void)[] = []

  const turn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.length >= queueMax) {
        reject(busy())
        return
      }
      const enter = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(enter), 1)
        reject(busy())
      }, waitMsMax)
      waiting.push(enter)
    })
  return async (work) => {
    if (inFlight >= inFlightMax) await turn()
    else inFlight++
    try {
      return await work()
    } finally {
      // The place is handed on as it is, so that nobody who comes now overtakes those who wait.
      const next = waiting.shift()
      if (next === undefined) inFlight--
      else next()
    }
  }
}
