import { Type, type Static } from 'typebox'
import type { UserRole } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import type { OrderReads } from '../order/contract.ts'

/** What people's accounts ask of the modules that know more about a person. */
export interface OtherModules {
  orders: OrderReads
  /** Everything else that is kept about a person, by name. */
  exportOf(userId: number): Promise<Record<string, unknown>>
  /** The person goes: what needs not be kept is deleted. */
  erase(tx: Tx, userId: number): Promise<void>
}

/** What other modules and the command line may ask of people. */
export interface UserApi {
  /** Makes the account unless one with this e-mail exists. */
  ensureAccount(input: NewAccount): Promise<{ userId: number; created: boolean }>
  /** Ids of `count` certified buyers for load tests; those made before are used again. */
  seedBuyers(count: number): Promise<number[]>
  issueAccessToken(user: { userId: number; role: UserRole }, ttlSeconds: number): string
}

export interface NewAccount {
  email: string
  password: string
  name: string
  address: string
  phoneNumber: string
  role: UserRole
}

const strict = { additionalProperties: false }

const UserId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the member',
})
export const UserParams = Type.Object({ userId: UserId }, strict)

export const PASSWORD_CHARACTERS = { min: 8, max: 64 } as const
export const EMAIL_CHARACTERS_MAX = 254
export const NAME_CHARACTERS_MAX = 100
export const ADDRESS_CHARACTERS_MAX = 300

export const SignUpRequest = Type.Object(
  {
    email: Type.String({ maxLength: EMAIL_CHARACTERS_MAX, examples: ['buyer@shop.example'] }),
    password: Type.String({ description: '8 to 64 characters of any kind; common passwords are refused' }),
    name: Type.String({ maxLength: NAME_CHARACTERS_MAX, examples: ['홍길동'] }),
    address: Type.String({ maxLength: ADDRESS_CHARACTERS_MAX, examples: ['서울특별시 중구 세종대로 110'] }),
    phoneNumber: Type.String({ description: 'With or without separators', examples: ['010-1234-5678'] }),
  },
  strict,
)
export type SignUpRequest = Static<typeof SignUpRequest>
export const SignUpAnswer = Type.Object({ id: UserId, name: Type.String(), email: Type.String() })

export const LogInRequest = Type.Object({ email: Type.String(), password: Type.String() }, strict)
export type LogInRequest = Static<typeof LogInRequest>
export const LogInAnswer = Type.Object({
  id: UserId,
  name: Type.String(),
  email: Type.String(),
  message: Type.String({ examples: ['로그인 성공!'] }),
})

export const CODE_CHARACTERS = 8
export const VerifyEmailQuery = Type.Object(
  { userStr: Type.Optional(Type.String({ maxLength: 64, description: 'The code from the mail' })) },
  strict,
)
/** The code comes in the query (`userStr`) or in the body. */
export const VerifyEmailRequest = Type.Union([
  Type.Object({ verificationCode: Type.Optional(Type.String({ maxLength: 64 })) }, strict),
  Type.Null(),
])
export const VerifyEmailAnswer = Type.Object({
  status: Type.Literal(true),
  email: Type.String(),
  message: Type.String({ examples: ['인증에 성공하셨습니다.'] }),
})

export const ResendCodeRequest = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: EMAIL_CHARACTERS_MAX }) },
  strict,
)
export const ResendCodeAnswer = Type.Object({ message: Type.String() })

/** Roles an administrator gives. UNCERTIFIED_USER is a fact, not a role to give. */
export const ChangeRoleRequest = Type.Object(
  { role: Type.Union([Type.Literal('CERTIFIED_USER'), Type.Literal('SELLER'), Type.Literal('ADMIN')]) },
  strict,
)
export type GivenRole = Static<typeof ChangeRoleRequest>['role']
export const ChangeRoleAnswer = Type.Object({ id: UserId, role: ChangeRoleRequest.properties.role })
