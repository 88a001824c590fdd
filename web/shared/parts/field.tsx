import { useId, type InputHTMLAttributes, type ReactNode } from 'react'

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: ReactNode
  /** Why the value was refused. */
  error?: string | undefined
}

const CONTROL =
  'min-h-11 w-full rounded-control border bg-surface px-3 py-2 text-ink placeholder:text-muted aria-invalid:border-bad'

export function Field({ label, hint, error, className = '', ...input }: FieldProps) {
  const id = useId()
  const about = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .filter(Boolean)
    .join(' ')
  return (
    <div className={`grid gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        {...input}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={about || undefined}
        className={`${CONTROL} border-line-strong`}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-sm font-medium text-bad">
          <span aria-hidden="true">⚠ </span>
          {error}
        </p>
      )}
    </div>
  )
}
