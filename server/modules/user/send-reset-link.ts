// The mail with the link to choose a new password. The job carries only the account's id: the token is made when the mail leaves.
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Language } from '../../platform/errors.ts'
import { escapeHtml } from '../../platform/escape-html.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Jobs, Queue } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail, Mailer } from '../../platform/mail.ts'
import { hashToken } from './issue-tokens.ts'
import { indexEmail, openPersonal } from './personal.ts'
import { findResetIssuedAt, replaceReset, restartReset } from './sql-password.ts'
import { findAccount, findAccountByEmail } from './sql.ts'

export interface SendResetDeps {
  database: Database
  pii: PersonalData
  mail: Mailer
  ids: Ids
  clock: Clock
  log: Log
  config: { publicUrl: string }
}

interface SendResetJob {
  accountId: number
  language: Language
}

/** A mail server may be away for hours; who forgot a password asks again sooner than after a day. */
export const RESET_QUEUE: Queue<SendResetJob> = {
  name: 'user.password-reset',
  retriesMax: 2_000,
  retrySecondsFirst: 1,
  retrySecondsMax: 60,
  runSecondsMax: 60,
  keepSeconds: 24 * 60 * 60,
  keyOf: ({ accountId }) => String(accountId),
}

const RESET_TTL_MS = 30 * 60 * 1000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** 6 bits each: 258 random bits. */
const TOKEN_CHARACTERS = 43

/** Says nothing about whether there is such an account. One that is gone, or was mailed a moment ago, gets no mail. */
export async function requestReset(
  deps: { database: Database; pii: PersonalData; jobs: Jobs; clock: Clock; minGapMs: number },
  email: string,
  language: Language,
): Promise<void> {
  const { database, pii, jobs, clock } = deps
  const account = await findAccountByEmail(database.db, indexEmail(pii, email))
  if (account === undefined) return
  const last = await findResetIssuedAt(database.db, account.id)
  if (last !== undefined && clock.now() - last.getTime() < deps.minGapMs) return
  await database.transaction((tx) => jobs.send(tx, RESET_QUEUE, { accountId: account.id, language }))
}

/** Runs as a job: at least once, so a repeated run replaces the link and mails the new one. */
export async function sendResetLink(deps: SendResetDeps, job: SendResetJob): Promise<void> {
  const { database, pii, clock, config } = deps
  const account = await findAccount(database.db, job.accountId)
  if (account === undefined) return
  const token = deps.ids.text(ALPHABET, TOKEN_CHARACTERS)
  const reset = { accountId: account.id, tokenHash: hashToken(token) }
  // Stored first: a link that was mailed and not stored could never be used.
  await replaceReset(database.db, { ...reset, ...lifetime(clock) })
  // Behind the `#`, so that no server, proxy or Referer header is told.
  const link = `${config.publicUrl.replace(/\/+$/, '')}/reset-password#token=${token}`
  const answer = await deps.mail.send(resetMail(openPersonal(pii, 'email', account), link, job.language))
  if (answer === 'refused') {
    deps.log.warn({ userId: account.id }, 'the mail server refuses the address of this account')
    return
  }
  // The half hour counts from when the mail has left.
  await restartReset(database.db, { ...reset, ...lifetime(clock) })
}

function lifetime(clock: Clock): { issuedAt: Date; expiresAt: Date } {
  const now = clock.now()
  return { issuedAt: new Date(now), expiresAt: new Date(now + RESET_TTL_MS) }
}

const WORDS = {
  ko: {
    subject: '비밀번호 재설정',
    intro: 'Hurry Up Order의 새 비밀번호를 정하려면 아래 링크를 열어 주세요.',
    link: '새 비밀번호 정하기',
    outro: '링크는 30분 동안 한 번만 사용할 수 있습니다. 요청한 적이 없다면 이 메일을 무시해 주세요.',
  },
  en: {
    subject: 'Choose a new password',
    intro: 'Open this link to choose a new password for Hurry Up Order.',
    link: 'Choose a new password',
    outro: 'The link can be used once, within 30 minutes. If you did not ask for it, ignore this mail.',
  },
} as const

function resetMail(to: string, link: string, language: Language): Mail {
  const words = WORDS[language]
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${words.subject}</title>
<p>${words.intro}</p><p><a href="${escapeHtml(link)}">${words.link}</a></p><p>${words.outro}</p></html>`
  return { to, subject: words.subject, text: `${words.intro}\n\n${link}\n\n${words.outro}\n`, html }
}
