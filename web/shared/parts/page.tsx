import { useEffect, useRef, type ReactNode } from 'react'

export interface PageProps {
  title: string
  /** Beside the heading. */
  actions?: ReactNode
  /** Pages that are read, not scanned. */
  isNarrow?: boolean
  children: ReactNode
}

let isFirst = true

/** One page: its title in the window, its heading with the focus when it comes up, so that it is read out. */
export function Page({ title, actions, isNarrow = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Hurry Up Order`
  }, [title])
  useEffect(() => {
    // The first page is read from its top by itself.
    if (!isFirst) heading.current?.focus({ preventScroll: true })
    isFirst = false
  }, [])
  return (
    <div className={`mx-auto grid w-full gap-6 px-4 py-6 sm:py-10 ${isNarrow ? 'max-w-xl' : 'max-w-5xl'}`}>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 ref={heading} tabIndex={-1} className="text-2xl font-bold sm:text-3xl">
          {title}
        </h1>
        {actions}
      </div>
      {children}
    </div>
  )
}

export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return (
    <div className={`rounded-card border border-line bg-surface p-4 sm:p-6 ${className}`}>{children}</div>
  )
}

export function Section({
  title,
  children,
  actions,
}: {
  title: string
  children: ReactNode
  actions?: ReactNode
}) {
  return (
    <section className="grid content-start gap-3" aria-label={title}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-lg font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
