import type { ReactNode } from 'react'
import { Note } from '../../shared/parts/badge.tsx'
import { Button } from '../../shared/parts/button.tsx'
import type { Form } from '../../shared/parts/use-form.ts'
import { whyNot } from '../../shared/parts/why-not.ts'

/** The fields of a form, what was wrong with it, and its button. */
export function FormCard<Name extends string>({
  form,
  action,
  children,
  more,
  variant = 'primary',
}: {
  form: Form<Name>
  action: string
  children: ReactNode
  /** Beside the words of a refusal. */
  more?: ReactNode
  variant?: 'primary' | 'secondary'
}) {
  return (
    <form
      onSubmit={form.onSubmit}
      noValidate
      className="grid gap-4 rounded-card border border-line bg-surface p-4 sm:p-6"
    >
      {form.problem !== undefined && (
        <Note tone="bad" isUrgent title={form.problem.message}>
          {more}
        </Note>
      )}
      {form.isUnknown && <Note tone="warn" isUrgent title={whyNot({ kind: 'unknown' })} />}
      {children}
      <Button type="submit" variant={variant} isBusy={form.isBusy}>
        {action}
      </Button>
    </form>
  )
}
