// Who is signed in. Guests are not asked for; a login in another tab is noticed.
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import type { paths } from '../../../client/index.ts'
import { AskError, codeOf, read } from './answer.ts'
import { queries } from './queries.ts'
import { expectSession, forgetSession, isSessionExpected, onSessionHint } from './session-hint.ts'
import { shop } from './shop.ts'

export type Member =
  paths['/user-service/api/v1/users/me']['get']['responses'][200]['content']['application/json']

export type Session =
  /** Not known yet. */
  { status: 'loading' } | { status: 'guest' } | { status: 'member'; member: Member }

const ME_FRESH_MS = 60_000

const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async (): Promise<Member | null> => {
    if (!isSessionExpected()) return null
    try {
      return await read(shop.GET('/user-service/api/v1/users/me', {}))
    } catch (error) {
      if (!(error instanceof AskError) || codeOf(error) === undefined) throw error
      // Refused, and new tokens were refused as well: whoever it was has to log in again.
      forgetSession()
      return null
    }
  },
  staleTime: ME_FRESH_MS,
})

export function useSession(): Session {
  const isExpected = useSyncExternalStore(onSessionHint, isSessionExpected)
  const { data } = useQuery({ ...meQuery, enabled: isExpected })
  if (!isExpected || data === null) return { status: 'guest' }
  return data === undefined ? { status: 'loading' } : { status: 'member', member: data }
}

/** Once, in the shell: what was read for one person is never shown to the next. */
export function useSessionWatch(): void {
  useEffect(
    () =>
      onSessionHint(() => {
        if (!isSessionExpected()) queries.clear()
        else void queries.invalidateQueries()
      }),
    [],
  )
}

/** After a login has been answered. */
export async function enterSession(): Promise<void> {
  queries.clear()
  expectSession()
  await queries.fetchQuery(meQuery).catch(() => undefined)
}

/** Whatever the answer, this browser forgets who was there. */
export async function leaveSession(): Promise<void> {
  await shop.POST('/user-service/api/v1/users/logout', {}).catch(() => undefined)
  forgetSession()
  queries.clear()
}
