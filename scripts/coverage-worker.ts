// A worker of vitest is ended without a word: what it has run of server/ is written down at the end of each test file.
import { takeCoverage } from 'node:v8'
import { afterAll } from 'vitest'

afterAll(() => takeCoverage())
