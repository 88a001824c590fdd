import type { FastifyReply } from 'fastify'
import { isSameAnswer } from '../../platform/etag.ts'
import { atTime, type TimedText } from './prepare-item.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const asIs = (text: unknown): string => text as string

/** What was put into text already, or 304 where the caller has it. */
export function sendText(
  reply: FastifyReply,
  { text, etag }: { text: TimedText; etag: string },
  time: () => string,
): void {
  if (isSameAnswer(reply, etag)) {
    void reply.code(304).send()
    return
  }
  void reply.header('content-type', JSON_TYPE).serializer(asIs).send(atTime(text, time))
}
