import type { DenyList, Tokens } from '../../platform/auth.ts'
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Jobs, Queue } from '../../platform/jobs.ts'
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
import { readContacts } from './read-contacts.ts'
import { readRecipient } from './read-recipient.ts'
import { addRoutes } from './routes.ts'
import { seedBuyers } from './seed-buyers.ts'
import { CODE_QUEUE, sendCode } from './send-code.ts'
import { RESET_QUEUE, sendResetLink } from './send-reset-link.ts'
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
  /** `publicUrl`: where people reach the shop, for links in mails. */
  config: { secureCookies: boolean; rateFactor: number; publicUrl: string }
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
  deps.jobs.declare(RESET_QUEUE)
  return {
    routes: (http) => addRoutes(http, { ...deps, slowDown }),
    attendants: [],
    workers: [
      handle(deps.jobs, 'user: mail verification codes', CODE_QUEUE, (job) => sendCode(deps, job)),
      handle(deps.jobs, 'user: mail links for new passwords', RESET_QUEUE, (job) => sendResetLink(deps, job)),
      createForgetWorker(deps),
    ],
    listen: { [DENIED_CHANNEL]: listenForDenied(deps) },
    counters: createUserCounters(deps),
    loadDenied: () => loadDenied(deps),
    api: {
      ensureAccount: (input) => ensureAccount(deps, input),
      seedBuyers: (count) => seedBuyers(deps, count),
      readRecipient: (userId) => readRecipient({ db: deps.database.db, pii: deps.pii }, userId),
      readContacts: (userIds) => readContacts({ db: deps.database.db, pii: deps.pii }, userIds),
      issueAccessToken: ({ userId, role }, ttlSeconds) =>
        tokens.sign({ userId, role, sessionId: ids.uuid() }, ttlSeconds),
    },
  }
}

function handle<Data extends object>(
  jobs: Jobs,
  name: string,
  queue: Queue<Data>,
  handler: (data: Data) => Promise<void>,
): Worker {
  let stop: (() => Promise<void>) | undefined
  return {
    name,
    async start() {
      stop = await jobs.work(queue, handler)
    },
    stop: async () => stop?.(),
  }
}
