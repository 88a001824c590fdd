import { expect, test } from 'vitest'
import { chooseLanguage } from './language.ts'

const nothing = { search: '', cookie: '', preferred: [] }

test('what the address asks for comes first, then what was chosen before, then what the browser speaks', () => {
  const all = { search: '?lang=ko', cookie: 'a=b; lang=en', preferred: ['en-GB'] }
  expect(chooseLanguage(all)).toBe('ko')
  expect(chooseLanguage({ ...all, search: '?lang=fr' })).toBe('en')
  expect(chooseLanguage({ ...nothing, preferred: ['fr-FR', 'en-US', 'ko'] })).toBe('en')
})

test('it is Korean where nothing else is said', () => {
  expect(chooseLanguage(nothing)).toBe('ko')
  expect(chooseLanguage({ ...nothing, cookie: 'language=en', preferred: ['ja'] })).toBe('ko')
})
