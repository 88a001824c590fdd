import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than the work takes, whatever it finds. */
const ANSWER_MS = 250

/** Does `work` and waits until a fixed time is over, so that the time of an answer says nothing about whether there is such an account. */
export async function inSameTime(work: () => Promise<void>): Promise<void> {
  await Promise.all([work(), sleep(ANSWER_MS)])
}
