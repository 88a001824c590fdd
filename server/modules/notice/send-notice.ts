// One mail about an order. At least once: a process that dies after the mail server took it sends it again.
import type { Clock } from '../../platform/clock.ts'
import type { Queue } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { Contact } from '../user/contract.ts'
import type { Notice } from './contract.ts'
import { toMail } from './mail-texts.ts'

const DAY_SECONDS = 24 * 60 * 60

/** Tried for about a day, at the latest every minute: older news of an order is no news. Whoever buys and pays comes first. */
export const NOTICE_QUEUE: Queue<Notice> = {
  name: 'notice.order-mail',
  retriesMax: 2_000,
  retrySecondsFirst: 1,
  retrySecondsMax: 60,
  runSecondsMax: 60,
  keepSeconds: 2 * DAY_SECONDS,
  perSecondMax: 100,
  keyOf: ({ orderId, kind, cause }) => `${orderId} ${kind} ${cause}`,
  idOf: ({ eventId }) => eventId,
}

export interface SendNoticeDeps {
  readContact(userId: number): Promise<Contact | undefined>
  mail: Mailer
  clock: Clock
  log: Log
  publicUrl: string
}

export async function sendNotice(deps: SendNoticeDeps, notice: Notice): Promise<void> {
  const { readContact, mail, clock, log, publicUrl } = deps
  if (notice.goodUntilMs !== undefined && notice.goodUntilMs < clock.now()) return
  const contact = await readContact(notice.userId)
  if (contact === undefined) return
  const { email, language } = contact
  if ((await mail.send(toMail(notice, { email, language, publicUrl }))) === 'refused')
    log.warn({ userId: notice.userId }, 'the mail server refuses the address of this account')
}
