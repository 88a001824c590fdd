// For administrators: whose account it is, and what was changed by whom.
import { listAudit } from '../../platform/audit.ts'
import { decodeCursor, limitOf, toCursorPage } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { keptByNobody } from './answers.ts'
import { AuditAnswer, AuditQuery, LookUpAnswer, LookUpQuery } from './profile-bodies.ts'
import { auditBody, lookUp, type ReadProfileDeps } from './read-profile.ts'

const INTERNAL = '/user-service/api/v1/internal'
const ADMIN_TAGS = ['관리 / Administration']

export function addInternalRoutes(http: Http, deps: ReadProfileDeps): void {
  addLookUp(http, deps)
  addAudit(http, deps)
}

function addLookUp(http: Http, deps: ReadProfileDeps): void {
  http.get(
    `${INTERNAL}/users`,
    {
      schema: {
        tags: ADMIN_TAGS,
        summary: '이메일로 회원 조회 / Find a member by e-mail',
        description: 'Each look is audited.',
        querystring: LookUpQuery,
        response: { 200: LookUpAnswer, ...problems('NOT_FOUND_USER') },
      },
    },
    async (request, reply) => {
      const found = await lookUp(deps, request.caller.userId, request.query.email)
      if (found === undefined) throw new AppError('NOT_FOUND_USER')
      keptByNobody(reply)
      return found
    },
  )
}

function addAudit(http: Http, { database }: ReadProfileDeps): void {
  http.get(
    `${INTERNAL}/audit`,
    {
      schema: {
        tags: ADMIN_TAGS,
        summary: '감사 기록 / The audit trail',
        description: 'Who changed what, when and why; newest first. Nothing personal is in it.',
        querystring: AuditQuery,
        response: { 200: AuditAnswer, ...problems('INVALID_CURSOR') },
      },
    },
    async ({ query }) => {
      const { subject, subjectId, actorId, cursor } = query
      if (subjectId !== undefined && subject === undefined)
        throw new AppError('INVALID_INPUT_VALUE', { fields: [SUBJECT_MISSING] })
      const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, ['integer'])
      const limit = limitOf(query)
      const rows = await listAudit(database.db, { subject, subjectId, actorId, beforeId, limit: limit + 1 })
      const { content, next } = toCursorPage(rows, limit, ({ id }) => [id])
      return { content: content.map(auditBody), next }
    },
  )
}

const SUBJECT_MISSING = {
  field: 'subject',
  value: '',
  reason: { ko: 'subjectId에는 subject가 필요합니다.', en: 'A subjectId needs its subject.' },
}
