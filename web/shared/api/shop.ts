// The shop's API: typed from its own document, in the language of the page, with a session that renews itself.
import { createShopClient } from '../../../client/index.ts'
import { currentLanguage } from '../i18n/language.ts'
import { reissue } from './reissue.ts'

/** Above the 10 s after which the server itself gives up. */
const ANSWER_MS_MAX = 15_000
/** An access token that has run out: its cookie is gone with it, so there is none at all. */
const RENEWABLE: ReadonlySet<string> = new Set(['EXPIRED_JWT', 'UNAUTHENTICATED'])

export const shop = createShopClient({ baseUrl: location.origin, fetch: send })

/** One request with everything that every request needs; repeated once with new tokens where those were too old. */
export async function send(request: Request): Promise<Response> {
  request.headers.set('accept-language', currentLanguage())
  const again = request.clone()
  const askedAt = Date.now()
  const answer = await fetchInTime(request)
  if (answer.status !== 401 || !(await isRenewable(answer)) || !(await reissue(askedAt))) return answer
  return fetchInTime(again)
}

const fetchInTime = (request: Request): Promise<Response> =>
  fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MS_MAX)]) })

async function isRenewable(answer: Response): Promise<boolean> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  return typeof body === 'object' && body !== null && 'code' in body && RENEWABLE.has(String(body.code))
}
