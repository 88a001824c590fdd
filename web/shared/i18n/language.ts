// Which language is spoken: asked for by `?lang`, remembered in a cookie (which the server reads, too), else the browser's.
import { createInstance } from 'i18next'
import { useSyncExternalStore } from 'react'

export type Language = 'ko' | 'en'

const COOKIE = 'lang'
const COOKIE_SECONDS = 365 * 24 * 60 * 60

export const i18n = createInstance()

const isLanguage = (text: unknown): text is Language => text === 'ko' || text === 'en'

/** The first that is said: address, cookie, then the browser's list; Korean where none of it names one of ours. */
export function chooseLanguage(said: {
  search: string
  cookie: string
  preferred: readonly string[]
}): Language {
  const asked = new URLSearchParams(said.search).get('lang')
  if (isLanguage(asked)) return asked
  const kept = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(said.cookie)?.[1]
  if (isLanguage(kept)) return kept
  return said.preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'ko'
}

export function startLanguage(): void {
  const language = chooseLanguage({
    search: location.search,
    cookie: document.cookie,
    preferred: navigator.languages,
  })
  void i18n.init({
    lng: language,
    fallbackLng: 'ko',
    // Everything is there from the start: no promise to wait for before the first render.
    initAsync: false,
    resources: {},
    // React escapes by itself.
    interpolation: { escapeValue: false },
  })
  if (new URLSearchParams(location.search).has('lang')) remember(language)
  document.documentElement.lang = language
}

export function changeLanguage(language: Language): void {
  remember(language)
  document.documentElement.lang = language
  void i18n.changeLanguage(language)
}

export const currentLanguage = (): Language => (i18n.language === 'en' ? 'en' : 'ko')

/** Renders again when the language changes. */
export const useLanguage = (): Language => useSyncExternalStore(subscribe, currentLanguage)

function subscribe(onChange: () => void): () => void {
  i18n.on('languageChanged', onChange)
  return () => i18n.off('languageChanged', onChange)
}

function remember(language: Language): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${COOKIE}=${language}; Path=/; Max-Age=${COOKIE_SECONDS}; SameSite=Lax${secure}`
}
