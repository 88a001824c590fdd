import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Event, Events, EventType } from '../../platform/events.ts'
import { createGroupCommit } from '../../platform/group-commit.ts'
import type { Jobs } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { Module } from '../../platform/worker.ts'
import { ORDER_PAID, ORDER_REVERSED } from '../order/contract.ts'
import { RETURN_RECEIVED, SHIPMENT_SHIPPED } from '../shipment/contract.ts'
import type { Contact, UserApi } from '../user/contract.ts'
import type { Notice, NoticeApi } from './contract.ts'
import { NOTICE_QUEUE, sendNotice } from './send-notice.ts'

export interface NoticeDeps {
  database: Database
  jobs: Jobs
  events: Events
  users: Pick<UserApi, 'readContacts'>
  mail: Mailer
  clock: Clock
  log: Log
  publicUrl: string
  /** False where no mail server is set. */
  isOn: boolean
}

export function createNoticeModule(deps: NoticeDeps): Module<NoticeApi> {
  const { jobs, isOn } = deps
  jobs.declare(NOTICE_QUEUE)
  const send: NoticeApi['send'] = async (tx, notices) => {
    if (isOn && notices.length > 0) await jobs.sendAll(tx, NOTICE_QUEUE, notices)
  }
  if (isOn) listen(deps, send)
  let stop: (() => Promise<void>) | undefined
  return {
    api: { isOn, send },
    routes: () => undefined,
    attendants: [],
    workers: [
      {
        name: 'mail notices of orders',
        async start() {
          const readContact = contactsTogether(deps.users)
          stop = await jobs.work(NOTICE_QUEUE, (notice) => sendNotice({ ...deps, readContact }, notice))
        },
        stop: async () => stop?.(),
      },
    ],
  }
}

/** Mails leave some at a time: one read for all of them. */
function contactsTogether(users: NoticeDeps['users']): (userId: number) => Promise<Contact | undefined> {
  return createGroupCommit({
    run: async (userIds: readonly number[]) => {
      const contacts = await users.readContacts([...new Set(userIds)])
      return userIds.map((userId) => contacts.get(userId))
    },
    batchMax: 100,
    queueMax: 1_000,
  })
}

const CONSUMER = 'mail'

/** What has happened becomes mails, in a transaction of its own. */
function listen({ events, database }: NoticeDeps, send: NoticeApi['send']): void {
  const on = <Data extends { orderId: number; buyerId: number }>(
    type: EventType<Data>,
    toNotice: (data: Data) => Pick<Notice, 'kind' | 'facts'>,
  ): void =>
    events.subscribe(type, CONSUMER, (happened: readonly Event<Data>[]) =>
      database.transaction((tx) =>
        send(
          tx,
          happened.map(({ eventId, data }) => ({
            userId: data.buyerId,
            orderId: data.orderId,
            cause: eventId,
            eventId,
            ...toNotice(data),
          })),
        ),
      ),
    )
  on(ORDER_PAID, () => ({ kind: 'paid' }))
  on(ORDER_REVERSED, ({ amountKrw }) => ({ kind: 'refunded', facts: { amountKrw } }))
  on(SHIPMENT_SHIPPED, ({ carrier, trackingNumber }) => ({
    kind: 'shipped',
    facts: { carrier, trackingNumber },
  }))
  on(RETURN_RECEIVED, () => ({ kind: 'return_received' }))
}
