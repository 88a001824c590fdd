import { AppError, type Language } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { BASE, languageFor, MEMBER_TAGS, requireValid, type Refusals } from './answers.ts'
import { changeRole, type ChangeRoleOutcome } from './change-role.ts'
import { checkSignUp } from './check-input.ts'
import {
  ChangeRoleAnswer,
  ChangeRoleRequest,
  ResendCodeAnswer,
  ResendCodeRequest,
  SignUpAnswer,
  SignUpRequest,
  UserParams,
  VerifyEmailAnswer,
  VerifyEmailQuery,
  VerifyEmailRequest,
} from './contract.ts'
import type { DepartDeps } from './depart.ts'
import { addDepartRoute } from './depart-route.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { addInternalRoutes } from './internal-routes.ts'
import { RESEND_GAP_MS } from './limits.ts'
import { addPasswordRoutes, type PasswordRouteDeps } from './password-routes.ts'
import { addProfileRoutes, type ProfileRouteDeps } from './profile-routes.ts'
import { inSameTime } from './same-time.ts'
import { resendCode } from './send-code.ts'
import { addSignInRoutes, type SignInRouteDeps } from './sign-in-routes.ts'
import { signUp, type SignUpDeps, type SignUpOutcome } from './sign-up.ts'
import { verifyEmail, type VerifyOutcome } from './verify-email.ts'

export type RouteDeps = SignUpDeps & SignInRouteDeps & ProfileRouteDeps & PasswordRouteDeps & DepartDeps

const SIGN_UP_REFUSALS: Refusals<SignUpOutcome, 'signed_up'> = {
  email_taken: 'ALREADY_REGISTERED_EMAIL',
  phone_taken: 'ALREADY_REGISTERED_PHONE_NUMBER',
}
const VERIFY_REFUSALS: Refusals<VerifyOutcome, 'verified'> = {
  refused: 'INVALID_EMAIL_VERIFICATION',
  unknown_user: 'NOT_FOUND_USER',
}
const ROLE_REFUSALS: Refusals<ChangeRoleOutcome, 'changed'> = {
  unknown_user: 'NOT_FOUND_USER',
  last_admin: 'LAST_ADMIN',
}

const MESSAGES = {
  verified: { ko: '인증에 성공하셨습니다.', en: 'Your e-mail is verified.' },
  resent: {
    ko: '인증이 필요한 계정이라면 인증 번호를 다시 보냈습니다.',
    en: 'If the account needs verification, the code is on its way.',
  },
} as const satisfies Record<string, Record<Language, string>>

export function addRoutes(http: Http, deps: RouteDeps): void {
  addSignUp(http, deps)
  addVerification(http, deps)
  addSignInRoutes(http, deps)
  addProfileRoutes(http, deps)
  addPasswordRoutes(http, deps)
  addDepartRoute(http, deps)
  addRoleChange(http, deps)
  addInternalRoutes(http, deps)
  deadLetterRoutes(http, deps)
}

function addSignUp(http: Http, deps: RouteDeps): void {
  http.post(
    BASE,
    {
      attachValidation: true,
      schema: {
        tags: MEMBER_TAGS,
        summary: '회원 가입 / Sign up',
        description: 'The code to verify the e-mail is mailed.',
        body: SignUpRequest,
        response: {
          201: SignUpAnswer,
          ...problems('ALREADY_REGISTERED_EMAIL', 'ALREADY_REGISTERED_PHONE_NUMBER'),
        },
      },
    },
    async (request, reply) => {
      const language = languageFor(request)
      requireValid(request, checkSignUp(request.body, language))
      const result = await signUp(deps, { ...request.body, role: 'UNCERTIFIED_USER' }, language)
      if (result.outcome !== 'signed_up') throw new AppError(SIGN_UP_REFUSALS[result.outcome])
      const { id, name, email } = result
      return reply.code(201).send({ id, name, email })
    },
  )
}

function addVerification(http: Http, deps: RouteDeps): void {
  const { rateFactor } = deps.config
  http.put(
    `${BASE}/:userId/email-verification`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '이메일 인증 / Verify the e-mail',
        description:
          'The code lives 5 minutes, for one use and 5 tries. It comes in the query or in the body.',
        params: UserParams,
        querystring: VerifyEmailQuery,
        body: VerifyEmailRequest,
        response: { 200: VerifyEmailAnswer, ...problems('INVALID_EMAIL_VERIFICATION', 'NOT_FOUND_USER') },
      },
    },
    async (request) => {
      const code = request.query.userStr ?? request.body?.verificationCode ?? ''
      const result = await verifyEmail(deps, request.params.userId, code)
      if (result.outcome !== 'verified') throw new AppError(VERIFY_REFUSALS[result.outcome])
      return { status: true as const, email: result.email, message: MESSAGES.verified[languageFor(request)] }
    },
  )
  http.post(
    `${BASE}/email-verification/resend`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '인증 번호 재전송 / Send the code again',
        description: 'The same answer for every address. The new code replaces the old one.',
        body: ResendCodeRequest,
        response: { 202: ResendCodeAnswer },
      },
    },
    async (request, reply) => {
      const language = languageFor(request)
      const { email } = request.body
      await inSameTime(() => resendCode({ ...deps, minGapMs: RESEND_GAP_MS / rateFactor }, email, language))
      return reply.code(202).send({ message: MESSAGES.resent[language] })
    },
  )
}

function addRoleChange(http: Http, deps: RouteDeps): void {
  http.put(
    `${BASE}/:userId/role`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '권한 변경 / Change the role',
        description: 'Administrators only; counts at once.',
        params: UserParams,
        body: ChangeRoleRequest,
        response: { 200: ChangeRoleAnswer, ...problems('NOT_FOUND_USER', 'LAST_ADMIN') },
      },
    },
    async (request) => {
      const { userId } = request.params
      const { role } = request.body
      const result = await changeRole(deps, { userId, role, changedBy: request.caller.userId })
      if (result.outcome !== 'changed') throw new AppError(ROLE_REFUSALS[result.outcome])
      return { id: userId, role }
    },
  )
}
