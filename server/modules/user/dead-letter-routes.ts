// What failed as often as it may, whoever it was for: administrators look, and have it tried again.
import { Type } from 'typebox'
import { toSeoulIso } from '../../platform/clock.ts'
import { CursorPageOf, CursorQuery, decodeCursor, limitOf, toCursorPage } from '../../platform/cursor.ts'
import type { Database } from '../../platform/db.ts'
import { redriveDead } from '../../platform/dead-letters.ts'
import type { Http } from '../../platform/http.ts'
import type { Jobs } from '../../platform/jobs.ts'
import { problems } from '../../platform/problem-schema.ts'

const DEAD_LETTERS = '/user-service/api/v1/internal/dead-letters'
const AT_ONCE_MAX = 1_000
const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

const JobId = Type.String({ pattern: UUID, examples: ['5f0c1a52-7d0e-4b56-9d25-0b0a3b1f2c4d'] })
const QueueName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[\\w.-]+$',
  description: 'Where it failed',
  examples: ['event.order.paid.shipment'],
})

const DeadLetterAnswer = Type.Object({
  id: JobId,
  eventId: Type.Union([JobId, Type.Null()], {
    description: 'The same for every consumer; null where it came of no event',
  }),
  queue: QueueName,
  at: Type.String({ description: 'ISO 8601 in Korean time', examples: ['2026-01-02T12:34:56.789+09:00'] }),
  tries: Type.Integer({ examples: [10] }),
  code: Type.String({ description: 'Of what it failed at last', examples: ['57014'] }),
})

const RedriveRequest = Type.Object(
  {
    ids: Type.Optional(Type.Array(JobId, { minItems: 1, maxItems: AT_ONCE_MAX, description: 'These alone' })),
    queue: Type.Optional(QueueName),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: AT_ONCE_MAX, examples: [100] })),
  },
  { additionalProperties: false, examples: [{ queue: 'event.order.paid.shipment', limit: 100 }] },
)

export function deadLetterRoutes(http: Http, { jobs, database }: { jobs: Jobs; database: Database }): void {
  http.get(
    DEAD_LETTERS,
    {
      schema: {
        tags: ['관리 / Administration'],
        summary: '실패한 작업 / Jobs that failed for good',
        description:
          'Mails and events that failed as often as they may; newest first, kept for 30 days. What they were about is not shown.',
        querystring: CursorQuery,
        response: { 200: CursorPageOf(DeadLetterAnswer), ...problems('INVALID_CURSOR') },
      },
    },
    async ({ query }) => {
      const limit = limitOf(query)
      const [micros, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['integer', 'text'])
      const after = micros === undefined || id === undefined ? undefined : { micros, id }
      const { content, next } = toCursorPage(
        await jobs.listDead({ after, limit: limit + 1 }),
        limit,
        (last) => [last.micros, last.id],
      )
      return {
        content: content.map(({ id, eventId, queue, at, tries, code }) => ({
          id,
          eventId,
          queue,
          at: toSeoulIso(at),
          tries,
          code,
        })),
        next,
      }
    },
  )
  http.post(
    `${DEAD_LETTERS}/redrive`,
    {
      schema: {
        tags: ['관리 / Administration'],
        summary: '실패한 작업 재시도 / Try them again',
        description:
          'All of them, those of one queue, or some by their ids; oldest first, at most `limit` (1,000).',
        body: RedriveRequest,
        response: {
          200: Type.Object(
            { redriven: Type.Integer({ examples: [3] }) },
            { description: 'How many are being tried again' },
          ),
        },
      },
    },
    async ({ body, caller }) => {
      const which = { ...body, limit: body.limit ?? AT_ONCE_MAX }
      return { redriven: await redriveDead({ database, jobs }, caller.userId, which) }
    },
  )
}
