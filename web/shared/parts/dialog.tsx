import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { partTexts } from './texts.ts'

/** Asks before something is done. The browser keeps the focus inside, gives it back, and closes it by Escape. */
export function ConfirmDialog({
  onClose,
  title,
  children,
  confirm,
}: {
  onClose(): void
  title: string
  children: ReactNode
  confirm: ReactNode
}) {
  const say = partTexts.useSay()
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      className="m-auto w-[min(28rem,calc(100%-2rem))] max-h-[90dvh] overflow-y-auto rounded-card border border-line bg-surface p-6 text-ink backdrop:bg-scrim"
    >
      <div className="grid gap-4">
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        {children}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{say('cancel')}</Button>
          {confirm}
        </div>
      </div>
    </dialog>
  )
}
