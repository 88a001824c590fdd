import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useSession, type Member } from '../api/session.ts'
import { buttonLook } from './button.tsx'
import { EmptyState, Loading } from './states.tsx'
import { memberTexts } from './member-texts.ts'

/** Guests are led to the login, and back to where they were. */
export function MembersOnly({ children }: { children(member: Member): ReactNode }) {
  const say = memberTexts.useSay()
  const session = useSession()
  const { href } = useLocation()
  if (session.status === 'loading') return <Loading />
  if (session.status === 'member') return children(session.member)
  return (
    <EmptyState
      title={say('membersOnly')}
      action={
        <Link to="/login" search={{ next: href }} className={buttonLook('primary')}>
          {say('logIn')}
        </Link>
      }
    />
  )
}
