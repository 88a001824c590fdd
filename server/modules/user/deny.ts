// Access tokens refused before they expire: in memory for every request, in a table for restarts, told to all processes.
import type { Caller, DenyList } from '../../platform/auth.ts'
import type { Clock } from '../../platform/clock.ts'
import { sqlState, type Database, type Tx } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import type { ListenTarget } from '../../platform/notify.ts'
import { ACCESS_TTL_SECONDS } from './issue-tokens.ts'
import { findDenied, insertDenied } from './sql.ts'

export interface DenyDeps {
  database: Database
  denied: DenyList
  clock: Clock
}

/** Access tokens issued before this have expired by themselves. */
export const oldestLiveAccess = (clock: Clock): Date => new Date(clock.now() - ACCESS_TTL_SECONDS * 1000)

/** Stores the denials with `tx`. The returned function makes them count in this process: call it after the commit. */
export async function denySessions(
  { denied, clock }: DenyDeps,
  tx: Tx,
  sessionIds: readonly string[],
  untilMs: number = clock.now() + ACCESS_TTL_SECONDS * 1000,
): Promise<() => void> {
  if (sessionIds.length > 0) await insertDenied(tx, sessionIds, new Date(untilMs))
  return () => {
    for (const id of sessionIds) denied.add(id, untilMs)
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Sessions of tokens that this module issued have such names. */
export const isOurSession = ({ sessionId }: Caller): boolean => UUID.test(sessionId)

/** The caller's own session, also where no login is behind it, as with a token of the command line. */
export const denyCaller = (deps: DenyDeps, tx: Tx, caller: Caller): Promise<() => void> =>
  denySessions(deps, tx, isOurSession(caller) ? [caller.sessionId] : [], caller.expiresAt * 1000)

export async function loadDenied({ database, denied, clock }: DenyDeps): Promise<void> {
  for (const { id, deniedUntil } of await findDenied(database.db, new Date(clock.now())))
    denied.add(id, deniedUntil.getTime())
}

const RELOAD_TRIES_MAX = 10
const RELOAD_AGAIN_MS = 500

export function listenForDenied(deps: DenyDeps & { log: Log }): ListenTarget {
  const reload = (triesLeft: number): void => {
    loadDenied(deps).catch((error: unknown) => {
      deps.log.warn({ code: sqlState(error) }, 'the denied sessions could not be loaded')
      if (triesLeft > 0) setTimeout(reload, RELOAD_AGAIN_MS, triesLeft - 1).unref()
    })
  }
  return {
    onMessage(payload) {
      const [id = '', until] = payload.split(' ')
      deps.denied.add(id, Number(until))
    },
    onListen: () => reload(RELOAD_TRIES_MAX),
  }
}
