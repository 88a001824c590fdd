// Whether a login is to be expected: the cookies that hold it can not be seen from here. Saves guests a refused request.
const KEY = 'session'
const listeners = new Set<() => void>()

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
  listeners.add(listener)
  window.addEventListener('storage', other)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', other)
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
