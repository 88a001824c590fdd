import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawStates, STATES_PAGE } from './states.ts'

test('docs/states.md shows the tables of the code (npm run states)', async () => {
  expect(readFileSync(STATES_PAGE, 'utf8')).toBe(await drawStates())
})
