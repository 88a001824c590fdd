// What is asked and told about passwords.
import { Type, type Static } from 'typebox'
import { Email, Message, Name, NewPassword, Password, RequiredEmail, strict, UserId } from './contract.ts'

export const ChangePasswordRequest = Type.Object(
  { originalPassword: Password, newPassword: NewPassword, newPassword2: NewPassword },
  strict,
)
export type ChangePasswordRequest = Static<typeof ChangePasswordRequest>
export const ChangePasswordAnswer = Type.Object({
  id: UserId,
  name: Name,
  email: Email,
  message: Message('비밀번호가 변경되었습니다.'),
})

export const RequestResetRequest = Type.Object({ email: RequiredEmail }, strict)
export const RequestResetAnswer = Type.Object({
  message: Message('가입된 이메일이라면 비밀번호 재설정 링크를 보냈습니다.'),
})

export const ResetPasswordRequest = Type.Object(
  {
    token: Type.String({
      description: 'What follows `#token=` in the link',
      examples: ['Zk3v9Qm1x7T2c8Rb5Ny0LwHsE4uGjPaVfDiKoX6tMqY'],
    }),
    newPassword: NewPassword,
    newPassword2: NewPassword,
  },
  strict,
)
export type ResetPasswordRequest = Static<typeof ResetPasswordRequest>
export const ResetPasswordAnswer = Type.Object({ message: Message('비밀번호가 변경되었습니다.') })
