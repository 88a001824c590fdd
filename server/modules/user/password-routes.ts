import { AppError, type Language } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import type { Jobs } from '../../platform/jobs.ts'
import { problems } from '../../platform/problem-schema.ts'
import {
  BASE,
  comeAgain,
  keptByNobody,
  languageFor,
  MEMBER_TAGS,
  requireValid,
  type Refusals,
} from './answers.ts'
import { changePassword, type ChangePasswordDeps, type ChangePasswordOutcome } from './change-password.ts'
import { checkChangePassword, checkResetPassword, EASY_NEW_PASSWORD } from './check-input.ts'
import { UserParams } from './contract.ts'
import { RESEND_GAP_MS } from './limits.ts'
import {
  ChangePasswordAnswer,
  ChangePasswordRequest,
  RequestResetAnswer,
  RequestResetRequest,
  ResetPasswordAnswer,
  ResetPasswordRequest,
} from './password-bodies.ts'
import { resetPassword, type ResetPasswordOutcome } from './reset-password.ts'
import { inSameTime } from './same-time.ts'
import { requestReset } from './send-reset-link.ts'

export type PasswordRouteDeps = ChangePasswordDeps & { jobs: Jobs; config: { rateFactor: number } }

const CHANGE_REFUSALS: Refusals<ChangePasswordOutcome, 'changed' | 'slow_down' | 'too_easy'> = {
  unknown_user: 'NOT_FOUND_USER',
  wrong_password: 'INVALID_PASSWORD',
}
const RESET_REFUSALS: Refusals<ResetPasswordOutcome, 'reset' | 'too_easy'> = {
  wrong_password: 'INVALID_PASSWORD',
  invalid_link: 'INVALID_RESET_LINK',
}

const MESSAGES = {
  changed: { ko: '비밀번호가 변경되었습니다.', en: 'The password is changed.' },
  mailed: {
    ko: '가입된 이메일이라면 비밀번호 재설정 링크를 보냈습니다.',
    en: 'If there is an account with this e-mail, a link to choose a new password is on its way.',
  },
} as const satisfies Record<string, Record<Language, string>>

export function addPasswordRoutes(http: Http, deps: PasswordRouteDeps): void {
  addChange(http, deps)
  addRequestReset(http, deps)
  addReset(http, deps)
}

const tooEasy = (): AppError => new AppError('INVALID_INPUT_VALUE', { fields: [EASY_NEW_PASSWORD] })

function addChange(http: Http, deps: PasswordRouteDeps): void {
  http.put(
    `${BASE}/:userId/password`,
    {
      attachValidation: true,
      schema: {
        tags: MEMBER_TAGS,
        summary: '비밀번호 변경 / Change the password',
        description:
          'The old password must be right and the two new ones equal. Every other login of the member ends. Guessing is slowed down together with that at the login.',
        params: UserParams,
        body: ChangePasswordRequest,
        response: { 200: ChangePasswordAnswer, ...problems('NOT_FOUND_USER', 'INVALID_PASSWORD') },
      },
    },
    async (request, reply) => {
      const language = languageFor(request)
      requireValid(request, checkChangePassword(request.body, language))
      const result = await changePassword(deps, request.caller, request.body)
      if (result.outcome === 'slow_down') throw comeAgain(result)
      if (result.outcome === 'too_easy') throw tooEasy()
      if (result.outcome !== 'changed') throw new AppError(CHANGE_REFUSALS[result.outcome])
      keptByNobody(reply)
      const { id, name, email } = result
      return { id, name, email, message: MESSAGES.changed[language] }
    },
  )
}

function addRequestReset(http: Http, deps: PasswordRouteDeps): void {
  const minGapMs = RESEND_GAP_MS / deps.config.rateFactor
  http.post(
    `${BASE}/password-reset`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '비밀번호 재설정 링크 요청 / Ask for a link to choose a new password',
        description:
          'The same answer, in the same time, for every address. The new link replaces the old one.',
        body: RequestResetRequest,
        response: { 202: RequestResetAnswer },
      },
    },
    async (request, reply) => {
      const language = languageFor(request)
      await inSameTime(() => requestReset({ ...deps, minGapMs }, request.body.email, language))
      return reply.code(202).send({ message: MESSAGES.mailed[language] })
    },
  )
}

function addReset(http: Http, deps: PasswordRouteDeps): void {
  http.put(
    `${BASE}/password-reset`,
    {
      attachValidation: true,
      schema: {
        tags: MEMBER_TAGS,
        summary: '비밀번호 재설정 / Choose a new password',
        description:
          'With the link from the mail, which lives 30 minutes, for one use. Every login of the member ends. The e-mail counts as verified.',
        body: ResetPasswordRequest,
        response: { 200: ResetPasswordAnswer, ...problems('INVALID_RESET_LINK', 'INVALID_PASSWORD') },
      },
    },
    async (request) => {
      const language = languageFor(request)
      requireValid(request, checkResetPassword(request.body, language))
      const result = await resetPassword(deps, request.body)
      if (result.outcome === 'too_easy') throw tooEasy()
      if (result.outcome !== 'reset') throw new AppError(RESET_REFUSALS[result.outcome])
      return { message: MESSAGES.changed[language] }
    },
  )
}
