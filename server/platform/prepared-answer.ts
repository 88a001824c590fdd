// Answers that were put into text before: sent as they are, or not at all where the caller has them.
import type { FastifyReply } from 'fastify'
import { isSameAnswer } from './etag.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
/** The serializer of what is text already. */
export const asIs = (text: unknown): string => text as string

/** `text` is asked for only where it is sent. */
export function sendPrepared(reply: FastifyReply, etag: string, text: () => string): void {
  if (isSameAnswer(reply, etag)) void reply.code(304).send()
  else void reply.header('content-type', JSON_TYPE).serializer(asIs).send(text())
}
