// Entity tags (RFC 9110): an answer that the caller has already is not sent again, and nobody overwrites what they have not seen.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { AppError } from './errors.ts'

/** 132 bits: two texts do not have the same one. */
const HASH_CHARACTERS = 22

/** Short, and the same for the same text in every process. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, HASH_CHARACTERS)
}

export const etagOf = (text: string): string => `"${hashOf(text)}"`

/** Whether `If-None-Match` names it. Weakly compared: proxies that compress make tags weak. */
export function isNamedIn(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  // Nearly always the one tag that we gave.
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true
  return tagsOf(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === etag)
}

/** Callers ask each time whether theirs is still right: what is kept without asking would miss a sale. */
const ASK_EACH_TIME = 'no-cache'

/** Sets what the caller needs to ask again; true where it has this very answer: send 304 and nothing else. */
export function isSameAnswer(reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag).header('cache-control', ASK_EACH_TIME)
  // Of the raw request: once its headers were checked, Fastify copies them all each time that they are asked for.
  return isNamedIn(reply.request.raw.headers['if-none-match'], etag)
}

/**
 * Throws PRECONDITION_FAILED unless `If-Match` is absent, `*`, or names a tag that `isCurrent`: one to compare with, or a
 * test of what stands between the quotes. Call it with what is changed locked, and only if it is there.
 */
export function requireMatch(
  ifMatch: string | undefined,
  isCurrent: string | ((tag: string) => boolean),
): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const matches =
    typeof isCurrent === 'string'
      ? (tag: string) => tag === isCurrent
      : (tag: string) => tag.startsWith('"') && isCurrent(tag.slice(1, -1))
  if (!tagsOf(ifMatch).some(matches)) throw new AppError('PRECONDITION_FAILED')
}

const TAGS_MAX = 20

const tagsOf = (header: string): string[] => (header.match(/(?:W\/)?"[^"]*"/g) ?? []).slice(0, TAGS_MAX)
