import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { BASE, comeAgain, languageFor, MEMBER_TAGS, NOTHING, requireValid, type Refusals } from './answers.ts'
import { checkDepart } from './check-input.ts'
import { UserParams } from './contract.ts'
import { depart, type DepartDeps, type DepartOutcome } from './depart.ts'
import { DepartRequest } from './profile-bodies.ts'

const REFUSALS: Refusals<DepartOutcome, 'departed' | 'slow_down'> = {
  unknown_user: 'NOT_FOUND_USER',
  wrong_password: 'INVALID_PASSWORD',
  has_orders: 'USER_HAS_ORDERS',
  last_admin: 'LAST_ADMIN',
}

export function addDepartRoute(http: Http, deps: DepartDeps): void {
  http.delete(
    `${BASE}/:userId`,
    {
      attachValidation: true,
      schema: {
        tags: MEMBER_TAGS,
        summary: '회원 탈퇴 / Delete the account',
        description:
          'With the password, twice. Every login ends at once; e-mail and phone number are free again. Orders are kept without the profile, as the law asks; units of open limited sales go on counting for the limit of whoever signs up with the same e-mail or phone number. Items of a seller stay for sale until an administrator takes them off.',
        params: UserParams,
        body: DepartRequest,
        response: {
          204: NOTHING,
          ...problems('NOT_FOUND_USER', 'INVALID_PASSWORD', 'USER_HAS_ORDERS', 'LAST_ADMIN'),
        },
      },
    },
    async (request, reply) => {
      requireValid(request, checkDepart(request.body, languageFor(request)))
      const result = await depart(deps, request.caller, request.body)
      if (result.outcome === 'slow_down') throw comeAgain(result)
      if (result.outcome !== 'departed') throw new AppError(REFUSALS[result.outcome])
      return reply.code(204).send(null)
    },
  )
}
