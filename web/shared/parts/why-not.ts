import type { Answer } from '../api/answer.ts'
import { partTexts } from './texts.ts'

/** What to tell of a request that was not done, or of which nobody knows; in the language of the page. */
export const whyNot = (answer: Exclude<Answer<unknown>, { kind: 'done' }>): string =>
  answer.kind === 'refused' ? answer.problem.message : partTexts.say('unknown')
