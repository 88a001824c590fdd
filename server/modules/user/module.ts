import type { DenyList, Tokens } from '../../platform/auth.ts'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Jobs } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { ListenTarget } from '../../platform/notify.ts'
import type { Passwords } from '../../platform/passwords.ts'
import type { SharedCounters } from '../../platform/shared-counters.ts'
import type { Module, Worker } from '../../platform/worker.ts'
import type { OtherModules, UserApi } from './contract.ts'
import { listenForDenied, loadDenied } from './deny.ts'
import { ensureAccount } from './ensure-account.ts'
import { createForgetWorker } from './forget-expired.ts'
import { createUserCounters, FREE_LOG_IN_TRIES, scaled } from './limits.ts'
import { addRoutes } from './routes.ts'
import { seedBuyers } from './seed-buyers.ts'
import { CODE_QUEUE, sendCode, type SendCodeDeps } from './send-code.ts'
import { createSlowDown } from './slow-down.ts'
import { DENIED_CHANNEL } from './sql.ts'

export interface UserDeps {
  database: Database
  tokens: Tokens
  denied: DenyList
  jobs: Jobs
  mail: Mailer
  passwords: Passwords
  pii: PersonalData
  clock: Clock
  ids: Ids
  log: Log
  config: { secureCookies: boolean; rateFactor: number }
  others: OtherModules
}

export interface UserModule extends Module<UserApi> {
  /** What this module wants to hear from other processes, by channel. */
  listen: Readonly<Record<string, ListenTarget>>
  /** For the limits of every route. */
  counters: SharedCounters
  /** Before the first request is served, in every process: tokens denied before the start stay denied. */
  loadDenied(): Promise<void>
}

export function createUserModule(deps: UserDeps): UserModule {
  const { tokens, ids, config } = deps
  const slowDown = createSlowDown({ ...deps, freeTries: scaled(FREE_LOG_IN_TRIES, config.rateFactor) })
  deps.jobs.declare(CODE_QUEUE)
  return {
    routes: (http) => addRoutes(http, { ...deps, slowDown }),
    attendants: [],
    workers: [createCodeWorker(deps), createForgetWorker(deps)],
    listen: { [DENIED_CHANNEL]: listenForDenied(deps) },
    counters: createUserCounters(deps),
    loadDenied: () => loadDenied(deps),
    api: {
      ensureAccount: (input) => ensureAccount(deps, input),
      seedBuyers: (count) => seedBuyers(deps, count),
      issueAccessToken: ({ userId, role }, ttlSeconds) =>
        tokens.sign({ userId, role, sessionId: ids.uuid() }, ttlSeconds),
    },
  }
}

function createCodeWorker(deps: SendCodeDeps & { jobs: Jobs }): Worker {
  let stop: (() => Promise<void>) | undefined
  return {
    name: 'user: mail verification codes',
    async start() {
      stop = await deps.jobs.work(CODE_QUEUE, (job) => sendCode(deps, job))
    },
    stop: async () => stop?.(),
  }
}
