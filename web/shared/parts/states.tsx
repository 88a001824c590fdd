// What a page shows while there is nothing to show: on its way, empty, or not to be had.
import type { ReactNode } from 'react'
import { AskError } from '../api/answer.ts'
import { Button } from './button.tsx'
import { partTexts } from './texts.ts'

function Skeleton({ className = 'h-6' }: { className?: string }) {
  return <div aria-hidden="true" className={`animate-shimmer rounded-control bg-sunken ${className}`} />
}

/** Announced, drawn as the shape of what comes. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const say = partTexts.useSay()
  return (
    <div role="status" className="grid gap-3">
      <span className="sr-only">{say('loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-20" />
      ))}
    </div>
  )
}

export function EmptyState({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="grid justify-items-center gap-3 rounded-card border border-dashed border-line-strong px-4 py-12 text-center">
      <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true" className="text-line-strong">
        <rect x="2" y="10" width="52" height="28" rx="6" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M2 20h14l4 6h16l4-6h14" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      <p className="text-lg font-semibold">{title}</p>
      {children !== undefined && <p className="text-muted">{children}</p>}
      {action}
    </div>
  )
}

/** What was refused says why; what nobody answered can be asked again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const say = partTexts.useSay()
  const problem = error instanceof AskError ? error.problem : undefined
  return (
    <div
      role="alert"
      className="grid justify-items-start gap-3 rounded-card border border-line bg-surface p-6"
    >
      <p className="text-lg font-semibold">{problem === undefined ? say('away') : problem.message}</p>
      <p className="text-muted">
        {problem === undefined ? say('awayMore') : say('request', { id: problem.requestId })}
      </p>
      {onRetry !== undefined && <Button onClick={onRetry}>{say('retry')}</Button>}
    </div>
  )
}
