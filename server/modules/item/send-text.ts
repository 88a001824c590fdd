import type { FastifyReply } from 'fastify'
import { sendPrepared } from '../../platform/prepared-answer.ts'
import { atTime, type TimedText } from './prepare-item.ts'

/** What was put into text already, or 304 where the caller has it. */
export function sendText(
  reply: FastifyReply,
  { text, etag }: { text: TimedText; etag: string },
  time: () => string,
): void {
  sendPrepared(reply, etag, () => atTime(text, time))
}
