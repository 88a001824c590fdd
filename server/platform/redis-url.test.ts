import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from './redis-url.ts'

const plain = { user: undefined, password: undefined, isTls: false }

describe('REDIS_URL', () => {
  it.each([
    ['redis://redis', { ...plain, kind: 'single', host: 'redis', port: 6379, database: 0 }],
    ['redis://10.0.0.7:6400/3', { ...plain, kind: 'single', host: '10.0.0.7', port: 6400, database: 3 }],
    [
      'rediss://shop:a%40b%2F@redis.example:6380',
      {
        user: 'shop',
        password: 'a@b/',
        isTls: true,
        kind: 'single',
        host: 'redis.example',
        port: 6380,
        database: 0,
      },
    ],
    [
      'sentinel://:secret@s1,s2:26380/shop-master',
      {
        ...plain,
        password: 'secret',
        kind: 'sentinel',
        nodes: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_380 },
        ],
        master: 'shop-master',
      },
    ],
    [
      'cluster://n1:7000,n2:7001',
      {
        ...plain,
        kind: 'cluster',
        nodes: [
          { host: 'n1', port: 7000 },
          { host: 'n2', port: 7001 },
        ],
      },
    ],
  ])('is read: %s', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target)
  })

  it.each([
    '',
    'localhost:6379',
    'http://redis:6379',
    'redis://',
    'redis://a,b',
    'redis://redis:70000',
    'redis://redis/name',
    'sentinel://s1:26379',
    'cluster://n1/0',
  ])('is refused: "%s"', (url) => {
    expect(parseRedisUrl(url)).toBeUndefined()
  })
})
