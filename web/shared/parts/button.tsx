import type { ButtonHTMLAttributes, ReactNode } from 'react'

/** `quiet` can not be pressed for now, and says why. */
type Variant = 'primary' | 'secondary' | 'plain' | 'danger' | 'quiet'

const BOX = 'rounded-control px-4 py-2'
const LOOKS: Readonly<Record<Variant, string>> = {
  primary: `${BOX} bg-accent text-on-accent hover:bg-accent-strong font-semibold disabled:opacity-60`,
  secondary: `${BOX} border border-line-strong bg-surface text-ink hover:bg-sunken font-medium disabled:opacity-60`,
  quiet: `${BOX} border border-line bg-sunken text-muted font-medium aria-disabled:cursor-not-allowed`,
  plain: 'text-ink underline decoration-line-strong underline-offset-4 hover:decoration-current font-medium',
  danger: `${BOX} border border-bad bg-surface text-bad hover:bg-bad-soft font-medium disabled:opacity-60`,
}

/** Also for links that look like buttons. */
export const buttonLook = (variant: Variant = 'secondary', more = ''): string =>
  `inline-flex min-h-11 items-center justify-center gap-2 text-center transition-colors ` +
  `disabled:cursor-not-allowed ${LOOKS[variant]} ${more}`

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant
  /** It is being done: pressing again does nothing, and keeps the focus. */
  isBusy?: boolean
  children: ReactNode
}

export function Button({
  variant = 'secondary',
  isBusy = false,
  className = '',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      className={buttonLook(variant, className)}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    />
  )
}
