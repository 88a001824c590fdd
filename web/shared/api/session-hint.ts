// Whether a login is to be expected: the cookies that hold it can not be seen from here. Saves guests a refused request.
import { createListeners } from '../listeners.ts'

const KEY = 'session'
const { subscribe, tell } = createListeners()

export const isSessionExpected = (): boolean => localStorage.getItem(KEY) !== null

export function expectSession(): void {
  localStorage.setItem(KEY, '1')
  tell()
}

export function forgetSession(): void {
  localStorage.removeItem(KEY)
  tell()
}

/** Also when another tab logs in or out. */
export function onSessionHint(listener: () => void): () => void {
  const other = (event: StorageEvent): void => {
    if (event.key === KEY) listener()
  }
  const leave = subscribe(listener)
  window.addEventListener('storage', other)
  return () => {
    leave()
    window.removeEventListener('storage', other)
  }
}
