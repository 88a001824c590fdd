// What is asked and told about a person's account.
import { Type, type Static } from 'typebox'
import { encodeCursor } from '../../platform/cursor.ts'
import {
  ADDRESS_CHARACTERS_MAX,
  Address,
  Email,
  EMAIL_CHARACTERS_MAX,
  Name,
  Password,
  Phone,
  strict,
  UserId,
} from './contract.ts'

const Role = Type.Union(
  [
    Type.Literal('UNCERTIFIED_USER'),
    Type.Literal('CERTIFIED_USER'),
    Type.Literal('SELLER'),
    Type.Literal('ADMIN'),
  ],
  { examples: ['CERTIFIED_USER'] },
)
const Instant = Type.String({
  description: 'ISO 8601 in Korean time',
  examples: ['2026-01-02T12:00:00.000+09:00'],
})
const orNull = <Schema extends typeof Instant>(schema: Schema) => Type.Union([schema, Type.Null()])

const person = { id: UserId, name: Name, email: Email, address: Address, phoneNumber: Phone, role: Role }

export const ProfileAnswer = Type.Object({ ...person, emailVerified: Type.Boolean() })
export type ProfileAnswer = Static<typeof ProfileAnswer>

export const EditProfileRequest = Type.Object(
  {
    address: Type.String({ maxLength: ADDRESS_CHARACTERS_MAX, examples: ['부산광역시 해운대구 우동 1'] }),
    phoneNumber: Type.String({ description: 'With or without separators', examples: ['010-8765-4321'] }),
  },
  strict,
)
export type EditProfileRequest = Static<typeof EditProfileRequest>
export const EditProfileAnswer = Type.Object({ id: UserId, address: Address, phoneNumber: Phone })

export const DepartRequest = Type.Object({ password: Password, password2: Password }, strict)
export type DepartRequest = Static<typeof DepartRequest>

export const LookUpQuery = Type.Object(
  {
    email: Type.String({
      minLength: 1,
      maxLength: EMAIL_CHARACTERS_MAX,
      description: 'In plain text, in any case',
      examples: ['buyer@shop.example'],
    }),
  },
  strict,
)
export const LookUpAnswer = Type.Object({
  ...person,
  emailVerifiedAt: orNull(Instant),
  createdAt: Instant,
  updatedAt: Instant,
})
export type LookUpAnswer = Static<typeof LookUpAnswer>

const Id = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [1] })
const Subject = Type.Union(
  [
    Type.Literal('account'),
    Type.Literal('item'),
    Type.Literal('sale'),
    Type.Literal('stock'),
    Type.Literal('order'),
    Type.Literal('payment'),
    Type.Literal('shipment'),
    Type.Literal('job'),
  ],
  { examples: ['account'] },
)
/** Whatever the change was of. */
const Values = (example: object) =>
  Type.Union([Type.Object({}, { additionalProperties: true, examples: [example] }), Type.Null()])

const AuditBody = Type.Object({
  id: Id,
  at: Instant,
  actorId: Type.Integer({ description: '0: nobody who was signed in', examples: [1] }),
  subject: Subject,
  subjectId: Id,
  action: Type.String({ examples: ['ROLE'] }),
  before: Values({ role: 'CERTIFIED_USER' }),
  after: Values({ role: 'SELLER' }),
  reason: Type.Union([Type.String({ examples: ['입점 심사 완료'] }), Type.Null()]),
})

export const AuditQuery = Type.Object(
  {
    subject: Type.Optional(Subject),
    subjectId: Type.Optional(Type.Integer({ ...Id, description: 'Goes with subject' })),
    actorId: Type.Optional(Id),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next` of the answer before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  strict,
)
export type AuditQuery = Static<typeof AuditQuery>
export const AuditAnswer = Type.Object({
  content: Type.Array(AuditBody, { description: 'Newest first' }),
  next: Type.Union([
    Type.String({ description: 'The cursor to go on with', examples: [encodeCursor([1041])] }),
    Type.Null(),
  ]),
})
export type AuditAnswer = Static<typeof AuditAnswer>

/** The lists of the other modules are theirs to describe. */
export const ExportAnswer = Type.Object(
  {
    profile: LookUpAnswer,
    signIns: Type.Array(Type.Object({ startedAt: Instant, expiresAt: Instant, endedAt: orNull(Instant) })),
    audit: Type.Array(AuditBody),
  },
  { additionalProperties: true, description: 'Besides: orders, wishlist, cart' },
)
export type ExportAnswer = Static<typeof ExportAnswer>
