import * as Dialog from '@radix-ui/react-dialog'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { partTexts } from './texts.ts'

/** Asks before something is done. Focus is kept inside and given back by Radix. */
export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  children,
  confirm,
}: {
  isOpen: boolean
  onClose(): void
  title: string
  children: ReactNode
  confirm: ReactNode
}) {
  const say = partTexts.useSay()
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-4 top-1/2 z-50 mx-auto grid max-h-[90dvh] max-w-md -translate-y-1/2 gap-4 overflow-y-auto rounded-card border border-line bg-surface p-6"
        >
          <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
          {children}
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={onClose}>{say('cancel')}</Button>
            {confirm}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
