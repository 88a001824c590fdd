import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { BASE, keptByNobody, languageFor, MEMBER_TAGS, requireValid, type Refusals } from './answers.ts'
import { checkContact } from './check-input.ts'
import { UserParams } from './contract.ts'
import { editProfile, type EditProfileDeps, type EditProfileOutcome } from './edit-profile.ts'
import { EditProfileAnswer, EditProfileRequest, ExportAnswer, ProfileAnswer } from './profile-bodies.ts'
import { exportPerson, readProfile, type ReadProfileDeps } from './read-profile.ts'

export type ProfileRouteDeps = ReadProfileDeps & EditProfileDeps

const EDIT_REFUSALS: Refusals<EditProfileOutcome, 'edited'> = {
  unknown_user: 'NOT_FOUND_USER',
  phone_taken: 'ALREADY_REGISTERED_PHONE_NUMBER',
}

export function addProfileRoutes(http: Http, deps: ProfileRouteDeps): void {
  addMe(http, deps)
  addRead(http, deps)
  addEdit(http, deps)
  addExport(http, deps)
}

function addMe(http: Http, deps: ProfileRouteDeps): void {
  http.get(
    `${BASE}/me`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '나 / See oneself',
        description: 'For pages, which can not read who the cookie says they are.',
        response: { 200: ProfileAnswer, ...problems('NOT_FOUND_USER') },
      },
    },
    async (request, reply) => {
      const profile = await readProfile(deps, request.caller.userId)
      if (profile === undefined) throw new AppError('NOT_FOUND_USER')
      keptByNobody(reply)
      return profile
    },
  )
}

function addRead(http: Http, deps: ProfileRouteDeps): void {
  http.get(
    `${BASE}/:userId`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '회원 조회 / See a member',
        description: 'Oneself; administrators see everybody.',
        params: UserParams,
        response: { 200: ProfileAnswer, ...problems('NOT_FOUND_USER') },
      },
    },
    async (request, reply) => {
      const profile = await readProfile(deps, request.params.userId)
      if (profile === undefined) throw new AppError('NOT_FOUND_USER')
      keptByNobody(reply)
      return profile
    },
  )
}

function addEdit(http: Http, deps: ProfileRouteDeps): void {
  http.put(
    `${BASE}/:userId/info`,
    {
      attachValidation: true,
      schema: {
        tags: MEMBER_TAGS,
        summary: '회원 정보 수정 / Change address and phone number',
        params: UserParams,
        body: EditProfileRequest,
        response: {
          200: EditProfileAnswer,
          ...problems('NOT_FOUND_USER', 'ALREADY_REGISTERED_PHONE_NUMBER'),
        },
      },
    },
    async (request, reply) => {
      requireValid(request, checkContact(request.body, languageFor(request)))
      const result = await editProfile(deps, request.params.userId, request.body)
      if (result.outcome !== 'edited') throw new AppError(EDIT_REFUSALS[result.outcome])
      keptByNobody(reply)
      const { id, address, phoneNumber } = result
      return { id, address, phoneNumber }
    },
  )
}

function addExport(http: Http, deps: ProfileRouteDeps): void {
  http.get(
    `${BASE}/:userId/export`,
    {
      schema: {
        tags: MEMBER_TAGS,
        summary: '내 정보 내려받기 / Export everything about a member',
        description:
          'A file with all that is kept about the person: profile, logins (the newest 1,000), entries of the audit trail about and by them (the newest 1,000 of each), orders, wishlist and cart. An export by an administrator is audited.',
        params: UserParams,
        response: { 200: ExportAnswer, ...problems('NOT_FOUND_USER') },
      },
    },
    async (request, reply) => {
      const { userId } = request.params
      const all = await exportPerson(deps, request.caller.userId, userId)
      if (all === undefined) throw new AppError('NOT_FOUND_USER')
      keptByNobody(reply).header(
        'content-disposition',
        `attachment; filename="hurry-up-order-${userId}.json"`,
      )
      return all
    },
  )
}
