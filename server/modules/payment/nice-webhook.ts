// Events of NICEPAY are signed payments. Believed or not, the provider is asked.
import { readNiceAnswer, sha256 } from './nice-payment.ts'
import type { WebhookReading } from './provider.ts'

export function readNiceWebhook(body: unknown, secretKey: string): WebhookReading {
  const answer = readNiceAnswer(body, secretKey)
  if (answer?.payment === undefined) return { reading: 'unreadable' }
  if (answer.signature !== 'right') return { reading: 'forged' }
  const { providerKey, providerOrderId, status } = answer.payment
  // There is no id of the delivery: the same one again has the same text.
  const deliveryId = sha256(JSON.stringify(body))
  return { reading: 'hint', hint: { deliveryId, event: status.toUpperCase(), providerKey, providerOrderId } }
}
