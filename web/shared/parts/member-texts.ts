import { defineTexts } from '../i18n/texts.ts'

export const memberTexts = defineTexts(
  'member',
  { membersOnly: '로그인하면 볼 수 있습니다', logIn: '로그인' },
  { membersOnly: 'Log in to see this', logIn: 'Log in' },
)
