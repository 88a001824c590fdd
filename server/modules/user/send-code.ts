// The mail with the verification code. The job carries only the account's id: the code is made when the mail leaves.
import type { Clock } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { Language } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Jobs, Queue } from '../../platform/jobs.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail, Mailer } from '../../platform/mail.ts'
import { CODE_CHARACTERS } from './contract.ts'
import { indexEmail, openPersonal } from './personal.ts'
import { findAccount, findAccountByEmail, findCodeIssuedAt, replaceCode, restartCode } from './sql.ts'

export interface SendCodeDeps {
  database: Database
  pii: PersonalData
  mail: Mailer
  ids: Ids
  clock: Clock
  log: Log
}

export interface SendCodeJob {
  accountId: number
  language: Language
}

const DAY_SECONDS = 24 * 60 * 60

/** A mail server may be away for days: the job is kept and tried again, at the latest every minute. */
export const CODE_QUEUE: Queue<SendCodeJob> = {
  name: 'user.email-code',
  retriesMax: 20_000,
  retrySecondsFirst: 1,
  retrySecondsMax: 60,
  runSecondsMax: 60,
  keepSeconds: 14 * DAY_SECONDS,
  keyOf: ({ accountId }) => String(accountId),
}

const CODE_TTL_MS = 5 * 60 * 1000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Runs as a job: at least once, so a repeated run replaces the code and mails the new one. */
export async function sendCode(deps: SendCodeDeps, job: SendCodeJob): Promise<void> {
  const { database, pii, clock, log } = deps
  const account = await findAccount(database.db, job.accountId)
  if (account?.role !== 'UNCERTIFIED_USER') return
  const code = deps.ids.text(ALPHABET, CODE_CHARACTERS)
  const codeHash = hashCode(pii, account.id, code)
  // Stored first: a code that was mailed and not stored could never be used.
  await replaceCode(database.db, { accountId: account.id, codeHash, ...lifetime(clock) })
  const answer = await deps.mail.send(codeMail(openPersonal(pii, 'email', account), code, job.language))
  if (answer === 'refused') {
    log.warn({ userId: account.id }, 'the mail server refuses the address of this account')
    return
  }
  // The five minutes count from when the mail has left.
  const { issuedAt, expiresAt } = lifetime(clock)
  await restartCode(database.db, account.id, codeHash, issuedAt, expiresAt)
}

function lifetime(clock: Clock): { issuedAt: Date; expiresAt: Date } {
  const now = clock.now()
  return { issuedAt: new Date(now), expiresAt: new Date(now + CODE_TTL_MS) }
}

/** A keyed hash: who reads the table can not try out codes. */
export const hashCode = (pii: PersonalData, accountId: number, code: string): Buffer =>
  pii.index('email code', `${accountId} ${code}`)

/** Sends the code again. Says nothing about whether there is such an account, nor about its state. */
export async function resendCode(
  deps: { database: Database; pii: PersonalData; jobs: Jobs; clock: Clock; minGapMs: number },
  email: string,
  language: Language,
): Promise<void> {
  const { database, pii, jobs, clock } = deps
  const account = await findAccountByEmail(database.db, indexEmail(pii, email))
  if (account?.role !== 'UNCERTIFIED_USER') return
  const last = await findCodeIssuedAt(database.db, account.id)
  if (last !== undefined && clock.now() - last.issuedAt.getTime() < deps.minGapMs) return
  await database.transaction((tx) => jobs.send(tx, CODE_QUEUE, { accountId: account.id, language }))
}

const WORDS = {
  ko: {
    subject: '이메일 인증',
    intro: 'Hurry Up Order 회원 가입을 완료하려면 아래 인증 번호를 입력해 주세요.',
    outro: '인증 번호는 5분 동안 한 번만 사용할 수 있습니다. 가입한 적이 없다면 이 메일을 무시해 주세요.',
  },
  en: {
    subject: 'Verify your e-mail',
    intro: 'Enter this code to complete your registration at Hurry Up Order.',
    outro: 'The code can be used once, within 5 minutes. If you did not sign up, ignore this mail.',
  },
} as const

function codeMail(to: string, code: string, language: Language): Mail {
  const { subject, intro, outro } = WORDS[language]
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${subject}</title>
<p>${intro}</p><p style="font:700 24px monospace;letter-spacing:2px">${code}</p><p>${outro}</p></html>`
  return { to, subject, text: `${intro}\n\n${code}\n\n${outro}\n`, html }
}
