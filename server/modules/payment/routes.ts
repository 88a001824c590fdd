// HTTP in, outcome -> status out. No rules.
import { fastifyFormbody } from '@fastify/formbody'
import type { Http } from '../../platform/http.ts'
import { confirmRoutes, type ConfirmRouteDeps } from './routes-confirm.ts'
import { initiateRoutes, type InitiateRouteDeps } from './routes-initiate.ts'
import { readRoutes, type ReadRouteDeps } from './routes-read.ts'
import { webhookRoutes, type WebhookRouteDeps } from './routes-webhook.ts'

export interface PaymentRouteDeps
  extends InitiateRouteDeps, ConfirmRouteDeps, ReadRouteDeps, WebhookRouteDeps {}

export function paymentRoutes(http: Http, deps: PaymentRouteDeps): void {
  // What a payment window posts is a form.
  void http.register(fastifyFormbody, { bodyLimit: 16 * 1024 })
  initiateRoutes(http, deps)
  confirmRoutes(http, deps)
  readRoutes(http, deps)
  webhookRoutes(http, deps)
}
