import type { ReactNode } from 'react'

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'accent'

const TONES: Readonly<Record<Tone, string>> = {
  plain: 'bg-sunken text-ink',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  info: 'bg-info-soft text-info',
  accent: 'bg-accent-soft text-accent-strong',
}

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  )
}

const EDGES: Readonly<Record<Tone, string>> = {
  plain: 'border-line',
  good: 'border-good',
  warn: 'border-warn',
  bad: 'border-bad',
  info: 'border-info',
  accent: 'border-accent',
}

/** A box that says how things stand. `isUrgent`: read out at once. */
export function Note({
  tone = 'info',
  title,
  isUrgent = false,
  children,
}: {
  tone?: Tone
  title?: string
  isUrgent?: boolean
  children?: ReactNode
}) {
  return (
    <div
      role={isUrgent ? 'alert' : 'status'}
      className={`grid gap-1 rounded-card border-l-4 px-4 py-3 ${EDGES[tone]} ${TONES[tone]}`}
    >
      {title !== undefined && <p className="font-semibold">{title}</p>}
      {children !== undefined && <div className="text-ink">{children}</div>}
    </div>
  )
}
