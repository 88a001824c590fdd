// Short words about what was just done, read out and gone after a while.
import { useSyncExternalStore } from 'react'
import { createListeners } from '../listeners.ts'
import { partTexts } from './texts.ts'

interface Toast {
  id: number
  text: string
}

const SHOWN_MS = 6_000
const TOASTS_MAX = 3
let toasts: readonly Toast[] = []
let nextId = 1
const { subscribe, tell } = createListeners()

const change = (next: readonly Toast[]): void => {
  toasts = next
  tell()
}

export function toast(text: string): void {
  const id = nextId++
  change([...toasts, { id, text }].slice(-TOASTS_MAX))
  setTimeout(() => change(toasts.filter((one) => one.id !== id)), SHOWN_MS)
}

/** Once, in the shell. */
export function Toasts() {
  const say = partTexts.useSay()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div
      role="status"
      aria-label={say('notices')}
      className="pointer-events-none fixed inset-x-0 bottom-24 z-50 grid justify-items-center gap-2 px-4 md:bottom-6"
    >
      {shown.map(({ id, text }) => (
        <p key={id} className="animate-rise rounded-control bg-ink px-4 py-3 text-paper">
          {text}
        </p>
      ))}
    </div>
  )
}
