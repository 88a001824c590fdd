// The floor F: a bare Fastify POST with the body, the headers and the schemas of a limited order, and nothing behind it.
import { fastify } from 'fastify'
import { LimitedOrderRequest, OrderBody } from '../server/modules/order/contract.ts'
import { ORDERS_PATH } from './load-protocol.ts'

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => undefined)

const http = fastify()
let orderId = 1_000_000
http.post<{ Body: LimitedOrderRequest }>(
  ORDERS_PATH,
  { schema: { body: LimitedOrderRequest, response: { 201: OrderBody } } },
  (request, reply) => {
    const { itemId, quantity = 1 } = request.body
    const line = { itemId, quantity, unitPrice: 99_000, totalSum: 99_000 * quantity, status: 'ORDER_CREATED' }
    const answer: OrderBody = {
      orderId: orderId++,
      userId: 4_321,
      totalSum: line.totalSum,
      orderDate: '2026-01-02T12:00:00.000+09:00',
      orderItemList: [line],
      status: 'CREATED',
      payBy: '2026-01-02T12:05:00.000+09:00',
      saleSequence: 4_294_967_296 + orderId,
    }
    void reply.code(201).send(answer)
  },
)
console.log(`listening on ${await http.listen({ host: '127.0.0.1', port: 0 })}`)
