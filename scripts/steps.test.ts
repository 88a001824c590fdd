import { describe, expect, it } from 'vitest'
import { countTests, listFailures, sumCounts } from './steps.ts'

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 }

describe('countTests', () => {
  it('counts what vitest reports', () => {
    expect(countTests(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 })
  })
  it('counts a run without a report as one failure', () => {
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
  it('counts a run that ended badly without a failed test as one failure', () => {
    expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 })
  })
})

describe('listFailures', () => {
  it('names the tests that failed and the files that did not load, each with the beginning of its reason', () => {
    const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n')
    const failures = listFailures({
      ...report,
      testResults: [
        {
          name: 'a.test.ts',
          assertionResults: [
            { fullName: 'adds up', status: 'failed', failureMessages: [long] },
            { fullName: 'counts', status: 'passed', failureMessages: [] },
          ],
        },
        { name: 'b.test.ts', message: 'no such module', assertionResults: [] },
      ],
    })
    expect(failures[0]).toMatch(/^a\.test\.ts › adds up\nline 0\n/)
    expect(failures[0]).not.toContain('line 39')
    expect(failures[1]).toBe('b.test.ts\nno such module')
    expect(failures).toHaveLength(2)
  })
})

describe('sumCounts', () => {
  it('adds the steps up', () => {
    const sum = sumCounts([
      { passed: 1, failed: 0, skipped: 2 },
      { passed: 2, failed: 3, skipped: 0 },
    ])
    expect(sum).toEqual({ passed: 3, failed: 3, skipped: 2 })
  })
})
