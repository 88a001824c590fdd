import { Type, type Static, type TString } from 'typebox'
import type { UserRole } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import type { OrderReads, Recipient } from '../order/contract.ts'

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
  /** Who gets the goods, by the profile as it is now. Undefined where there is no such member. */
  readRecipient(userId: number): Promise<Recipient | undefined>
  /** Where people are written to. Those who have left are left out. */
  readContacts(userIds: readonly number[]): Promise<Map<number, Contact>>
  issueAccessToken(user: { userId: number; role: UserRole }, ttlSeconds: number): string
}

export interface Contact {
  email: string
  name: string
  language: 'ko' | 'en'
}

export interface NewAccount {
  email: string
  password: string
  name: string
  address: string
  phoneNumber: string
  role: UserRole
}

export const strict = { additionalProperties: false }

export const UserId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the member',
  examples: [1],
})
export const UserParams = Type.Object({ userId: UserId }, strict)

export const PASSWORD_CHARACTERS = { min: 8, max: 64 } as const
export const EMAIL_CHARACTERS_MAX = 254
export const NAME_CHARACTERS_MAX = 100
export const ADDRESS_CHARACTERS_MAX = 300

// As they are told; what is taken has bounds besides.
export const Name = Type.String({ examples: ['홍길동'] })
export const Email = Type.String({ examples: ['buyer@shop.example'] })
export const Address = Type.String({ examples: ['서울특별시 중구 세종대로 110'] })
export const Phone = Type.String({ examples: ['010-1234-5678'] })
export const Message = (example: string): TString =>
  Type.String({ description: 'In the language of Accept-Language: ko (default) or en', examples: [example] })

export const Password = Type.String({ examples: ['glass-river-0417'] })
export const NewPassword = Type.String({
  description: '8 to 64 characters of any kind; common passwords are refused',
  examples: ['quiet-harbour-2208'],
})
export const RequiredEmail = Type.String({
  minLength: 1,
  maxLength: EMAIL_CHARACTERS_MAX,
  examples: ['buyer@shop.example'],
})

export const SignUpRequest = Type.Object(
  {
    email: Type.String({ maxLength: EMAIL_CHARACTERS_MAX, examples: ['buyer@shop.example'] }),
    password: NewPassword,
    name: Type.String({ maxLength: NAME_CHARACTERS_MAX, examples: ['홍길동'] }),
    address: Type.String({ maxLength: ADDRESS_CHARACTERS_MAX, examples: ['서울특별시 중구 세종대로 110'] }),
    phoneNumber: Type.String({ description: 'With or without separators', examples: ['010-1234-5678'] }),
  },
  strict,
)
export type SignUpRequest = Static<typeof SignUpRequest>
export const SignUpAnswer = Type.Object({ id: UserId, name: Name, email: Email })

export const LogInRequest = Type.Object({ email: Email, password: Password }, strict)
export type LogInRequest = Static<typeof LogInRequest>
export const LogInAnswer = Type.Object({
  id: UserId,
  name: Name,
  email: Email,
  message: Message('로그인 성공!'),
})

export const CODE_CHARACTERS = 8
const Code = Type.String({ maxLength: 64, description: 'The code from the mail', examples: ['aB3dE6gH'] })
export const VerifyEmailQuery = Type.Object({ userStr: Type.Optional(Code) }, strict)
/** The code comes in the query (`userStr`) or in the body. */
export const VerifyEmailRequest = Type.Union([
  Type.Object({ verificationCode: Type.Optional(Code) }, strict),
  Type.Null(),
])
export const VerifyEmailAnswer = Type.Object({
  status: Type.Literal(true),
  email: Email,
  message: Message('인증에 성공하셨습니다.'),
})

export const ResendCodeRequest = Type.Object({ email: RequiredEmail }, strict)
export const ResendCodeAnswer = Type.Object({
  message: Message('인증이 필요한 계정이라면 인증 번호를 다시 보냈습니다.'),
})

/** Roles an administrator gives. UNCERTIFIED_USER is a fact, not a role to give. */
export const ChangeRoleRequest = Type.Object(
  {
    role: Type.Union([Type.Literal('CERTIFIED_USER'), Type.Literal('SELLER'), Type.Literal('ADMIN')], {
      examples: ['SELLER'],
    }),
  },
  strict,
)
export type GivenRole = Static<typeof ChangeRoleRequest>['role']
export const ChangeRoleAnswer = Type.Object({ id: UserId, role: ChangeRoleRequest.properties.role })
