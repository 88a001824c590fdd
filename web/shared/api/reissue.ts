// New tokens for an expired session: once at a time in this tab, and one tab at a time. Scripts never see a token.
import { forgetSession, isSessionExpected } from './session-hint.ts'

const REISSUE = '/user-service/api/v1/users/reissue'
const LAST_KEY = 'session.reissuedAt'
const REISSUE_MS_MAX = 10_000

let flight: Promise<boolean> | undefined

/** True: the request that was refused is worth repeating. `askedAt` is when it was sent (Date.now()). */
export function reissue(askedAt: number): Promise<boolean> {
  flight ??= alone(() => reissueOnce(askedAt)).finally(() => {
    flight = undefined
  })
  return flight
}

/** Browsers without locks rely on the server alone, which gives two tabs their tokens within ten seconds of each other. */
function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  // The lock is missing where the page is not a secure context, whatever the types say.
  const locks = navigator.locks as LockManager | undefined
  return locks === undefined ? work() : locks.request('session.reissue', work)
}

async function reissueOnce(askedAt: number): Promise<boolean> {
  if (!isSessionExpected()) return false
  // Another tab got new cookies after our request had left with the old ones.
  if (Number(localStorage.getItem(LAST_KEY) ?? 0) > askedAt) return true
  const answer = await fetch(REISSUE, { method: 'POST', signal: AbortSignal.timeout(REISSUE_MS_MAX) })
  if (answer.ok) localStorage.setItem(LAST_KEY, String(Date.now()))
  // 503 and the like say nothing about the session.
  else if (answer.status === 401) forgetSession()
  return answer.ok
}
