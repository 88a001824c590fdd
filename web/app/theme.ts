// Light or dark: as the system says, until somebody says otherwise.
import { useSyncExternalStore } from 'react'
import { createListeners } from '../shared/listeners.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'theme'
const { subscribe, tell } = createListeners()

function currentTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, currentTheme)

export function startTheme(): void {
  const theme = currentTheme()
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export function changeTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme)
  startTheme()
  tell()
}
