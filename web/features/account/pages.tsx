import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../shared/api/answer.ts'
import { enterSession } from '../../shared/api/session.ts'
import { shop } from '../../shared/api/shop.ts'
import { Note } from '../../shared/parts/badge.tsx'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { Field } from '../../shared/parts/field.tsx'
import { Page } from '../../shared/parts/page.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { useForm } from '../../shared/parts/use-form.ts'
import { whyNot } from '../../shared/parts/why-not.ts'
import { FormCard } from './form-card.tsx'
import { forgetPending, readPending, rememberPending } from './pending.ts'
import { accountTexts } from './texts.ts'

const USERS = '/user-service/api/v1/users'

/** Only to ourselves: what follows a login must not lead elsewhere. */
const ownAddress = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/'

export function LoginPage() {
  const say = accountTexts.useSay()
  const router = useRouter()
  const { next } = useSearch({ from: '/login' })
  const form = useForm({
    initial: { email: '', password: '' },
    send: (body) => ask(shop.POST(`${USERS}/login`, { body })),
    async onDone() {
      await enterSession()
      router.history.push(ownAddress(next))
    },
  })
  const isUncertified = form.problem?.code.startsWith('UNCERTIFIED') === true
  return (
    <Page title={say('logIn')} isNarrow>
      {next !== undefined && <p className="text-muted">{say('logInWhy')}</p>}
      <FormCard
        form={form}
        action={say('logIn')}
        more={
          isUncertified && (
            <Link to="/verify" search={{ email: form.values.email }} className={buttonLook('plain')}>
              {say('goVerify')}
            </Link>
          )
        }
      >
        <Field label={say('email')} type="email" autoComplete="email" required {...form.input('email')} />
        <Field
          label={say('password')}
          type="password"
          autoComplete="current-password"
          required
          {...form.input('password')}
        />
      </FormCard>
      <DemoLogins onChoose={(email, password) => form.set({ email, password })} />
      <p className="flex flex-wrap items-center gap-x-4">
        <Link to="/forgot-password" className={buttonLook('plain')}>
          {say('forgot')}
        </Link>
        <span>
          {say('noAccount')}{' '}
          <Link to="/sign-up" className={buttonLook('plain')}>
            {say('signUp')}
          </Link>
        </span>
      </p>
    </Page>
  )
}

interface DemoLogin {
  name: string
  email: string
  password: string
}

/** A demo's own accounts, which its server names in the page; nothing elsewhere. */
function readDemoLogins(): DemoLogin[] {
  const said = document.querySelector<HTMLMetaElement>('meta[name=demo]')?.content
  return said === undefined ? [] : (JSON.parse(said) as DemoLogin[])
}

function DemoLogins({ onChoose }: { onChoose(email: string, password: string): void }) {
  const say = accountTexts.useSay()
  const [logins] = useState(readDemoLogins)
  if (logins.length === 0) return null
  return (
    <section aria-label={say('demo')} className="grid gap-3 rounded-card bg-info-soft p-4">
      <p>{say('demoMore')}</p>
      <div className="flex flex-wrap gap-2">
        {logins.map(({ name, email, password }) => (
          <Button key={email} onClick={() => onChoose(email, password)}>
            {name}
          </Button>
        ))}
      </div>
    </section>
  )
}

export function SignUpPage() {
  const say = accountTexts.useSay()
  const navigate = useNavigate()
  const form = useForm({
    initial: { email: '', password: '', name: '', address: '', phoneNumber: '' },
    send: (body) => ask(shop.POST(USERS, { body })),
    onDone({ id, email }) {
      rememberPending({ userId: id, email })
      return navigate({ to: '/verify', search: { user: id, email } })
    },
  })
  return (
    <Page title={say('signUp')} isNarrow>
      <FormCard form={form} action={say('signUp')}>
        <Field label={say('email')} type="email" autoComplete="email" required {...form.input('email')} />
        <Field
          label={say('password')}
          type="password"
          autoComplete="new-password"
          hint={say('passwordHint')}
          required
          {...form.input('password')}
        />
        <Field label={say('name')} autoComplete="name" required {...form.input('name')} />
        <Field label={say('phone')} type="tel" autoComplete="tel" required {...form.input('phoneNumber')} />
        <Field label={say('address')} autoComplete="street-address" required {...form.input('address')} />
      </FormCard>
      <p>
        {say('hasAccount')}{' '}
        <Link to="/login" className={buttonLook('plain')}>
          {say('logIn')}
        </Link>
      </p>
    </Page>
  )
}

export function VerifyPage() {
  const say = accountTexts.useSay()
  const navigate = useNavigate()
  const search = useSearch({ from: '/verify' })
  const pending = readPending()
  const userId = search.user ?? pending?.userId
  const email = search.email ?? pending?.email
  const form = useForm({
    initial: { verificationCode: '' },
    send: ({ verificationCode }) =>
      ask(
        shop.PUT(`${USERS}/{userId}/email-verification`, {
          params: { path: { userId: userId ?? 0 } },
          body: { verificationCode: verificationCode.trim() },
        }),
      ),
    onDone() {
      forgetPending()
      toast(say('verified'))
      return navigate({ to: '/login' })
    },
  })
  const onResend = async (): Promise<void> => {
    if (email === undefined) return
    const answer = await ask(shop.POST(`${USERS}/email-verification/resend`, { body: { email } }))
    toast(answer.kind === 'done' ? say('resent') : whyNot(answer))
  }
  return (
    <Page title={say('verify')} isNarrow>
      {userId === undefined ? (
        <Note tone="warn" title={say('noUser')} />
      ) : (
        <>
          <p>{say('verifyMore', { email: email ?? say('yourMail') })}</p>
          <FormCard form={form} action={say('confirm')}>
            <Field
              label={say('code')}
              autoComplete="one-time-code"
              autoCapitalize="off"
              spellCheck={false}
              required
              {...form.input('verificationCode')}
            />
          </FormCard>
        </>
      )}
      {email !== undefined && (
        <Button className="justify-self-start" onClick={() => void onResend()}>
          {say('resend')}
        </Button>
      )}
    </Page>
  )
}

export function ForgotPasswordPage() {
  const say = accountTexts.useSay()
  const [answered, setAnswered] = useState<string>()
  const form = useForm({
    initial: { email: '' },
    send: (body) => ask(shop.POST(`${USERS}/password-reset`, { body })),
    onDone: ({ message }) => setAnswered(message),
  })
  return (
    <Page title={say('forgotTitle')} isNarrow>
      <p>{say('forgotMore')}</p>
      {answered === undefined ? (
        <FormCard form={form} action={say('sendLink')}>
          <Field label={say('email')} type="email" autoComplete="email" required {...form.input('email')} />
        </FormCard>
      ) : (
        <Note tone="good" title={answered} />
      )}
    </Page>
  )
}

export function ResetPasswordPage() {
  const say = accountTexts.useSay()
  const navigate = useNavigate()
  // Behind the hash, so that it stands in no log on its way.
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token') ?? '')
  const form = useForm({
    initial: { newPassword: '', newPassword2: '' },
    send: (passwords) => ask(shop.PUT(`${USERS}/password-reset`, { body: { token, ...passwords } })),
    onDone() {
      toast(say('resetDone'))
      return navigate({ to: '/login' })
    },
  })
  return (
    <Page title={say('reset')} isNarrow>
      {token === '' ? (
        <Note tone="warn" title={say('noToken')} />
      ) : (
        <FormCard form={form} action={say('save')}>
          <Field
            label={say('newPassword')}
            type="password"
            autoComplete="new-password"
            hint={say('passwordHint')}
            required
            {...form.input('newPassword')}
          />
          <Field
            label={say('again')}
            type="password"
            autoComplete="new-password"
            required
            {...form.input('newPassword2')}
          />
        </FormCard>
      )}
    </Page>
  )
}
