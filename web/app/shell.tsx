// What is around every page: header, notices, footer.
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useState, useSyncExternalStore, type FormEvent } from 'react'
import { leaveSession, useSession, useSessionWatch } from '../shared/api/session.ts'
import { changeLanguage, useLanguage } from '../shared/i18n/language.ts'
import { Button, buttonLook } from '../shared/parts/button.tsx'
import { Toasts } from '../shared/parts/toast.tsx'
import { appTexts } from './texts.ts'
import { changeTheme, useTheme, type Theme } from './theme.ts'

export function Shell() {
  const say = appTexts.useSay()
  useSessionWatch()
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-ink focus:px-4 focus:py-3 focus:text-paper"
      >
        {say('skip')}
      </a>
      <Header />
      <Offline />
      <Unverified />
      <main id="content" tabIndex={-1} className="flex-1">
        <Outlet />
      </main>
      <Footer />
      <Toasts />
    </>
  )
}

const NAV =
  'inline-flex min-h-11 items-center rounded-control px-3 hover:bg-sunken aria-[current=page]:font-semibold'

function Header() {
  const say = appTexts.useSay()
  const session = useSession()
  return (
    <header className="border-b border-line bg-paper">
      <div className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2">
        <Link to="/" className="inline-flex min-h-11 items-center gap-2 font-bold tracking-tight">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span className={session.status === 'guest' ? '' : 'max-sm:sr-only'}>Hurry Up Order</span>
        </Link>
        <SearchBox />
        <nav aria-label={say('menu')} className="-mx-2 ml-auto flex items-center text-sm">
          {session.status === 'guest' ? (
            <>
              <Link to="/login" className={NAV}>
                {say('logIn')}
              </Link>
              <Link to="/sign-up" className={NAV}>
                {say('signUp')}
              </Link>
            </>
          ) : (
            <>
              <Link to="/wishlist" className={NAV}>
                {say('wishlist')}
              </Link>
              <Link to="/cart" className={NAV}>
                {say('cart')}
              </Link>
              <Link to="/orders" className={NAV}>
                {say('orders')}
              </Link>
              <Link to="/profile" className={NAV}>
                {session.status === 'member' ? session.member.name : say('profile')}
              </Link>
            </>
          )}
        </nav>
      </div>
    </header>
  )
}

function SearchBox() {
  const say = appTexts.useSay()
  const navigate = useNavigate()
  const [words, setWords] = useState('')
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    void navigate({ to: '/search', search: words.trim() === '' ? {} : { q: words.trim() } })
  }
  return (
    <form
      role="search"
      onSubmit={onSubmit}
      className="order-last flex w-full gap-2 md:order-none md:w-auto md:max-w-xs md:flex-1"
    >
      <label htmlFor="search" className="sr-only">
        {say('search')}
      </label>
      <input
        id="search"
        type="search"
        enterKeyHint="search"
        value={words}
        maxLength={100}
        placeholder={say('search')}
        onChange={(event) => setWords(event.target.value)}
        className="min-h-11 min-w-0 flex-1 rounded-control border border-line-strong bg-surface px-3 placeholder:text-muted"
      />
      <Button type="submit">{say('searchShort')}</Button>
    </form>
  )
}

function Offline() {
  const say = appTexts.useSay()
  const isOnline = useSyncExternalStore(onConnection, () => navigator.onLine)
  return (
    <div role="status">
      {!isOnline && (
        <p className="bg-warn-soft px-4 py-2 text-center text-sm font-medium text-warn">{say('offline')}</p>
      )}
    </div>
  )
}

function onConnection(listener: () => void): () => void {
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
  }
}

function Unverified() {
  const say = appTexts.useSay()
  const session = useSession()
  if (session.status !== 'member' || session.member.emailVerified) return null
  return (
    <p className="flex flex-wrap items-center justify-center gap-3 bg-info-soft px-4 py-1 text-sm">
      {say('unverified')}
      <Link to="/verify" search={{ user: session.member.id }} className={buttonLook('plain')}>
        {say('verify')}
      </Link>
    </p>
  )
}

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

function Footer() {
  const say = appTexts.useSay()
  const language = useLanguage()
  const theme = useTheme()
  const session = useSession()
  const navigate = useNavigate()
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const onLogOut = async (): Promise<void> => {
    await leaveSession()
    await navigate({ to: '/' })
  }
  return (
    <footer className="mt-12 border-t border-line text-sm text-muted">
      <div className="mx-auto flex max-w-5xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-6">
        <p className="max-w-prose flex-1 basis-72">{say('footer')}</p>
        <a href="/reference" className={buttonLook('plain')}>
          {say('api')}
        </a>
        <label className="inline-flex items-center gap-2">
          {say('theme')}
          <select
            value={theme}
            onChange={(event) => changeTheme(event.target.value as Theme)}
            className="min-h-11 rounded-control border border-line-strong bg-surface px-2 text-ink"
          >
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {say(`themeOf.${name as 'system'}`)}
              </option>
            ))}
          </select>
        </label>
        <Button
          lang={language === 'ko' ? 'en' : 'ko'}
          onClick={() => changeLanguage(language === 'ko' ? 'en' : 'ko')}
        >
          {say('language')}
        </Button>
        {session.status === 'member' && <Button onClick={() => void onLogOut()}>{say('logOut')}</Button>}
      </div>
    </footer>
  )
}

export function NotFound() {
  const say = appTexts.useSay()
  return (
    <div className="mx-auto grid max-w-xl justify-items-start gap-4 px-4 py-16">
      <h1 className="text-2xl font-bold">{say('notFound')}</h1>
      <p className="text-muted">{say('notFoundMore')}</p>
      <Link to="/" className={buttonLook('secondary')}>
        {say('home')}
      </Link>
    </div>
  )
}

/** A fault of ours, or a part of the application that an update has replaced. */
export function Broken() {
  const say = appTexts.useSay()
  return (
    <div role="alert" className="mx-auto grid max-w-xl justify-items-start gap-4 px-4 py-16">
      <h1 className="text-2xl font-bold">{say('broken')}</h1>
      <Button onClick={() => location.reload()}>{say('reload')}</Button>
    </div>
  )
}
