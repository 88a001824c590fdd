import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newKey } from '../../../client/index.ts'
import { ask } from '../../shared/api/answer.ts'
import { leaveSession, type Member } from '../../shared/api/session.ts'
import { send, shop } from '../../shared/api/shop.ts'
import { Badge } from '../../shared/parts/badge.tsx'
import { Button } from '../../shared/parts/button.tsx'
import { ConfirmDialog } from '../../shared/parts/dialog.tsx'
import { Field } from '../../shared/parts/field.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Card, Page, Section } from '../../shared/parts/page.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { useForm } from '../../shared/parts/use-form.ts'
import { whyNot } from '../../shared/parts/why-not.ts'
import { FormCard } from './form-card.tsx'
import { accountTexts } from './texts.ts'

const ONE = '/user-service/api/v1/users/{userId}'

export function ProfilePage() {
  const say = accountTexts.useSay()
  return (
    <Page title={say('profile')} isNarrow>
      <MembersOnly>{(member) => <Profile member={member} />}</MembersOnly>
    </Page>
  )
}

function Profile({ member }: { member: Member }) {
  const say = accountTexts.useSay()
  return (
    <>
      <Card className="grid gap-1">
        <p className="text-lg font-semibold">
          {member.name} <Badge>{say(`roleOf.${member.role}`)}</Badge>
        </p>
        <p className="text-muted">{member.email}</p>
      </Card>
      <Section title={say('contact')}>
        <Contact member={member} />
      </Section>
      <Section title={say('changePassword')}>
        <ChangePassword userId={member.id} />
      </Section>
      <Section title={say('export')}>
        <Export userId={member.id} />
      </Section>
      <Section title={say('leave')}>
        <Leave userId={member.id} />
      </Section>
    </>
  )
}

function Contact({ member }: { member: Member }) {
  const say = accountTexts.useSay()
  const queries = useQueryClient()
  const form = useForm({
    initial: { address: member.address, phoneNumber: member.phoneNumber },
    send: (body) =>
      ask(shop.PUT(`${ONE}/info`, { params: { path: { userId: member.id }, header: newKey() }, body })),
    async onDone() {
      await queries.invalidateQueries({ queryKey: ['me'] })
      toast(say('saved'))
    },
  })
  return (
    <FormCard form={form} action={say('save')}>
      <Field label={say('phone')} type="tel" autoComplete="tel" required {...form.input('phoneNumber')} />
      <Field label={say('address')} autoComplete="street-address" required {...form.input('address')} />
    </FormCard>
  )
}

const NO_PASSWORDS = { originalPassword: '', newPassword: '', newPassword2: '' }

function ChangePassword({ userId }: { userId: number }) {
  const say = accountTexts.useSay()
  const form = useForm({
    initial: NO_PASSWORDS,
    send: (body) =>
      ask(shop.PUT(`${ONE}/password`, { params: { path: { userId }, header: newKey() }, body })),
    onDone() {
      form.set(NO_PASSWORDS)
      toast(say('changed'))
    },
  })
  const one = (name: keyof typeof NO_PASSWORDS, label: string, autoComplete: string) => (
    <Field label={label} type="password" autoComplete={autoComplete} required {...form.input(name)} />
  )
  return (
    <FormCard form={form} action={say('changePassword')} variant="secondary">
      {one('originalPassword', say('original'), 'current-password')}
      {one('newPassword', say('newPassword'), 'new-password')}
      {one('newPassword2', say('again'), 'new-password')}
    </FormCard>
  )
}

/** Browsers fetch what is saved a moment after the click. */
const KEPT_MS = 10_000

function Export({ userId }: { userId: number }) {
  const say = accountTexts.useSay()
  const [isBusy, setBusy] = useState(false)
  const onDownload = async (): Promise<void> => {
    setBusy(true)
    const answer = await send(new Request(`/user-service/api/v1/users/${userId}/export`)).catch(
      () => undefined,
    )
    setBusy(false)
    if (answer?.ok !== true) return toast(whyNot({ kind: 'unknown' }))
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await answer.blob())
    link.download = 'hurry-up-order.json'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
  }
  return (
    <Card className="grid justify-items-start gap-3">
      <p>{say('exportMore')}</p>
      <Button isBusy={isBusy} onClick={() => void onDownload()}>
        {say('download')}
      </Button>
    </Card>
  )
}

function Leave({ userId }: { userId: number }) {
  const say = accountTexts.useSay()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const form = useForm({
    initial: { password: '' },
    send: ({ password }) =>
      ask(
        shop.DELETE(ONE, {
          params: { path: { userId }, header: newKey() },
          body: { password, password2: password },
        }),
      ),
    async onDone() {
      await leaveSession()
      toast(say('left'))
      await navigate({ to: '/' })
    },
  })
  return (
    <Card className="grid justify-items-start gap-3">
      <p>{say('leaveMore')}</p>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {say('leave')}
      </Button>
      {isOpen && (
        <ConfirmDialog
          onClose={() => setOpen(false)}
          title={say('leaveConfirm')}
          confirm={
            <Button variant="danger" type="submit" form="leave" isBusy={form.isBusy}>
              {say('leave')}
            </Button>
          }
        >
          <form id="leave" onSubmit={form.onSubmit} noValidate>
            <Field
              label={say('password')}
              type="password"
              autoComplete="current-password"
              required
              {...form.input('password')}
              error={form.errors['password'] ?? form.problem?.message}
            />
          </form>
        </ConfirmDialog>
      )}
    </Card>
  )
}
