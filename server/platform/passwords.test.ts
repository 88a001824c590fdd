import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { createPasswords } from './passwords.ts'

test('hashes are argon2id of the set cost, salted, and verify', async () => {
  const passwords = createPasswords()
  const [one, other] = await Promise.all([passwords.hash('비둘기 구름'), passwords.hash('비둘기 구름')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(other)
  expect(await passwords.verify(one, '비둘기 구름'.normalize('NFD'))).toBe(true)
  expect(await passwords.verify(one, '비둘기구름')).toBe(false)
  expect(await passwords.verify(undefined, '비둘기 구름')).toBe(false)
})

test('past its bounds the queue refuses at once, and everybody admitted is answered', async () => {
  const passwords = createPasswords({ inFlightMax: 2, queueMax: 3, waitMsMax: 5_000 })
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => passwords.hash('a-password')))
  const refused = results
    .filter((result) => result.status === 'rejected')
    .map((result) => result.reason as AppError)
  expect(refused).toHaveLength(4)
  expect(refused[0]).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 })
  await expect(passwords.hash('a-password')).resolves.toContain('argon2id')
})

test('nobody waits for longer than the bound, and those who gave up hold no place', async () => {
  const passwords = createPasswords({ inFlightMax: 1, queueMax: 50, waitMsMax: 1 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => passwords.hash('a-password')))
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10)
  await expect(passwords.hash('a-password')).resolves.toContain('argon2id')
})
